// What points are judged by, in words.

import type { SweepBody } from "../../api/schema";

export type Objective = NonNullable<SweepBody["objective"]>;

export const OBJECTIVES: Record<Objective, string> = {
  net_pnl: "Net profit",
  total_pnl: "Gross profit",
  sharpe: "Sharpe ratio",
  win_rate: "Win rate",
  return_over_drawdown: "Return over drawdown",
  max_drawdown: "Max drawdown",
};

export const OBJECTIVE_NAMES = Object.keys(OBJECTIVES) as Objective[];
