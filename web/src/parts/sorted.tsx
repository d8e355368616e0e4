// The head of a column that sorts its table.

import type { ReactNode } from "react";
import styles from "./sorted.module.css";

export interface SortOrder<Column extends string> {
  by: Column;
  down: boolean;
}

interface SortedProps<Column extends string> {
  by: Column;
  order: SortOrder<Column>;
  onSort: (order: SortOrder<Column>) => void;
  number: boolean;
  children: ReactNode;
}

export function Sorted<Column extends string>({ by, order, onSort, number, children }: SortedProps<Column>) {
  const chosen = order.by === by;
  return (
    <th
      scope="col"
      className={number ? "number" : ""}
      aria-sort={chosen ? (order.down ? "descending" : "ascending") : "none"}
    >
      <button
        type="button"
        className={styles.sort}
        onClick={() => onSort({ by, down: chosen ? !order.down : number })}
      >
        {children}
        <span aria-hidden="true" className={styles.mark}>
          {chosen ? (order.down ? "▼" : "▲") : ""}
        </span>
      </button>
    </th>
  );
}
