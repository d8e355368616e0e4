// Asks for the key where the server wants one. It is kept in memory, or for as long as the tab is open: never on disk.

import { type FormEvent, useState } from "react";
import type { Refusal } from "../api/client";
import styles from "./sign-in.module.css";
import { useWho } from "./who";

export function SignIn({ refused }: { refused: Refusal }) {
  const { signIn } = useWho();
  const [tried, setTried] = useState(false);

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setTried(true);
    signIn(String(form.get("key") ?? "").trim(), form.get("keep") === "on");
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
        <button type="submit" className="primary">
          Sign in
        </button>
      </form>
      {tried ? (
        <p role="alert" className={styles.wrong}>
          The server does not know this key: {refused.message}. Look for a letter that is missing, or ask for
          a new one.
        </p>
      ) : null}
    </section>
  );
}
