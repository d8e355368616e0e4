// State that a browser keeps: for good (localStorage), or for as long as the tab is open (sessionStorage). What is there
// at first is kept only when somebody has changed it.

import { useCallback, useState } from "react";

type Change<Value> = Value | ((before: Value) => Value);

export function useKept<Value>(
  storage: Storage,
  name: string,
  first: () => Value,
  fits: (stored: unknown) => stored is Value,
): [Value, (change: Change<Value>) => void] {
  const [value, setValue] = useState<Value>(() => read(storage, name, fits) ?? first());
  const change = useCallback(
    (wanted: Change<Value>) =>
      setValue((before) => {
        const after = wanted instanceof Function ? wanted(before) : wanted;
        storage.setItem(name, JSON.stringify(after));
        return after;
      }),
    [storage, name],
  );
  return [value, change];
}

function read<Value>(
  storage: Storage,
  name: string,
  fits: (stored: unknown) => stored is Value,
): Value | null {
  try {
    const stored: unknown = JSON.parse(storage.getItem(name) ?? "null");
    return fits(stored) ? stored : null;
  } catch {
    return null; // somebody else's, or cut short
  }
}
