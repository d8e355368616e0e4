// Every position of a day: sorted, filtered, searched, with the columns one wants, and by keyboard alone.

import {
  columnFilteringFeature,
  columnVisibilityFeature,
  createColumnHelper,
  createFilteredRowModel,
  createSortedRowModel,
  filterFn_equalsString,
  globalFilteringFeature,
  type Row,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { addressOfTrade, type DayPlace } from "../../address";
import type { Position } from "../../api/schema";
import { addRupees, count, price } from "../../format/money";
import { contractName, counted, exitReason } from "../../format/texts";
import { clock, duration, secondsOf } from "../../format/time";
import { Link, navigate } from "../../navigation";
import { Profit } from "../../parts/money";
import styles from "./position-table.module.css";

const features = tableFeatures({
  columnFilteringFeature,
  columnVisibilityFeature,
  globalFilteringFeature,
  rowSortingFeature,
  filteredRowModel: createFilteredRowModel(),
  sortedRowModel: createSortedRowModel(),
  filterFns: { equalsString: filterFn_equalsString },
});

const helper = createColumnHelper<typeof features, Position>();

const columns = helper.columns([
  helper.accessor("position_id", { id: "position_id", header: "Position", cell: ({ getValue }) => getValue() }),
  helper.accessor("vpi", { id: "vpi", header: "Leg", cell: ({ getValue }) => getValue() }),
  helper.accessor("position_num", { id: "position_num", header: "Number", cell: ({ getValue }) => getValue() }),
  helper.accessor("re_entry_num", { id: "re_entry_num", header: "Re-entry", cell: ({ getValue }) => getValue() }),
  helper.accessor((position) => contractName(position.symbol), { id: "symbol", header: "Contract", cell: ({ getValue }) => getValue() }),
  helper.accessor("strike", { id: "strike", header: "Strike", cell: ({ getValue }) => getValue() }),
  helper.accessor("option_type", { id: "option_type", header: "Type", filterFn: "equalsString", cell: ({ getValue }) => getValue() }),
  helper.accessor("side", { id: "side", header: "Side", filterFn: "equalsString", cell: ({ getValue }) => getValue() }),
  helper.accessor("quantity", { id: "quantity", header: "Quantity", cell: ({ getValue }) => count(getValue()) }),
  helper.accessor("entry_time", { id: "entry_time", header: "Entry", cell: ({ getValue }) => clock(getValue()) }),
  helper.accessor("entry_price", { id: "entry_price", header: "Entry price", cell: ({ getValue }) => price(getValue()) }),
  helper.accessor((position) => position.exit_time ?? "", { id: "exit_time", header: "Exit", cell: ({ getValue }) => clock(getValue()) }),
  helper.accessor((position) => position.exit_price ?? undefined, { id: "exit_price", header: "Exit price", sortUndefined: "last", cell: ({ getValue }) => price(getValue()) }),
  helper.accessor((position) => heldSeconds(position), { id: "held", header: "Held", sortUndefined: "last", cell: ({ getValue }) => heldText(getValue()) }),
  helper.accessor("pnl", { id: "pnl", header: "Profit", cell: ({ getValue }) => <Profit amount={getValue()} /> }),
  helper.accessor((position) => exitReason(position.exit_reason), { id: "exit_reason", header: "Exit reason", filterFn: "equalsString", cell: ({ getValue }) => getValue() }),
  helper.accessor((position) => position.nifty_spot_at_entry ?? undefined, { id: "nifty_spot_at_entry", header: "Spot at entry", sortUndefined: "last", cell: ({ getValue }) => price(getValue()) }),
  helper.accessor((position) => position.nifty_spot_at_exit ?? undefined, { id: "nifty_spot_at_exit", header: "Spot at exit", sortUndefined: "last", cell: ({ getValue }) => price(getValue()) }),
  helper.accessor("status", { id: "status", header: "Status", cell: ({ getValue }) => getValue().toLowerCase() }),
  helper.accessor("condition_preview", { id: "condition_preview", header: "Entry condition", cell: ({ getValue }) => getValue() }),
  helper.accessor("exit_condition_preview", { id: "exit_condition_preview", header: "Exit condition", cell: ({ getValue }) => getValue() }),
]); // biome-ignore format: a table reads best with a column a line

const NUMBERS = new Set([
  "position_num",
  "re_entry_num",
  "strike",
  "quantity",
  "entry_price",
  "exit_price",
  "pnl",
  "nifty_spot_at_entry",
  "nifty_spot_at_exit",
  "held",
]);
const HIDDEN_AT_FIRST = {
  position_id: false,
  strike: false,
  option_type: false,
  status: false,
  held: false,
  condition_preview: false,
  exit_condition_preview: false,
};
const HIDDEN_ON_A_PHONE = {
  ...HIDDEN_AT_FIRST,
  vpi: false,
  position_num: false,
  re_entry_num: false,
  quantity: false,
  nifty_spot_at_entry: false,
  nifty_spot_at_exit: false,
};
const COLUMNS = "strikebook.columns";

interface PositionTableProps {
  place: DayPlace;
  positions: Position[];
  selected: string | null;
  onSelect: (trade: string | null) => void;
}

export function PositionTable({ place, positions, selected, onSelect }: PositionTableProps) {
  const [search, setSearch] = useState("");
  const [visibility, setVisibility] = useState<Record<string, boolean>>(storedColumns);
  useEffect(() => localStorage.setItem(COLUMNS, JSON.stringify(visibility)), [visibility]);
  const table = useTable({
    features,
    columns,
    data: positions,
    getRowId: (position) => position.trade_id,
    enableSortingRemoval: true,
    state: { globalFilter: search, columnVisibility: visibility },
    onGlobalFilterChange: setSearch,
    onColumnVisibilityChange: setVisibility,
    globalFilterFn: includesText,
    getColumnCanGlobalFilter: () => true,
  });
  const rows = table.getRowModel().rows;
  const filtered = rows.length !== positions.length;
  return (
    <section className="panel" aria-labelledby="positions">
      <div className={styles.head}>
        <h2 id="positions">Positions</h2>
        <input
          type="search"
          placeholder="Search"
          aria-label="Search positions"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <Choice table={table} id="side" all="Both sides" positions={positions} />
        <Choice table={table} id="option_type" all="CE and PE" positions={positions} />
        <Choice table={table} id="exit_reason" all="Every exit" positions={positions} />
        <ColumnChoice table={table} />
        <span className={styles.total} data-testid="positions-total">
          {filtered ? `${rows.length} of ` : ""}
          {counted(positions.length, "position")},{" "}
          <Profit amount={addRupees(rows.map((row) => row.original.pnl))} />
        </span>
      </div>
      <div className={`wide ${styles.scroll}`}>
        <table className={styles.table}>
          <thead>
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id}>
                <th scope="col">
                  <span className="unseen">Details</span>
                </th>
                {group.headers.map((header) => {
                  const order = header.column.getIsSorted();
                  return (
                    <th
                      key={header.id}
                      scope="col"
                      className={NUMBERS.has(header.column.id) ? "number" : ""}
                      aria-sort={order === "asc" ? "ascending" : order === "desc" ? "descending" : "none"}
                    >
                      <button
                        type="button"
                        className={styles.sort}
                        onClick={header.column.getToggleSortingHandler()}
                      >
                        <table.FlexRender header={header} />
                        <span aria-hidden="true">
                          {order === "asc" ? " ▲" : order === "desc" ? " ▼" : ""}
                        </span>
                      </button>
                    </th>
                  );
                })}
              </tr>
            ))}
          </thead>
          <Body place={place} table={table} rows={rows} selected={selected} onSelect={onSelect} />
        </table>
        {rows.length === 0 ? (
          <p>
            No position fits.{" "}
            <button
              type="button"
              className="plain"
              onClick={() => {
                setSearch("");
                table.resetColumnFilters();
              }}
            >
              Show all
            </button>
          </p>
        ) : null}
      </div>
      <p className="soft">↑ ↓ move, Space shows a position on the chart, Enter opens its reasons.</p>
    </section>
  );
}

