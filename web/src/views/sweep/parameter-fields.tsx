// The parameters of a sweep: each a place of the strategy, a name, and the values it is to have.

import { nameOf, type Place, type Scalar, valuesOf } from "./places";
import styles from "./sweep-view.module.css";

const MOST = 8;

export interface Chosen {
  path: string;
  name: string;
  text: string;
  /** What the text says; null where it makes no sense. */
  values: Scalar[] | null;
}

/** A first parameter to begin with: the first number of the strategy, as it is. */
export function chosenOf(places: readonly Place[]): Chosen[] {
  const first = places.find((place) => typeof place.value === "number") ?? places[0];
  return first === undefined ? [] : [chosenFrom(first, [])];
}

/** How many points there are; null where some values, or two names, make no sense. */
export function pointsOf(chosen: readonly Chosen[]): number | null {
  const names = new Set(chosen.map((each) => each.name.trim()));
  const paths = new Set(chosen.map((each) => each.path));
  if (chosen.length === 0 || names.size < chosen.length || paths.size < chosen.length || names.has("")) {
    return null;
  }
  let points = 1;
  for (const each of chosen) {
    if (each.values === null) return null;
    points *= each.values.length;
  }
  return points;
}

function chosenFrom(place: Place, taken: readonly string[]): Chosen {
  const text = String(place.value);
  return { path: place.path, name: nameOf(place, taken), text, values: valuesOf(text) };
}

interface ParameterFieldsProps {
  places: readonly Place[];
  chosen: readonly Chosen[];
  onChange: (chosen: Chosen[]) => void;
}

export function ParameterFields({ places, chosen, onChange }: ParameterFieldsProps) {
  const put = (at: number, change: Partial<Chosen>) =>
    onChange(chosen.map((each, number) => (number === at ? { ...each, ...change } : each)));
  const groups = [...new Set(places.map((place) => place.group))];
  const free = places.find((place) => !chosen.some((each) => each.path === place.path));
  return (
    <>
      {chosen.map((each, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place in the list
        <fieldset key={at} className={styles.parameter} aria-label={`Parameter ${at + 1}`}>
          <label>
            What
            <select
              value={each.path}
              onChange={(event) => {
                const place = places.find((one) => one.path === event.target.value);
                const taken = chosen.filter((_, number) => number !== at).map((one) => one.name);
                if (place !== undefined) put(at, chosenFrom(place, taken));
              }}
            >
              {groups.map((group) => (
                <optgroup key={group} label={group}>
                  {places
                    .filter((place) => place.group === group)
                    .map((place) => (
                      <option key={place.path} value={place.path}>
                        {place.label} = {String(place.value)}
                      </option>
                    ))}
                </optgroup>
              ))}
            </select>
          </label>
          <label>
            Name
            <input
              value={each.name}
              maxLength={40}
              onChange={(event) => put(at, { name: event.target.value })}
            />
          </label>
          <label>
            Values
            <input
              value={each.text}
              placeholder="10, 20, 30 or 10..30..5"
              aria-invalid={each.values === null}
              onChange={(event) =>
                put(at, { text: event.target.value, values: valuesOf(event.target.value) })
              }
            />
          </label>
          <button
            type="button"
            aria-label={`Remove parameter ${at + 1}`}
            disabled={chosen.length === 1}
            onClick={() => onChange(chosen.filter((_, number) => number !== at))}
          >
            Remove
          </button>
        </fieldset>
      ))}
      <p>
        <button
          type="button"
          disabled={free === undefined || chosen.length >= MOST}
          onClick={() => {
            if (free === undefined) return;
            const taken = chosen.map((each) => each.name);
            onChange([...chosen, chosenFrom(free, taken)]);
          }}
        >
          Add a parameter
        </button>
      </p>
    </>
  );
}
