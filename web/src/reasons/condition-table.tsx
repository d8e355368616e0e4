// Conditions as they were evaluated: what was compared with what, and how it came out, in the groups they stand in.

import type { Condition, ConditionTree, Reason } from "../api/schema";
import { conditionType, valueText } from "../format/texts";
import { clockOfSeconds } from "../format/time";
import { Chip } from "../parts/chip";
import { Wide } from "../parts/wide";
import styles from "./condition-table.module.css";

export function ConditionTable({ reason }: { reason: Reason }) {
  const { condition_tree: tree, conditions_evaluated: conditions } = reason;
  if (tree === null || conditions.length === 0) {
    return <p className="soft">Nothing was compared here: it acted without a condition.</p>;
  }
  return (
    <Wide label="Conditions">
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Held</th>
            <th scope="col">Condition</th>
            <th scope="col" className="number">
              Left
            </th>
            <th scope="col">
              <span className="unseen">Operator</span>
            </th>
            <th scope="col" className="number">
              Right
            </th>
            <th scope="col">Kind</th>
          </tr>
        </thead>
        <tbody>
          <Group tree={tree} conditions={conditions} depth={0} place="0" />
        </tbody>
      </table>
    </Wide>
  );
}

interface GroupProps {
  tree: ConditionTree;
  conditions: readonly Condition[];
  depth: number;
  place: string;
}

function Group({ tree, conditions, depth, place }: GroupProps) {
  const several = tree.items.length > 1;
  return (
    <>
      {several ? (
        <tr>
          <td>
            <Result held={holds(tree, conditions)} />
          </td>
          <td colSpan={5} className={indent(depth)}>
            <strong>{tree.logic === "AND" ? "all of these" : "one of these"}</strong>
          </td>
        </tr>
      ) : null}
      {tree.items.map((item, at) => {
        const own = `${place}.${at}`;
        if (typeof item !== "number") {
          return (
            <Group
              key={own}
              tree={item}
              conditions={conditions}
              depth={depth + (several ? 1 : 0)}
              place={own}
            />
          );
        }
        const condition = conditions[item];
        return condition === undefined ? null : (
          <Leaf key={own} condition={condition} depth={depth + (several ? 1 : 0)} />
        );
      })}
    </>
  );
}

function Leaf({ condition, depth }: { condition: Condition; depth: number }) {
  const time = condition.condition_type === "time";
  return (
    <tr data-condition={condition.leaf}>
      <td>
        <Result held={condition.result} />
      </td>
      <td className={indent(depth)}>
        {condition.text}
        {condition.missing ? <div className={styles.missing}>{condition.missing}</div> : null}
      </td>
      <td className="number">
        {shown(condition.lhs_value, time)}
        <Before value={condition.lhs_previous} time={time} />
      </td>
      <td className={styles.operator}>{condition.operator}</td>
      <td className="number">
        {shown(condition.rhs_value, time)}
        <Before value={condition.rhs_previous} time={time} />
      </td>
      <td>
        <Chip>{conditionType(condition.condition_type)}</Chip>
      </td>
    </tr>
  );
}

/** A crossing also says where its sides were before. */
function Before({ value, time }: { value: unknown; time: boolean }) {
  return value === null || value === undefined ? null : (
    <div className="soft">before {shown(value, time)}</div>
  );
}

function Result({ held }: { held: boolean }) {
  return <span className={held ? styles.held : styles.not}>{held ? "✓ yes" : "✗ no"}</span>;
}

function shown(value: unknown, time: boolean): string {
  if (Array.isArray(value)) return value.map((each) => shown(each, time)).join(" and ");
  return time && typeof value === "number" && Number.isInteger(value)
    ? clockOfSeconds(value)
    : valueText(value);
}

function indent(depth: number): string {
  return `words ${styles.text} ${styles[`depth${Math.min(depth, 4)}`] ?? ""}`;
}

/** Whether a group held, by the results of its conditions. */
export function holds(tree: ConditionTree, conditions: readonly Condition[]): boolean {
  const results = tree.items.map((item) =>
    typeof item === "number" ? (conditions[item]?.result ?? false) : holds(item, conditions),
  );
  return tree.logic === "AND" ? results.every(Boolean) : results.some(Boolean);
}
