// What may be wider than the screen: it scrolls by itself, by keyboard too.

import type { ReactNode } from "react";

interface WideProps {
  label: string;
  className?: string;
  children: ReactNode;
}

export function Wide({ label, className = "", children }: WideProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached
    <section className={`wide ${className}`} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