type PositionsTable = ReturnType<typeof useTable<typeof features, Position>>;

interface BodyProps {
  place: DayPlace;
  table: PositionsTable;
  rows: Row<typeof features, Position>[];
  selected: string | null;
  onSelect: (trade: string | null) => void;
}

function Body({ place, table, rows, selected, onSelect }: BodyProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const tabStop = rows.some((row) => row.id === (focused ?? selected)) ? (focused ?? selected) : rows[0]?.id;

  function onKeyDown(event: KeyboardEvent, trade: string) {
    if (event.target !== event.currentTarget) return;
    const at = rows.findIndex((row) => row.id === trade);
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: rows.length - 1,
      PageDown: at + 10,
      PageUp: at - 10,
    }[event.key];
    if (event.key === "Enter") navigate(addressOfTrade(place, trade));
    else if (event.key === " ") onSelect(trade === selected ? null : trade);
    else if (to !== undefined) {
      const row = rows[Math.max(0, Math.min(rows.length - 1, to))];
      if (row) body.current?.querySelector<HTMLElement>(`[data-trade="${CSS.escape(row.id)}"]`)?.focus();
    } else return;
    event.preventDefault();
  }

  return (
    <tbody ref={body}>
      {rows.map((row) => (
        <tr
          key={row.id}
          data-trade={row.id}
          className={row.id === selected ? styles.selected : ""}
          aria-selected={row.id === selected}
          tabIndex={row.id === tabStop ? 0 : -1}
          onFocus={() => setFocused(row.id)}
          onKeyDown={(event) => onKeyDown(event, row.id)}
          onClick={(event) => {
            if ((event.target as HTMLElement).closest("a, button") === null)
              onSelect(row.id === selected ? null : row.id);
          }}
        >
          <td>
            <Link to={addressOfTrade(place, row.id)} tabIndex={-1} aria-label={`Why ${row.id}`}>
              why
            </Link>
          </td>
          {row.getVisibleCells().map((cell) => (
            <td key={cell.id} className={NUMBERS.has(cell.column.id) ? "number" : ""}>
              <table.FlexRender cell={cell} />
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}

interface ChoiceProps {
  table: PositionsTable;
  id: string;
  all: string;
  positions: readonly Position[];
}

/** A filter by one of the values that a column has. */
function Choice({ table, id, all, positions }: ChoiceProps) {
  const column = table.getColumn(id);
  const values = [...new Set(positions.map((position) => textOf(position, id)))].sort();
  if (column === undefined || values.length < 2) return null;
  return (
    <select
      aria-label={`Only ${column.columnDef.header}`}
      value={String(column.getFilterValue() ?? "")}
      onChange={(event) => column.setFilterValue(event.target.value === "" ? undefined : event.target.value)}
    >
      <option value="">{all}</option>
      {values.map((value) => (
        <option key={value}>{value}</option>
      ))}
    </select>
  );
}

function ColumnChoice({ table }: { table: PositionsTable }) {
  return (
    <details className={styles.columns}>
      <summary>Columns</summary>
      <div className={styles.choices}>
        {table.getAllLeafColumns().map((column) => (
          <label key={column.id}>
            <input
              type="checkbox"
              checked={column.getIsVisible()}
              onChange={column.getToggleVisibilityHandler()}
            />{" "}
            {String(column.columnDef.header)}
          </label>
        ))}
      </div>
    </details>
  );
}

function textOf(position: Position, id: string): string {
  if (id === "exit_reason") return exitReason(position.exit_reason);
  return id === "side" ? position.side : position.option_type;
}

function includesText(row: Row<typeof features, Position>, column: string, wanted: string): boolean {
  return String(row.getValue(column) ?? "")
    .toLowerCase()
    .includes(String(wanted).trim().toLowerCase());
}

function heldSeconds(position: Position): number | undefined {
  return position.exit_time === null
    ? undefined
    : secondsOf(position.exit_time) - secondsOf(position.entry_time);
}

function heldText(seconds: number | undefined): string {
  return seconds === undefined ? "–" : duration(seconds);
}

function storedColumns(): Record<string, boolean> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(COLUMNS) ?? "null");
    return typeof stored === "object" && stored !== null
      ? (stored as Record<string, boolean>)
      : columnsAtFirst();
  } catch {
    return columnsAtFirst();
  }
}

function columnsAtFirst(): Record<string, boolean> {
  return window.matchMedia("(max-width: 640px)").matches ? HIDDEN_ON_A_PHONE : HIDDEN_AT_FIRST;
}
