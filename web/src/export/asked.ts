// What is asked of an export, from what one chose: what leaves nothing out is not asked for.

import type { paths } from "../api/schema";

type Query = NonNullable<
  paths["/api/v1/backtest/export/{user_id}/{strategy_id}"]["get"]["parameters"]["query"]
>;
export type Format = NonNullable<Query["format"]>;

export interface Choices {
  format: Format;
  table: "trades" | "days";
  from: string;
  to: string;
  leg: string;
  symbol: string;
  exit_reason: string;
  exit_node: string;
  result: "" | NonNullable<Query["result"]>;
  side: "" | NonNullable<Query["side"]>;
}

/** The days that may be chosen, as `2024-10-01`. */
export interface Days {
  from: string;
  to: string;
}

export const FORMATS: Record<Format, string> = {
  xlsx: "Excel workbook",
  csv: "CSV",
  parquet: "Parquet",
  html: "Report (HTML)",
};

export function everything(days: Days): Choices {
  return {
    format: "xlsx",
    table: "trades",
    from: days.from,
    to: days.to,
    leg: "",
    symbol: "",
    exit_reason: "",
    exit_node: "",
    result: "",
    side: "",
  };
}

/** Whether a format has one table alone. */
export function hasOneTable(format: Format): boolean {
  return format === "csv" || format === "parquet";
}

/** The query of an export. The whole run is asked for by naming no day. */
export function askedOf(chosen: Choices, days: Days, whole: boolean): URLSearchParams {
  const { format, table, from, to, ...filters } = chosen;
  const query = new URLSearchParams({ format });
  if (hasOneTable(format)) query.set("table", table);
  if (!whole || from !== days.from) query.set("from", from);
  if (!whole || to !== days.to) query.set("to", to);
  for (const [name, value] of Object.entries(filters)) {
    if (value.trim() !== "") query.set(name, value.trim());
  }
  return query;
}

/** The name that the server gives a file, of letters, digits, dots and dashes; `export` where it gives none. */
export function fileNameOf(disposition: string | null): string {
  return /filename="([A-Za-z0-9._@-]+)"/.exec(disposition ?? "")?.[1] ?? "export";
}
