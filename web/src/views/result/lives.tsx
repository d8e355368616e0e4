// How long these results live: said of them alone, and nothing else about them changes.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import type { RunPlace } from "../../address";
import { keepFor } from "../../api/keeping";
import type { Metadata } from "../../api/schema";
import { hoursOf } from "../../format/limits";
import { moment } from "../../format/time";
import styles from "../../parts/ask-first.module.css";
import { Refused } from "../../parts/states";

export function Lives({ place, run }: { place: RunPlace; run: Metadata }) {
  const client = useQueryClient();
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const [tried, setTried] = useState(false);
  const said = run.ttl_hours ?? null;
  const keep = useMutation({
    mutationFn: (hours: number | null) => keepFor(place, hours),
    onSuccess: async () => {
      dialog.current?.close();
      for (const key of ["results", "usage", "metadata"]) {
        await client.invalidateQueries({ queryKey: [key, place.user] });
      }
    },
  });
  const hours = hoursOf(text);

  function open() {
    keep.reset();
    setText(said === null ? "" : String(said));
    setTried(false);
    dialog.current?.showModal();
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (typeof hours === "number" && !keep.isPending) keep.mutate(hours);
  }

  return (
    <>
      <button type="button" onClick={open} aria-haspopup="dialog">
        Keep for…
      </button>
      <dialog ref={dialog} aria-label="How long are these results kept?">
        <h2>How long are these results kept?</h2>
        <form onSubmit={submit} noValidate>
          <p>
            They were made {moment(run.created_at)}, and{" "}
            {run.expires_at === null ? "are pinned" : `expire ${moment(run.expires_at)}`}
            {said === null ? "" : `: ${said} h after that`}. Nothing else about them changes
            {run.pinned ? "; it holds once they are unpinned" : ""}.
          </p>
          <label htmlFor="hours">Hours, from when they were made</label>{" "}
          <input
            id="hours"
            value={text}
            inputMode="decimal"
            autoComplete="off"
            onChange={(event) => setText(event.target.value)}
          />
          {tried && typeof hours === "string" ? <p role="alert">{hours}</p> : null}
          {keep.error ? <Refused error={keep.error} /> : null}
          <p className={styles.buttons}>
            <button type="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
            {said === null ? null : (
              <button type="button" disabled={keep.isPending} onClick={() => keep.mutate(null)}>
                As the run asked
              </button>
            )}
            <button type="submit" className="primary" disabled={keep.isPending}>
              Keep
            </button>
          </p>
        </form>
      </dialog>
    </>
  );
}
