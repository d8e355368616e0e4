// Light or dark: as the system has it, or as was chosen here.

import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark";
export type Choice = Theme | "system";

const CHOICE = "strikebook.theme";
const system = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

function choiceNow(): Choice {
  const stored = localStorage.getItem(CHOICE);
  return stored === "light" || stored === "dark" ? stored : "system";
}

function themeNow(): Theme {
  const choice = choiceNow();
  return choice === "system" ? (system.matches ? "dark" : "light") : choice;
}

function apply(): void {
  document.documentElement.dataset.theme = themeNow();
  for (const listener of listeners) listener();
}

/** Put the theme on the document, now and whenever the system's changes. */
export function followTheme(): void {
  system.addEventListener("change", apply);
  apply();
}

export function chooseTheme(choice: Choice): void {
  if (choice === "system") localStorage.removeItem(CHOICE);
  else localStorage.setItem(CHOICE, choice);
  apply();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The theme that is on, and what was chosen. */
export function useTheme(): { theme: Theme; choice: Choice } {
  const theme = useSyncExternalStore(subscribe, themeNow);
  const choice = useSyncExternalStore(subscribe, choiceNow);
  return { theme, choice };
}

/** A colour of the theme by its name in styles.css, for what is drawn on a canvas. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
