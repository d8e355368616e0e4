// The way to what comes before or after; where there is none, it is there and cannot be used.

import { Link } from "../navigation";

interface StepProps {
  to: string | null;
  title?: string;
  children: string;
}

export function Step({ to, title = "", children }: StepProps) {
  if (to === null) {
    return (
      <button type="button" disabled>
        {children}
      </button>
    );
  }
  return (
    <Link className="button" to={to} title={title}>
      {children}
    </Link>
  );
}
