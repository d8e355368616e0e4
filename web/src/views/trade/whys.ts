// Why a position was opened, why it was closed, and why each part of it was.

import type { Tab } from "../../address";
import type { Day, Position, Reason } from "../../api/schema";
import { clock } from "../../format/time";

export interface WhyOfTrade {
  reason: Reason;
  preview: string;
  /** The events from the start to its order. */
  flow: readonly string[];
}

export function tabsOf(position: Position): { name: Tab; title: string }[] {
  const parts = position.parts.flatMap(({ part, exit_time: time }) =>
    part === null ? [] : [{ name: `part-${part}` as const, title: `Part ${part} ${clock(time)}` }],
  );
  return [
    { name: "entry", title: `Entry ${clock(position.entry_time)}` },
    ...parts,
    {
      name: "exit",
      title:
        position.exit_time === null || !isClosed(position)
          ? "Exit (open)"
          : `Exit ${clock(position.exit_time)}`,
    },
  ];
}

/** Null where the position was not closed. */
export function whyOf(day: Day, position: Position, tab: Tab): WhyOfTrade | null {
  if (tab === "entry") {
    return {
      reason: position.diagnostic_data,
      preview: position.condition_preview,
      flow: position.entry_flow_ids,
    };
  }
  if (tab === "exit") {
    const { exit_diagnostic_data: reason, exit_condition_preview: preview, exit_flow_ids: flow } = position;
    return reason === null || !isClosed(position) ? null : { reason, preview, flow };
  }
  const part = position.parts.find((each) => each.part !== null && `part-${each.part}` === tab);
  if (part === undefined) return null;
  const reason = decidingReason(day, part.exit_event_id);
  return reason === null ? null : { reason, preview: reason.condition_text, flow: part.exit_flow_ids };
}

function isClosed(position: Position): boolean {
  return position.status === "CLOSED";
}

/** What the signal before an order saw; where no signal led to it, what the order's own node saw. */
function decidingReason(day: Day, event: string | null): Reason | null {
  const order = day.events.find((each) => each.execution_id === event);
  const signal = day.events.find((each) => each.execution_id === order?.parent_execution_id);
  return (signal?.diagnostic_data.condition_set ? signal : order)?.diagnostic_data ?? null;
}
