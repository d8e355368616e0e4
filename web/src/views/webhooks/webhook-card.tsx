// One webhook: where it goes, a test with its outcome, its log.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answerOf, api } from "../../api/client";
import type { Webhook, WebhookDelivery } from "../../api/schema";
import { moment } from "../../format/time";
import { AskFirst } from "../../parts/ask-first";
import { Chip } from "../../parts/chip";
import { Loading, Refused } from "../../parts/states";
import { Wide } from "../../parts/wide";
import { deliveriesQuery, lastOutcome } from "./webhook-queries";
import styles from "./webhooks-view.module.css";

const TONES = { pending: "warning", delivered: "gain", failed: "loss" } as const;

export function WebhookCard({ webhook }: { webhook: Webhook }) {
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const params = { path: { webhook_id: webhook.webhook_id } };
  const test = useMutation({
    mutationFn: () => answerOf(api.POST("/api/v1/webhooks/{webhook_id}/test", { params })),
    onSettled: () => client.invalidateQueries({ queryKey: ["deliveries", webhook.webhook_id] }),
  });
  const remove = useMutation({
    mutationFn: () => answerOf(api.DELETE("/api/v1/webhooks/{webhook_id}", { params })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["webhooks"] }),
  });
  return (
    <article className="panel" aria-label={webhook.url}>
      <h2 className={styles.url}>{webhook.url}</h2>
      <p className={styles.facts}>
        {webhook.events.map((each) => (
          <Chip key={each}>{each}</Chip>
        ))}
        <code>{webhook.webhook_id}</code>
        <span>made {moment(webhook.created_at)}</span>
      </p>
      <p className={styles.actions}>
        <button type="button" disabled={test.isPending} onClick={() => test.mutate()}>
          {test.isPending ? "Sending…" : "Send a test"}
        </button>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Hide the log" : "Show the log"}
        </button>
        <AskFirst name="Remove" question="Remove this webhook?" yes="Remove it" no="Keep it" doing={remove}>
          <p>It is told nothing more, and its log is deleted.</p>
        </AskFirst>
      </p>
      <div role="status" data-testid="outcome">
        {test.data ? (
          <p>
            <State delivery={test.data} /> {lastOutcome(test.data)}
          </p>
        ) : null}
      </div>
      {test.error ? <Refused error={test.error} /> : null}
      {open ? <Log webhook={webhook} /> : null}
    </article>
  );
}

function State({ delivery }: { delivery: WebhookDelivery }) {
  return <Chip tone={TONES[delivery.state]}>{delivery.state}</Chip>;
}

function Log({ webhook }: { webhook: Webhook }) {
  const { data, error, isPending } = useQuery(deliveriesQuery(webhook.webhook_id));
  if (isPending) return <Loading what="the log" />;
  if (error) return <Refused error={error} />;
  if (data.deliveries.length === 0) return <p>It has been told nothing yet.</p>;
  return (
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
          </tr>
        </thead>
        <tbody>
          {data.deliveries.map((each) => (
            <tr key={each.delivery_id} data-delivery={each.delivery_id}>
              <td>{moment(each.created_at)}</td>
              <td>{each.event}</td>
              <td>{each.job_id ? <code>{each.job_id}</code> : "–"}</td>
              <td>
                <State delivery={each} />
              </td>
              <td>
                <Tries delivery={each} />
              </td>
              <td className="words">
                {lastOutcome(each)}
                {each.next_try_at ? `; again ${moment(each.next_try_at)}` : ""}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
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
