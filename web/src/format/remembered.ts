// Tags as they are typed, and how a run of the past differs from the one that is shown.

import { valueText } from "./texts";

/** Tags that are typed with commas between them; each once, whatever its case. */
export function tagsOf(text: string): string[] {
  const tags = new Map<string, string>();
  for (const each of text.split(",")) {
    const tag = each.trim();
    if (tag !== "" && !tags.has(tag.toLowerCase())) tags.set(tag.toLowerCase(), tag);
  }
  return [...tags.values()];
}

interface Said {
  notes?: { tags: string[] } | null;
}

/** The tags that results have, in order, each once. */
export function tagsIn(results: readonly Said[]): string[] {
  const tags = new Set(results.flatMap((each) => each.notes?.tags ?? []));
  return [...tags].sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
}

type Options = Record<string, unknown> | null | undefined;

/** The options of a run that are others than those of the run that is shown: `scale 2`. */
export function differing(past: Options, present: Options): string[] {
  const names = new Set([...Object.keys(past ?? {}), ...Object.keys(present ?? {})]);
  return [...names]
    .filter((name) => String(past?.[name]) !== String(present?.[name]))
    .map((name) => `${name} ${past?.[name] === undefined ? "–" : valueText(past[name])}`);
}
