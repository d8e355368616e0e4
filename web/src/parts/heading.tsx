// The head of a view: the way back, its name, what can be done. The browser's title follows it.

import { Fragment, type ReactNode, useEffect } from "react";
import { Link } from "../navigation";
import styles from "./heading.module.css";

interface HeadingProps {
  title: string;
  trail?: readonly { to: string; name: string }[];
  beside?: ReactNode;
  below?: ReactNode;
  children?: ReactNode;
}

export function Heading({ title, trail = [], beside, below, children }: HeadingProps) {
  useEffect(() => {
    document.title = `${title} · Strikebook`;
  }, [title]);
  return (
    <header className={styles.head}>
      {trail.length > 0 ? (
        <nav aria-label="Where this is" className={styles.trail}>
          {trail.map(({ to, name }, at) => (
            <Fragment key={to}>
              {at > 0 ? <span aria-hidden="true"> / </span> : null}
              <Link to={to}>{name}</Link>
            </Fragment>
          ))}
        </nav>
      ) : null}
      <div className={styles.line}>
        <h1>{title}</h1>
        {beside}
        <div className={styles.actions}>{children}</div>
      </div>
      {below}
    </header>
  );
}
