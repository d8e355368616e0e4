// What the check of a strategy found: errors, then warnings, each with its place.

import type { Finding } from "../../api/schema";
import { count } from "../../format/money";
import { Chip } from "../../parts/chip";
import styles from "./finding-list.module.css";

interface FindingListProps {
  findings: readonly Finding[];
  /** How many there are, where not all are listed. */
  total: number;
  onNode?: (node: string) => void;
}

export function FindingList({ findings, total, onNode }: FindingListProps) {
  if (findings.length === 0)
    return <p className="soft">Nothing was found: every setting counts and makes sense.</p>;
  const ordered = [...findings].sort(
    (a, b) => Number(a.severity === "warning") - Number(b.severity === "warning"),
  );
  return (
    <ul className={styles.list}>
      {ordered.map((found, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: findings may repeat, and do not move
        <li key={at}>
          <Chip tone={found.severity === "error" ? "loss" : "warning"}>{found.severity}</Chip> {found.what}{" "}
          <span className="soft">({found.right})</span> <code>{found.path}</code>{" "}
          {found.node_id && onNode ? (
            <button type="button" className="plain" onClick={() => onNode(found.node_id ?? "")}>
              at {found.node_id}
            </button>
          ) : null}
        </li>
      ))}
      {total > findings.length ? <li>and {count(total - findings.length)} more</li> : null}
    </ul>
  );
}
