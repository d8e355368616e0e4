// Keeps results: what is pinned does not expire, and no run replaces it, until it is unpinned or cleared.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { RunPlace } from "../../address";
import { answerOf, api } from "../../api/client";
import { Refused } from "../../parts/states";

export function Pin({ place, pinned, name }: { place: RunPlace; pinned: boolean; name: string }) {
  const client = useQueryClient();
  const pin = useMutation({
    mutationFn: () => {
      const where = { params: { path: { user_id: place.user, strategy_id: place.strategy } } };
      return answerOf(
        pinned
          ? api.DELETE("/api/v1/backtest/pin/{user_id}/{strategy_id}", where)
          : api.PUT("/api/v1/backtest/pin/{user_id}/{strategy_id}", where),
      );
    },
    onSettled: () =>
      Promise.all(
        ["results", "usage", "metadata"].map((key) =>
          client.invalidateQueries({ queryKey: [key, place.user] }),
        ),
      ),
  });
  return (
    <>
      <button
        type="button"
        aria-label={`${pinned ? "Unpin" : "Pin"} ${name}`}
        title={pinned ? "Let these results expire again" : "Keep these results until they are unpinned"}
        disabled={pin.isPending}
        onClick={() => pin.mutate()}
      >
        {pinned ? "Unpin" : "Pin"}
      </button>
      {pin.error ? <Refused error={pin.error} /> : null}
    </>
  );
}
