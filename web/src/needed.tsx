// A component whose code is fetched when it is first needed. React's own way shows what stands in for it for 300 ms at
// the least; here it is there as soon as its code is.

import { type ComponentType, useEffect, useReducer, useState } from "react";
import { Loading } from "./parts/states";

type Load<Props> = () => Promise<{ default: ComponentType<Props> }>;

/** The code of a component: fetched once, and again only where that failed. */
export class Code<Props> {
  found: ComponentType<Props> | null = null;
  private coming: Promise<void> | null = null;
  private readonly load: Load<Props>;

  constructor(load: Load<Props>) {
    this.load = load;
  }

  fetch(): Promise<void> {
    this.coming ??= this.load().then(
      (module) => {
        this.found = module.default;
      },
      (reason: unknown) => {
        this.coming = null;
        throw reason;
      },
    );
    return this.coming;
  }

  /** Fetch it before it is needed; where that fails it is fetched again when it is. */
  ahead(): void {
    this.fetch().catch(() => undefined);
  }
}

interface NeededProps<Props extends object> {
  code: Code<Props>;
  props: Props;
  /** What is loading, for who waits. */
  what: string;
}

export function Needed<Props extends object>({ code, props, what }: NeededProps<Props>) {
  const [, draw] = useReducer((times: number) => times + 1, 0);
  const [error, setError] = useState<Error | null>(null);
  useEffect(() => {
    if (code.found !== null) return;
    let gone = false;
    code.fetch().then(
      () => gone || draw(),
      (reason: unknown) => gone || setError(reason instanceof Error ? reason : new Error(String(reason))),
    );
    return () => {
      gone = true;
    };
  }, [code]);
  if (error !== null) throw error;
  const Found = code.found;
  return Found === null ? <Loading what={what} /> : <Found {...props} />;
}
