// Clearing results asks first: what is cleared is gone.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { addressOf, type RunPlace } from "../../address";
import { answerOf, api } from "../../api/client";
import { navigate } from "../../navigation";
import { AskFirst } from "../../parts/ask-first";

export function Clear({ place, pinned = false }: { place: RunPlace; pinned?: boolean }) {
  const client = useQueryClient();
  const clear = useMutation({
    mutationFn: () =>
      answerOf(
        api.DELETE("/api/v1/backtest/clear/{user_id}/{strategy_id}", {
          params: { path: { user_id: place.user, strategy_id: place.strategy } },
        }),
      ),
    onSuccess: async () => {
      navigate(addressOf({ view: "results", user: place.user }));
      for (const name of ["metadata", "day", "chart", "why", "run-graph"]) {
        client.removeQueries({ queryKey: [name, place.user, place.strategy] });
      }
      await client.invalidateQueries({ queryKey: ["results"] });
      await client.invalidateQueries({ queryKey: ["usage"] });
      await client.invalidateQueries({ queryKey: ["jobs"] });
    },
  });
  return (
    <AskFirst name="Clear" question="Clear these results?" yes="Clear all days" no="Keep them" doing={clear}>
      <p>
        All days of this run are deleted. A job that is running for this strategy is cancelled first.
        {pinned ? " These results are pinned: they would be kept otherwise." : ""}
      </p>
    </AskFirst>
  );
}
