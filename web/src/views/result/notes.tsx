// What a user says of a strategy's results: a name, a note, tags; edited where it stands. It outlives the results.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { RunPlace } from "../../address";
import { notesQuery, saveNotes } from "../../api/remembered";
import type { NotesTold } from "../../api/schema";
import { tagsOf } from "../../format/remembered";
import { Chip } from "../../parts/chip";
import { Refused } from "../../parts/states";
import styles from "./notes.module.css";

const LONGEST_NAME = 120;
const LONGEST_NOTE = 4000;

export function Notes({ place }: { place: RunPlace }) {
  const [editing, setEditing] = useState(false);
  const { data: told, error } = useQuery({ ...notesQuery(place), refetchOnWindowFocus: !editing });
  if (error) return <Refused error={error} />;
  if (told === undefined) return null;
  if (editing) return <Form place={place} told={told} onDone={() => setEditing(false)} />;
  return (
    <section className={styles.notes} aria-label="Notes">
      {told.name ? <strong className={styles.name}>{told.name}</strong> : null}
      {told.tags.map((tag) => (
        <Chip key={tag} tone="accent">
          {tag}
        </Chip>
      ))}
      <button type="button" className="plain" onClick={() => setEditing(true)}>
        {told.changed_at === null ? "Add a name, tags or a note" : "Edit notes"}
      </button>
      {told.note ? <p className={styles.note}>{told.note}</p> : null}
    </section>
  );
}

interface FormProps {
  place: RunPlace;
  told: NotesTold;
  onDone: () => void;
}

function Form({ place, told, onDone }: FormProps) {
  const client = useQueryClient();
  const [name, setName] = useState(told.name ?? "");
  const [tags, setTags] = useState(told.tags.join(", "));
  const [note, setNote] = useState(told.note ?? "");
  const save = useMutation({
    mutationFn: () => saveNotes(place, { name, note, tags: tagsOf(tags) }),
    onSuccess: (saved) => {
      client.setQueryData(notesQuery(place).queryKey, saved);
      void client.invalidateQueries({ queryKey: ["results", place.user] });
      onDone();
    },
  });
  return (
    <form
      className={styles.form}
      aria-label="Notes"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <label>
        Name
        <input value={name} maxLength={LONGEST_NAME} onChange={(event) => setName(event.target.value)} />
      </label>
      <label>
        Tags, with commas between them
        <input value={tags} onChange={(event) => setTags(event.target.value)} />
      </label>
      <label>
        Note
        <textarea
          value={note}
          rows={4}
          maxLength={LONGEST_NOTE}
          onChange={(event) => setNote(event.target.value)}
        />
      </label>
      <p>
        <button type="submit" className="primary" disabled={save.isPending}>
          Save notes
        </button>{" "}
        <button type="button" onClick={onDone}>
          Cancel
        </button>{" "}
        <span className="soft">They stay when the results expire, are cleared or run again.</span>
      </p>
      {save.error ? <Refused error={save.error} /> : null}
    </form>
  );
}
