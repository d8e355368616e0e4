// A button for what cannot be undone: it asks first, and says what was refused.

import { type ReactNode, useEffect, useRef } from "react";
import styles from "./ask-first.module.css";
import { Refused } from "./states";

interface AskFirstProps {
  /** On the button that asks. */
  name: string;
  /** What is asked. */
  question: string;
  /** On the buttons that answer. */
  yes: string;
  no: string;
  doing: { isPending: boolean; error: Error | null; mutate: () => void };
  /** Closes the dialog where the view stays: once it is done. */
  close?: boolean;
  /** What will happen. */
  children: ReactNode;
}

export function AskFirst({ name, question, yes, no, doing, close = false, children }: AskFirstProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (close) dialog.current?.close();
  }, [close]);
  return (
    <>
      <button type="button" className="danger" onClick={() => dialog.current?.showModal()}>
        {name}
      </button>
      <dialog ref={dialog} aria-label={question}>
        <h2>{question}</h2>
        {children}
        {doing.error ? <Refused error={doing.error} /> : null}
        <p className={styles.buttons}>
          <button type="button" onClick={() => dialog.current?.close()}>
            {no}
          </button>
          <button type="button" className="danger" disabled={doing.isPending} onClick={() => doing.mutate()}>
            {yes}
          </button>
        </p>
      </dialog>
    </>
  );
}
