// Profits, readable without colour: a sign and the word for who listens.

import { profit, shortProfit, toneOf } from "../format/money";
import styles from "./money.module.css";

interface ProfitProps {
  amount: number;
  short?: boolean;
  className?: string;
}

export function Profit({ amount, short = false, className }: ProfitProps) {
  const tone = styles[toneOf(amount)] ?? "";
  return (
    <span className={`${styles.profit} ${tone} ${className ?? ""}`}>
      {short ? shortProfit(amount) : profit(amount)}
    </span>
  );
}
