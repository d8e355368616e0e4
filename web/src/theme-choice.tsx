// Light, dark, or as the system has it.

import { type Choice, chooseTheme, useTheme } from "./theme";
import styles from "./theme-choice.module.css";

const NEXT: Record<Choice, Choice> = { system: "light", light: "dark", dark: "system" };
const SHOWN: Record<Choice, string> = { system: "◐", light: "☀", dark: "☾" };
const NAMES: Record<Choice, string> = { system: "as the system", light: "light", dark: "dark" };

export function ThemeChoice() {
  const { choice } = useTheme();
  const text = `Colours: ${NAMES[choice]}. Change to ${NAMES[NEXT[choice]]}`;
  return (
    <button
      type="button"
      className={styles.choice}
      aria-label={text}
      title={text}
      onClick={() => chooseTheme(NEXT[choice])}
    >
      <span aria-hidden="true">{SHOWN[choice]}</span>
    </button>
  );
}
