// Every position of a day: sorted, filtered, searched, with the columns one wants, and by keyboard alone.

import { type ColumnFiltersState, type Row, type SortingState, useTable } from "@tanstack/react-table";
import { type KeyboardEvent, type MouseEvent, memo, useMemo, useRef, useState } from "react";
import { addressOfTrade, type DayPlace } from "../../address";
import type { Position } from "../../api/schema";
import { addRupees, count } from "../../format/money";
import { counted } from "../../format/texts";
import { Link, navigate } from "../../navigation";
import { Profit } from "../../parts/money";
import { useKept } from "../../parts/use-kept";
import { Wide } from "../../parts/wide";
import { cellOf, columns, features, hiddenAtFirst, isNumber, textOf } from "./position-columns";
import styles from "./position-table.module.css";

const COLUMNS = "strikebook.columns";
const ASKED = "strikebook.positions";

/** What one asked to see: it holds for other days too, for as long as the tab is open. */
interface Asked {
  search: string;
  sorting: SortingState;
  filters: ColumnFiltersState;
}

const NOTHING: Asked = { search: "", sorting: [], filters: [] };

interface PositionTableProps {
  place: DayPlace;
  positions: Position[];
  selected: string | null;
  onSelect: (trade: string | null) => void;
}

export function PositionTable({ place, positions, selected, onSelect }: PositionTableProps) {
  const [visibility, setVisibility] = useKept(localStorage, COLUMNS, columnsAtFirst, areColumns);
  const [asked, setAsked] = useKept(sessionStorage, ASKED, () => NOTHING, isAsked);
  const { search, sorting, filters } = asked;
  const wanted = search.trim().toLowerCase();
  const found = useMemo(() => {
    const visible = columns.flatMap(({ id }) => (id === undefined || visibility[id] === false ? [] : [id]));
    return wanted === ""
      ? positions
      : positions.filter((each) => visible.some((id) => textOf(each, id).toLowerCase().includes(wanted)));
  }, [positions, visibility, wanted]);
  const table = useTable({
    features,
    columns,
    data: found,
    getRowId: (position) => position.trade_id,
    enableSortingRemoval: true,
    state: { columnVisibility: visibility, sorting, columnFilters: filters },
    onColumnVisibilityChange: setVisibility,
    onSortingChange: (change) =>
      setAsked((now) => ({ ...now, sorting: change instanceof Function ? change(now.sorting) : change })),
    onColumnFiltersChange: (change) =>
      setAsked((now) => ({ ...now, filters: change instanceof Function ? change(now.filters) : change })),
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
          onChange={(event) => setAsked({ ...asked, search: event.target.value })}
        />
        <Choice table={table} id="side" all="Both sides" positions={positions} />
        <Choice table={table} id="option_type" all="CE and PE" positions={positions} />
        <Choice table={table} id="exit_reason" all="Every exit" positions={positions} />
        <ColumnChoice table={table} />
        <span className={styles.total} data-testid="positions-total">
          {filtered ? `${count(rows.length)} of ` : ""}
          {counted(positions.length, "position")},{" "}
          <Profit amount={addRupees(rows.map((row) => row.original.pnl))} />
        </span>
      </div>
      <Wide label="Table of positions" className={styles.scroll ?? ""}>
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
                      className={isNumber(header.column.id) ? "number" : ""}
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
              onClick={() => setAsked({ ...asked, search: "", filters: [] })}
            >
              Show all
            </button>
          </p>
        ) : null}
      </Wide>
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

  const shown = table
    .getVisibleLeafColumns()
    .map(({ id }) => id)
    .join(" ");

  function onKeyDown(event: KeyboardEvent) {
    const trade = (event.target as HTMLElement).dataset.trade;
    if (trade === undefined) return;
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

  function onClick(event: MouseEvent) {
    const hit = (event.target as HTMLElement).closest<HTMLElement>("a, button, tr");
    const trade = hit?.dataset.trade; // a link in the row has none
    if (trade !== undefined) onSelect(trade === selected ? null : trade);
  }

  return (
    <tbody
      ref={body}
      onFocus={(event) => setFocused(event.target.closest("tr")?.dataset.trade ?? null)}
      onKeyDown={onKeyDown}
      onClick={onClick}
    >
      {rows.map(({ id, original }) => (
        <PositionRow
          key={id}
          place={place}
          position={original}
          shown={shown}
          isSelected={id === selected}
          isTabStop={id === tabStop}
        />
      ))}
    </tbody>
  );
}

interface PositionRowProps {
  place: DayPlace;
  position: Position;
  /** The columns by their ids, in order. */
  shown: string;
  isSelected: boolean;
  isTabStop: boolean;
}

/** Remembered: of a hundred rows one or two change when another is selected. */
const PositionRow = memo(function PositionRow(props: PositionRowProps) {
  const { place, position, shown, isSelected, isTabStop } = props;
  const trade = position.trade_id;
  return (
    <tr
      data-trade={trade}
      className={isSelected ? styles.selected : ""}
      aria-selected={isSelected}
      tabIndex={isTabStop ? 0 : -1}
    >
      <td>
        <Link to={addressOfTrade(place, trade)} tabIndex={-1} aria-label={`Why ${trade}`}>
          why
        </Link>
      </td>
      {shown.split(" ").map((column) => (
        <td key={column} className={isNumber(column) ? "number" : ""}>
          {cellOf(position, column)}
        </td>
      ))}
    </tr>
  );
});

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

function columnsAtFirst(): Record<string, boolean> {
  return hiddenAtFirst(window.matchMedia("(max-width: 640px)").matches);
}

function areColumns(stored: unknown): stored is Record<string, boolean> {
  return isObject(stored) && Object.values(stored).every((shown) => typeof shown === "boolean");
}

function isAsked(stored: unknown): stored is Asked {
  if (!isObject(stored) || typeof stored.search !== "string") return false;
  const known = (each: unknown) => isObject(each) && columns.some(({ id }) => id === each.id);
  const lists = [stored.sorting, stored.filters];
  return lists.every((list) => Array.isArray(list) && list.every(known));
}

function isObject(stored: unknown): stored is Record<string, unknown> {
  return typeof stored === "object" && stored !== null && !Array.isArray(stored);
}
