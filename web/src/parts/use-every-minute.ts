// Draws again every minute: what counts down must not stand still.

import { useEffect, useReducer } from "react";

export function useEveryMinute(): void {
  const [, draw] = useReducer((times: number) => times + 1, 0);
  useEffect(() => {
    const timer = setInterval(draw, 60_000);
    return () => clearInterval(timer);
  }, []);
}
