// Asks for the key where the server wants one. It is kept in memory, or for as long as the tab is open: never on disk.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect } from "react";
import { canBeKey, Refusal } from "../api/client";
import styles from "./sign-in.module.css";
import { useWho } from "./who";

export function SignIn() {
  const { signIn } = useWho();
  const client = useQueryClient();
  const tried = useMutation({
    mutationFn: async ({ key, keep }: { key: string; keep: boolean }) => {
      if (!canBeKey(key))
        throw new Error("A key is made of letters, digits and signs on the keyboard, without spaces.");
      await signIn(key, keep);
    },
  });

  useEffect(() => {
    document.title = "Sign in · Strikebook";
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== "me" }); // it is nobody's any more
  }, [client]);

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const key = String(form.get("key") ?? "").trim();
    tried.mutate({ key, keep: form.get("keep") === "on" });
  }

  return (
    <section className={`panel ${styles.box}`}>
      <h1>Sign in</h1>
      <p>This server wants a key. Whoever runs it makes one with</p>
      <pre>
        <code>strikebook keys add --user you</code>
      </pre>
      <form onSubmit={onSubmit}>
        <label htmlFor="key">Key</label>
        <input id="key" name="key" type="password" autoComplete="off" required placeholder="sbk_…" />
        <label className={styles.keep}>
          <input type="checkbox" name="keep" /> keep it until this tab is closed
        </label>
        <button type="submit" className="primary" disabled={tried.isPending}>
          {tried.isPending ? "Signing in…" : "Sign in"}
        </button>
      </form>
      {tried.error ? (
        <p role="alert" className={styles.wrong}>
          {reasonOf(tried.error)}
        </p>
      ) : null}
    </section>
  );
}

function reasonOf(error: Error): string {
  if (error instanceof Refusal && error.status === 401) {
    return "The server does not know this key. Look for a letter that is missing, or ask for a new one.";
  }
  return error.message;
}
