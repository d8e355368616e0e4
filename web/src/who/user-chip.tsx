// Who one is, and how to be somebody else.

import { type FormEvent, useEffect, useRef, useState } from "react";
import { navigate } from "../navigation";
import styles from "./user-chip.module.css";
import { useWho } from "./who";

const ID = /^[A-Za-z0-9_@-][A-Za-z0-9._@-]{0,127}$/;

export function UserChip() {
  const { user, me, changeUser, signOut } = useWho();
  const [open, setOpen] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const fixed = me?.keys === true && !me.admin;

  useEffect(() => {
    if (open) dialog.current?.showModal();
  }, [open]);

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("user") ?? "").trim();
    if (!ID.test(name)) return;
    changeUser(name);
    setOpen(false);
    navigate("/");
  }

  return (
    <>
      <button type="button" className={styles.chip} onClick={() => setOpen(true)} aria-haspopup="dialog">
        <span className="unseen">User: </span>
        {user}
      </button>
      {open ? (
        <dialog
          ref={dialog}
          className={styles.dialog}
          onClose={() => setOpen(false)}
          aria-label="Who is this?"
        >
          <h2>{fixed ? "Signed in" : "Who is this?"}</h2>
          {fixed ? (
            <p>
              This key is of <b>{user}</b>: runs, results and strategies are this user’s.
            </p>
          ) : (
            <form onSubmit={onSubmit}>
              <p>Runs and results belong to a user. Another name shows another user’s.</p>
              <label htmlFor="user">User</label>
              <input
                id="user"
                name="user"
                defaultValue={user}
                pattern="[A-Za-z0-9_@\-][A-Za-z0-9._@\-]{0,127}"
                title="1 to 128 letters, digits and . _ - @, not starting with a dot"
                autoComplete="username"
                required
              />
              <button type="submit" className="primary">
                Go on as this user
              </button>
            </form>
          )}
          <p className={styles.buttons}>
            {me?.keys ? (
              <button type="button" onClick={signOut}>
                Sign out
              </button>
            ) : null}
            <button type="button" onClick={() => dialog.current?.close()}>
              Close
            </button>
          </p>
        </dialog>
      ) : null}
    </>
  );
}
