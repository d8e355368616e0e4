// A form that makes a webhook, and shows its secret, once.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { answerOf, api } from "../../api/client";
import { Refused } from "../../parts/states";
import { EVENTS, type Event, urlProblem } from "./webhook-queries";
import styles from "./webhooks-view.module.css";

export function AddWebhook({ user }: { user: string }) {
  const client = useQueryClient();
  const [url, setUrl] = useState("");
  const [events, setEvents] = useState<readonly Event[]>(EVENTS);
  const [secret, setSecret] = useState("");
  const [tried, setTried] = useState(false);
  const make = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST("/api/v1/webhooks", {
          body: {
            user_id: user,
            url: url.trim(),
            events: [...events],
            ...(secret === "" ? {} : { secret }),
          },
        }),
      ),
    onSuccess: async () => {
      setUrl("");
      setSecret("");
      setTried(false);
      await client.invalidateQueries({ queryKey: ["webhooks"] });
    },
  });
  const problems = [
    urlProblem(url.trim()),
    events.length === 0 ? "Choose at least one event." : null,
    secret === "" || /^[\x21-\x7e]{16,200}$/.test(secret)
      ? null
      : "A secret has 16 to 200 printable characters, and no spaces.",
  ].filter((each) => each !== null);

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (problems.length === 0 && !make.isPending) make.mutate();
  }

  return (
    <section className="panel" aria-label="Add a webhook">
      <h2>Add a webhook</h2>
      <form className={styles.form} onSubmit={submit} noValidate>
        <label>
          URL
          <input
            type="url"
            value={url}
            placeholder="https://hooks.example.com/strikebook"
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setUrl(event.target.value)}
          />
        </label>
        <fieldset>
          <legend>When a job is</legend>
          {EVENTS.map((each) => (
            <label key={each}>
              <input
                type="checkbox"
                checked={events.includes(each)}
                onChange={(event) =>
                  setEvents(
                    EVENTS.filter((one) => (one === each ? event.target.checked : events.includes(one))),
                  )
                }
              />{" "}
              {each}
            </label>
          ))}
        </fieldset>
        <label>
          Secret
          <input
            type="password"
            value={secret}
            placeholder="one is made if this is empty"
            autoComplete="new-password"
            onChange={(event) => setSecret(event.target.value)}
          />
        </label>
        <button type="submit" className="primary" disabled={make.isPending}>
          Add
        </button>
      </form>
      {tried && problems.length > 0 ? (
        <ul role="alert" className={styles.problems}>
          {problems.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      ) : null}
      {make.error ? <Refused error={make.error} /> : null}
      <div role="status">
        {make.data ? (
          <p>
            Added.{" "}
            {make.data.secret === null ? null : (
              <>
                This is its secret, shown this once: give it to the receiver.{" "}
                <code className={styles.secret} data-testid="secret">
                  {make.data.secret}
                </code>{" "}
                <button type="button" onClick={() => make.reset()}>
                  Hide
                </button>
              </>
            )}
          </p>
        ) : null}
      </div>
    </section>
  );
}
