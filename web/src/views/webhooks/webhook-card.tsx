// One webhook: where it goes, whether it is on, a test with its outcome, its log.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answerOf, api } from "../../api/client";
import type { Webhook } from "../../api/schema";
import { moment } from "../../format/time";
import { AskFirst } from "../../parts/ask-first";
import { Chip } from "../../parts/chip";
import { Refused } from "../../parts/states";
import { DeliveryLog, DeliveryState } from "./delivery-log";
import { lastOutcome } from "./webhook-queries";
import styles from "./webhooks-view.module.css";

export function WebhookCard({ webhook }: { webhook: Webhook }) {
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const params = { path: { webhook_id: webhook.webhook_id } };
  const test = useMutation({
    mutationFn: () => answerOf(api.POST("/api/v1/webhooks/{webhook_id}/test", { params })),
    onSettled: () => {
      client.invalidateQueries({ queryKey: ["deliveries", webhook.webhook_id] });
      client.invalidateQueries({ queryKey: ["webhooks"] });
    },
  });
  const turn = useMutation({
    mutationFn: () =>
      answerOf(
        webhook.off_since
          ? api.POST("/api/v1/webhooks/{webhook_id}/on", { params })
          : api.POST("/api/v1/webhooks/{webhook_id}/off", { params }),
      ),
    onSuccess: () => {
      client.invalidateQueries({ queryKey: ["deliveries", webhook.webhook_id] });
      return client.invalidateQueries({ queryKey: ["webhooks"] });
    },
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
      <Health webhook={webhook} />
      <p className={styles.actions}>
        <button type="button" disabled={test.isPending} onClick={() => test.mutate()}>
          {test.isPending ? "Sending…" : "Send a test"}
        </button>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Hide the log" : "Show the log"}
        </button>
        <button type="button" disabled={turn.isPending} onClick={() => turn.mutate()}>
          {webhook.off_since ? "Switch on" : "Switch off"}
        </button>
        <AskFirst name="Remove" question="Remove this webhook?" yes="Remove it" no="Keep it" doing={remove}>
          <p>It is told nothing more, and its log is deleted.</p>
        </AskFirst>
      </p>
      <div role="status" data-testid="outcome">
        {test.data ? (
          <p>
            <DeliveryState delivery={test.data} /> {lastOutcome(test.data)}
          </p>
        ) : null}
      </div>
      {test.error ? <Refused error={test.error} /> : null}
      {turn.error ? <Refused error={turn.error} /> : null}
      {open ? <DeliveryLog webhook={webhook} /> : null}
    </article>
  );
}

/** What is out of the ordinary: it is off, and why; or it has only failed for a while. */
function Health({ webhook }: { webhook: Webhook }) {
  if (webhook.off_since) {
    return (
      <p data-testid="health">
        <Chip tone="loss">off</Chip> since {moment(webhook.off_since)}: {webhook.off_reason}. What ends now is
        not told.
      </p>
    );
  }
  if (webhook.failing_since) {
    return (
      <p data-testid="health">
        <Chip tone="warning">failing</Chip> since {moment(webhook.failing_since)}: nothing was delivered
        since.
      </p>
    );
  }
  return null;
}
