// A word in a frame: a state, a kind, a mark.

import type { ReactNode } from "react";
import styles from "./chip.module.css";

interface ChipProps {
  tone?: "plain" | "accent" | "gain" | "loss" | "warning";
  title?: string;
  children: ReactNode;
}

export function Chip({ tone = "plain", title, children }: ChipProps) {
  return (
    <span className={`${styles.chip} ${styles[tone] ?? ""}`} {...(title === undefined ? {} : { title })}>
      {children}
    </span>
  );
}
