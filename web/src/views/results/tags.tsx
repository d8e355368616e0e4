// The tags that results have, to choose one by; and those of a result.

import type { Run } from "../../api/schema";
import { Chip } from "../../parts/chip";
import styles from "./results-view.module.css";

interface TagChoiceProps {
  tags: readonly string[];
  tag: string | null;
  onTag: (tag: string | null) => void;
}

export function TagChoice({ tags, tag, onTag }: TagChoiceProps) {
  if (tags.length === 0 && tag === null) return null;
  return (
    <fieldset className={styles.tags}>
      <legend className="unseen">Show results with a tag</legend>
      <span className="soft">Tags</span>
      {tags.map((each) => (
        <button
          key={each}
          type="button"
          className={each === tag ? "primary" : ""}
          aria-pressed={each === tag}
          onClick={() => onTag(each === tag ? null : each)}
        >
          {each}
        </button>
      ))}
      {tag === null ? null : (
        <button type="button" className="plain" onClick={() => onTag(null)}>
          Any tag
        </button>
      )}
    </fieldset>
  );
}

/** Under its own name, the strategy's; and its tags. */
export function Said({ run }: { run: Run }) {
  const { notes } = run;
  if (!notes) return null;
  return (
    <p className={styles.marks}>
      {notes.name ? <span className="soft">{run.strategy_name}</span> : null}
      {notes.tags.map((tag) => (
        <Chip key={tag} tone="accent">
          {tag}
        </Chip>
      ))}
    </p>
  );
}
