// What is asked about webhooks.

import { queryOptions } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client";
import type { WebhookDelivery } from "../../api/schema";

const LOOK_AGAIN_MS = 2000;

export const EVENTS = ["completed", "failed", "cancelled"] as const;
export type Event = (typeof EVENTS)[number];

export function webhooksQuery(user: string) {
  return queryOptions({
    queryKey: ["webhooks", user],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/webhooks", { params: { query: { user_id: user } }, signal })),
    refetchInterval: LOOK_AGAIN_MS * 5,
  });
}

/** A webhook's log; looked at again while it is open, as deliveries come and are tried again. */
export function deliveriesQuery(webhook: string) {
  return queryOptions({
    queryKey: ["deliveries", webhook],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/webhooks/{webhook_id}/deliveries", {
          params: { path: { webhook_id: webhook } },
          signal,
        }),
      ),
    staleTime: 0,
    refetchInterval: LOOK_AGAIN_MS,
  });
}

/** What is wrong with a URL that can be said without asking; null where only the server knows. */
export function urlProblem(text: string): string | null {
  if (!/^https?:\/\/[^/?#]/i.test(text)) return "A URL begins with https:// and a host.";
  if (/[^\x21-\x7e]/.test(text)) return "A URL has no spaces, and nothing but ASCII letters.";
  if (text.includes("#")) return "A URL that is told has no #.";
  if (/^https?:\/\/[^/?]*@/i.test(text)) return "A URL that is told has no user or password.";
  return text.length > 2048 ? "A URL has at most 2048 characters." : null;
}

/** What came of a delivery last, in a sentence. */
export function lastOutcome(delivery: Pick<WebhookDelivery, "tries">): string {
  return delivery.tries.at(-1)?.outcome ?? "not tried yet";
}
