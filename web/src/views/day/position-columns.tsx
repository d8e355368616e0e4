// The columns of the positions: what each shows, how it sorts, and what a search finds in it.

import {
  columnFilteringFeature,
  columnVisibilityFeature,
  createColumnHelper,
  createFilteredRowModel,
  createSortedRowModel,
  filterFn_equalsString,
  rowSortingFeature,
  tableFeatures,
} from "@tanstack/react-table";
import type { ReactNode } from "react";
import type { Position } from "../../api/schema";
import { count, price, profit } from "../../format/money";
import { contractName, counted, exitReason } from "../../format/texts";
import { clock, duration, secondsOf } from "../../format/time";
import { Profit } from "../../parts/money";

export const features = tableFeatures({
  columnFilteringFeature,
  columnVisibilityFeature,
  rowSortingFeature,
  filteredRowModel: createFilteredRowModel(),
  sortedRowModel: createSortedRowModel(),
  filterFns: { equalsString: filterFn_equalsString },
});

interface ColumnOf {
  id: string;
  header: string;
  /** What is shown, and searched. */
  text: (position: Position) => string;
  /** What is sorted by; the text where none is given. */
  value?: (position: Position) => number | string | null;
}

const OF_NUMBERS: readonly ColumnOf[] = [
  { id: "position_num", header: "Number", text: (each) => count(each.position_num), value: (each) => each.position_num },
  { id: "re_entry_num", header: "Re-entry", text: (each) => count(each.re_entry_num), value: (each) => each.re_entry_num },
  { id: "strike", header: "Strike", text: (each) => String(each.strike), value: (each) => each.strike },
  { id: "quantity", header: "Quantity", text: (each) => count(each.quantity), value: (each) => each.quantity },
  { id: "entry_price", header: "Entry price", text: (each) => price(each.entry_price), value: (each) => each.entry_price },
  { id: "exit_price", header: "Exit price", text: (each) => price(each.exit_price), value: (each) => each.exit_price },
  { id: "held", header: "Held", text: heldText, value: heldSeconds },
  { id: "pnl", header: "Profit", text: (each) => profit(each.pnl), value: (each) => each.pnl },
  { id: "charges", header: "Charges", text: (each) => price(each.charges), value: (each) => each.charges },
  { id: "net_pnl", header: "Net", text: (each) => profit(each.net_pnl), value: (each) => each.net_pnl },
  { id: "nifty_spot_at_entry", header: "Spot at entry", text: (each) => price(each.nifty_spot_at_entry), value: (each) => each.nifty_spot_at_entry },
  { id: "nifty_spot_at_exit", header: "Spot at exit", text: (each) => price(each.nifty_spot_at_exit), value: (each) => each.nifty_spot_at_exit },
]; // biome-ignore format: a table reads best with a column a line

const OF_TEXTS: readonly ColumnOf[] = [
  { id: "position_id", header: "Position", text: (each) => each.position_id },
  { id: "vpi", header: "Leg", text: (each) => each.vpi },
  { id: "symbol", header: "Contract", text: (each) => contractName(each.symbol), value: (each) => each.symbol },
  { id: "option_type", header: "Type", text: (each) => each.option_type },
  { id: "side", header: "Side", text: (each) => each.side },
  { id: "entry_time", header: "Entry", text: (each) => clock(each.entry_time), value: (each) => each.entry_time },
  { id: "exit_time", header: "Exit", text: (each) => clock(each.exit_time), value: (each) => each.exit_time },
  { id: "exit_reason", header: "Exit reason", text: exitText },
  { id: "status", header: "Status", text: (each) => each.status.toLowerCase() },
  { id: "condition_preview", header: "Entry condition", text: (each) => each.condition_preview },
  { id: "exit_condition_preview", header: "Exit condition", text: (each) => each.exit_condition_preview },
]; // biome-ignore format: as above

const ORDER = [
  "position_id", "vpi", "position_num", "re_entry_num", "symbol", "strike", "option_type", "side", "quantity",
  "entry_time", "entry_price", "exit_time", "exit_price", "held", "pnl", "charges", "net_pnl", "exit_reason",
  "nifty_spot_at_entry", "nifty_spot_at_exit", "status", "condition_preview", "exit_condition_preview",
]; // biome-ignore format: one line each would hide the order

const ALL = new Map([...OF_NUMBERS, ...OF_TEXTS].map((column) => [column.id, column]));
const NUMBERS = new Set(OF_NUMBERS.map((column) => column.id));
const FILTERED = new Set(["option_type", "side", "exit_reason"]);
const HIDDEN_AT_FIRST = [
  "position_id",
  "strike",
  "option_type",
  "status",
  "held",
  "charges",
  "net_pnl",
  "condition_preview",
  "exit_condition_preview",
];
const SHOWN_ON_A_PHONE = ["symbol", "entry_time", "pnl"];

const helper = createColumnHelper<typeof features, Position>();

export const columns = helper.columns(
  ORDER.flatMap((id) => {
    const column = ALL.get(id);
    if (column === undefined) return [];
    const { header, text, value } = column;
    return [
      helper.accessor((position) => (value === undefined ? text(position) : (value(position) ?? undefined)), {
        id,
        header,
        sortUndefined: "last",
        ...(FILTERED.has(id) ? { filterFn: "equalsString" as const } : {}),
      }),
    ];
  }),
);

export function isNumber(column: string): boolean {
  return NUMBERS.has(column);
}

/** What stands in a column of a position. */
export function cellOf(position: Position, column: string): ReactNode {
  if (column === "pnl" || column === "net_pnl") return <Profit amount={position[column]} />;
  return textOf(position, column);
}

/** What a position shows in a column. */
export function textOf(position: Position, column: string): string {
  return ALL.get(column)?.text(position) ?? "";
}

/** Which columns are hidden until one chooses: by the room there is. */
export function hiddenAtFirst(narrow: boolean): Record<string, boolean> {
  const hidden = narrow ? ORDER.filter((id) => !SHOWN_ON_A_PHONE.includes(id)) : HIDDEN_AT_FIRST;
  return Object.fromEntries(hidden.map((id) => [id, false]));
}

function exitText(position: Position): string {
  const parts = position.parts.length;
  if (parts === 0) return exitReason(position.exit_reason);
  if (position.exit_reason === null) return `open, ${counted(parts, "part")} closed`;
  return `${exitReason(position.exit_reason)}, in ${counted(parts, "part")}`;
}

function heldSeconds(position: Position): number | null {
  return position.exit_time === null ? null : secondsOf(position.exit_time) - secondsOf(position.entry_time);
}

function heldText(position: Position): string {
  const seconds = heldSeconds(position);
  return seconds === null ? "–" : duration(seconds);
}
