// What stands where data will be: it is loading, there is none, or the server refused, in its own words.

import type { ReactNode } from "react";
import { Refusal } from "../api/client";
import styles from "./states.module.css";

export function Loading({ what }: { what: string }) {
  return (
    <p className={styles.loading} role="status">
      <span className={styles.spinner} aria-hidden="true" />
      Loading {what}…
    </p>
  );
}

interface EmptyProps {
  title: string;
  children?: ReactNode;
}

/** Nothing is there, and what to do about it. */
export function Empty({ title, children }: EmptyProps) {
  return (
    <div className={styles.empty}>
      <p className={styles.title}>{title}</p>
      {children}
    </div>
  );
}

interface RefusedProps {
  error: unknown;
  children?: ReactNode;
}

/** What was refused: what, where and what would be right. */
export function Refused({ error, children }: RefusedProps) {
  const refusal = error instanceof Refusal ? error : null;
  const what = refusal?.message ?? (error instanceof Error ? error.message : String(error));
  return (
    <div className={styles.refused} role="alert">
      <p className={styles.title}>{sentence(what)}</p>
      {refusal?.right ? <p>{sentence(refusal.right)}</p> : null}
      {refusal !== null && !refusal.lost ? (
        <p className={styles.small}>
          {refusal.where ? `${refusal.where} · ` : ""}
          {refusal.status}
          {refusal.problem.request_id ? ` · request ${refusal.problem.request_id}` : ""}
        </p>
      ) : null}
      {children}
    </div>
  );
}

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
