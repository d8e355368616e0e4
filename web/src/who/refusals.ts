// Where it is told that the server does not know who asks: by any question, at any time.

import { useSyncExternalStore } from "react";
import type { Refusal } from "../api/client";

let refused: Refusal | null = null;
const listeners = new Set<() => void>();

export function tellRefused(refusal: Refusal | null): void {
  refused = refusal;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Why nobody is signed in; null while somebody is, or need not be. */
export function useRefused(): Refusal | null {
  return useSyncExternalStore(subscribe, () => refused);
}
