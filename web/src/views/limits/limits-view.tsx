// What an administrator says of users: how long their results live, what a run may ask for, how much all may take.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { addressOf } from "../../address";
import { allLimitsQuery, limitsQuery, removeLimits, saveLimits } from "../../api/keeping";
import type { AllLimits, LimitsBody, UserLimits } from "../../api/schema";
import { holdingText, type LimitTexts, limitsOf, textsOf } from "../../format/limits";
import { Link, navigate } from "../../navigation";
import { AskFirst } from "../../parts/ask-first";
import { Heading } from "../../parts/heading";
import { Empty, Loading, Refused } from "../../parts/states";
import { Wide } from "../../parts/wide";
import { useWho } from "../../who/who";
import styles from "./limits-view.module.css";

const ID = "[A-Za-z0-9_@\\-][A-Za-z0-9._@\\-]{0,127}";

export default function LimitsView({ user }: { user: string | null }) {
  const { me } = useWho();
  if (me === undefined) return <Loading what="who you are" />;
  return (
    <>
      <Heading title="Limits" />
      {me.admin ? (
        <Said user={user} />
      ) : (
        <Empty title="Limits are the administrator’s to set">
          <p>What holds for your results is said above their list.</p>
        </Empty>
      )}
    </>
  );
}

function Said({ user }: { user: string | null }) {
  const { data, error } = useQuery(allLimitsQuery);
  return (
    <>
      <p>
        How long the results of a user live, and what they may take. What is not said is as the server’s
        settings say.
      </p>
      {error ? <Refused error={error} /> : null}
      {data === undefined ? null : <Everyone limits={data.limits} />}
      <ChooseUser />
      {user === null ? null : <OfUser key={user} user={user} />}
    </>
  );
}

function Everyone({ limits }: { limits: AllLimits["limits"] }) {
  if (limits.length === 0) return <p className="soft">Nothing is said of any user yet.</p>;
  return (
    <Wide label="Users with limits">
      <table>
        <thead>
          <tr>
            <th scope="col">User</th>
            <th scope="col">What holds</th>
            <th scope="col">
              <span className="unseen">Change it</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {limits.map((each) => (
            <tr key={each.user_id}>
              <th scope="row">
                <Link to={addressOf({ view: "results", user: each.user_id })}>{each.user_id}</Link>
              </th>
              <td>
                {"problem" in each ? (
                  <span role="alert">These limits cannot be read: {each.problem}. Set them again.</span>
                ) : (
                  holdingText(each)
                )}
              </td>
              <td>
                <Link className="button" to={addressOf({ view: "limits", user: each.user_id })}>
                  Change<span className="unseen"> the limits of {each.user_id}</span>
                </Link>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function ChooseUser() {
  function choose(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const chosen = String(new FormData(event.currentTarget).get("whose") ?? "").trim();
    if (new RegExp(`^${ID}$`).test(chosen)) navigate(addressOf({ view: "limits", user: chosen }));
  }
  return (
    <form className={styles.form} onSubmit={choose}>
      <label>
        User
        <input
          name="whose"
          required
          pattern={ID}
          title="1 to 128 letters, digits and . _ - @, not starting with a dot"
          autoComplete="off"
        />
      </label>
      <button type="submit">Set limits</button>
    </form>
  );
}

const NOTHING: LimitTexts = { ttl_hours: "", longest_ttl_hours: "", quota_mb: "" };

/** Limits that cannot be read are set anew, from empty fields. */
function OfUser({ user }: { user: string }) {
  const { data, error } = useQuery({ ...limitsQuery(user), refetchOnWindowFocus: false });
  if (data === undefined && error === null) return <Loading what={`the limits of ${user}`} />;
  return (
    <section className="panel" aria-label={`Limits of ${user}`}>
      <h2>Limits of {user}</h2>
      {error ? <Refused error={error} /> : null}
      {data === undefined ? null : <p data-testid="holding">{holdingText(data)}</p>}
      <Form user={user} before={data === undefined ? NOTHING : textsOf(data)} />
    </section>
  );
}

function Form({ user, before }: { user: string; before: LimitTexts }) {
  const client = useQueryClient();
  const [texts, setTexts] = useState(before);
  const [tried, setTried] = useState(false);
  const onSuccess = async (told: UserLimits) => {
    setTexts(textsOf(told));
    setTried(false);
    client.setQueryData(limitsQuery(user).queryKey, { ...told, failed: [] });
    await client.invalidateQueries({ queryKey: ["limits"], exact: true });
    for (const name of ["usage", "results", "metadata"]) {
      await client.invalidateQueries({ queryKey: [name, user] });
    }
  };
  const save = useMutation({ mutationFn: (body: LimitsBody) => saveLimits(user, body), onSuccess });
  const remove = useMutation({ mutationFn: () => removeLimits(user), onSuccess });
  const asked = limitsOf(texts);
  const nothing = Object.values(texts).every((text) => text.trim() === "");

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!Array.isArray(asked) && !save.isPending) {
      remove.reset();
      save.mutate(asked);
    }
  }

  const field = (name: keyof LimitTexts) => ({
    value: texts[name],
    inputMode: "decimal" as const,
    placeholder: "as the server says",
    autoComplete: "off",
    onChange: (event: { target: { value: string } }) => setTexts({ ...texts, [name]: event.target.value }),
  });
  const told = remove.data ?? save.data;
  return (
    <>
      <form className={styles.form} onSubmit={submit} noValidate>
        <label>
          Results live, hours
          <input {...field("ttl_hours")} />
        </label>
        <label>
          A run may ask for, hours
          <input {...field("longest_ttl_hours")} />
        </label>
        <label>
          All may take, megabytes
          <input {...field("quota_mb")} title="0 for no limit" />
        </label>
        <button type="submit" className="primary" disabled={save.isPending}>
          Save limits
        </button>
        {nothing && told === undefined ? null : (
          <AskFirst
            name="Take them back"
            question={`Say nothing of ${user} any more?`}
            yes="Take them back"
            no="Keep them"
            doing={remove}
            close={remove.isSuccess}
          >
            <p>What the server’s settings say holds for {user} at once.</p>
          </AskFirst>
        )}
      </form>
      <p className="soft">
        A change holds for results that are there too: those that are older than they may be by then go at the
        next cleanup, pinned ones stay. A smaller quota deletes nothing.
      </p>
      {tried && Array.isArray(asked) ? (
        <ul role="alert" className={styles.problems}>
          {asked.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      ) : null}
      {save.error ? <Refused error={save.error} /> : null}
      <div role="status">
        {told === undefined ? null : remove.data ? "Taken back." : "Saved."}
        {told?.failed?.map((each) => (
          <p key={each.where}>
            Not brought in line until the next cleanup: {each.where}: {each.what}
          </p>
        ))}
      </div>
    </>
  );
}
