// Says that the server is lost, asks for it every two seconds, and goes on where the page was when it is back.

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { isLost } from "./api/client";
import styles from "./connection.module.css";

const ASK_EVERY_MS = 2000;

export function Connection() {
  const client = useQueryClient();
  const cache = client.getQueryCache();
  const lost = useSyncExternalStore(
    (changed) => cache.subscribe(changed),
    () =>
      cache
        .getAll()
        .some((query) => query.isActive() && isLost(query.state.fetchFailureReason ?? query.state.error)),
  );

  useEffect(() => {
    if (!lost) return;
    const timer = setInterval(async () => {
      const answer = await fetch("/health").catch(() => null);
      if (answer?.ok) {
        await client.refetchQueries({
          type: "active",
          predicate: (query) => query.state.status !== "success" || isLost(query.state.fetchFailureReason),
        });
      }
    }, ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, [lost, client]);

  return (
    <div role="status" aria-live="polite">
      {lost ? (
        <p className={styles.lost}>
          The server does not answer. Start it again with <code>python backtest_file_api_server.py</code>.
          This page goes on by itself.
        </p>
      ) : null}
    </div>
  );
}
