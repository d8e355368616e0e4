// The webhooks of a user: what is told, to whom, and how that went.

import { useQuery } from "@tanstack/react-query";
import { Heading } from "../../parts/heading";
import { Empty, Loading, Refused } from "../../parts/states";
import { useWho } from "../../who/who";
import { AddWebhook } from "./add-webhook";
import { WebhookCard } from "./webhook-card";
import { webhooksQuery } from "./webhook-queries";

export default function WebhooksView() {
  const { user } = useWho();
  const { data, error, isPending } = useQuery(webhooksQuery(user));
  return (
    <>
      <Heading title={`Webhooks of ${user}`} />
      <p>A URL that is told, signed, when a job completes, fails or is cancelled.</p>
      {isPending ? <Loading what="webhooks" /> : null}
      {error ? <Refused error={error} /> : null}
      {data?.off ? (
        <Empty title="Webhooks are off on this server">
          <p>
            Its administrator has allowed no host: the setting <code>webhook_hosts</code> names those that may
            be told.
          </p>
        </Empty>
      ) : null}
      {data !== undefined && !data.off ? <AddWebhook key={user} user={user} /> : null}
      {data?.webhooks.map((each) => (
        <WebhookCard key={each.webhook_id} webhook={each} />
      ))}
      {data !== undefined && !data.off && data.webhooks.length === 0 ? (
        <Empty title={`${user} has no webhooks`} />
      ) : null}
    </>
  );
}
