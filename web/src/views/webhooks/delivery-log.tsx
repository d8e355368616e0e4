// The log of a webhook: each delivery, its tries, and a way to send it again.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client";
import type { Webhook, WebhookDelivery } from "../../api/schema";
import { moment } from "../../format/time";
import { Chip } from "../../parts/chip";
import { Loading, Refused } from "../../parts/states";
import { Wide } from "../../parts/wide";
import { deliveriesQuery, lastOutcome } from "./webhook-queries";
import styles from "./webhooks-view.module.css";

const TONES = { pending: "warning", delivered: "gain", failed: "loss" } as const;

export function DeliveryState({ delivery }: { delivery: WebhookDelivery }) {
  return <Chip tone={TONES[delivery.state]}>{delivery.state}</Chip>;
}

export function DeliveryLog({ webhook }: { webhook: Webhook }) {
  const { data, error, isPending } = useQuery(deliveriesQuery(webhook.webhook_id));
  const again = useRedelivery(webhook);
  if (isPending) return <Loading what="the log" />;
  if (error) return <Refused error={error} />;
  if (data.deliveries.length === 0) return <p>It has been told nothing yet.</p>;
  return (
    <>
      {again.error ? <Refused error={again.error} /> : null}
      <Wide label="What it was told">
        <table>
          <thead>
            <tr>
              <th scope="col">Since</th>
              <th scope="col">Event</th>
              <th scope="col">Job</th>
              <th scope="col">State</th>
              <th scope="col">Tries</th>
              <th scope="col">Last outcome</th>
              <th scope="col">Again</th>
            </tr>
          </thead>
          <tbody>
            {data.deliveries.map((each) => (
              <tr key={each.delivery_id} data-delivery={each.delivery_id}>
                <td>{moment(each.created_at)}</td>
                <td>{each.event}</td>
                <td>{each.job_id ? <code>{each.job_id}</code> : "–"}</td>
                <td>
                  <DeliveryState delivery={each} />
                </td>
                <td>
                  <Tries delivery={each} />
                </td>
                <td className="words">
                  {lastOutcome(each)}
                  {each.next_try_at ? `; again ${moment(each.next_try_at)}` : ""}
                </td>
                <td>
                  <button
                    type="button"
                    className={styles.again}
                    disabled={again.isPending || webhook.off_since !== null}
                    title={webhook.off_since === null ? undefined : "Switch the webhook on first."}
                    aria-label={`Send ${each.delivery_id} again`}
                    onClick={() => again.mutate(each.delivery_id)}
                  >
                    {again.isPending && again.variables === each.delivery_id ? "Sending…" : "Send again"}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </>
  );
}

/** Sends a delivery again, under its own id; what came of it is in the log. */
function useRedelivery(webhook: Webhook) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (delivery: string) =>
      answerOf(
        api.POST("/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver", {
          params: { path: { webhook_id: webhook.webhook_id, delivery_id: delivery } },
        }),
      ),
    onSettled: () => {
      client.invalidateQueries({ queryKey: ["webhooks"] });
      return client.invalidateQueries({ queryKey: ["deliveries", webhook.webhook_id] });
    },
  });
}

function Tries({ delivery }: { delivery: WebhookDelivery }) {
  if (delivery.tries.length === 0) return <>none</>;
  return (
    <details>
      <summary>{delivery.tries.length === 1 ? "1 try" : `${delivery.tries.length} tries`}</summary>
      <ol className={styles.tries}>
        {delivery.tries.map((each) => (
          <li key={`${each.at} ${each.ms} ${each.outcome}`}>
            {moment(each.at)}, {each.ms} ms: {each.outcome}
          </li>
        ))}
      </ol>
    </details>
  );
}
