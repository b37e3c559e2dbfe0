/** Where a table's columns stand: worked out once per block. */
import type { BadgeLevel, Column, Json, Row, TableBlock } from "../types";
import { rightAligned, spansOf, tracks, wanted } from "./cells";
import { depthOf, outline, type Outline } from "./outline";

/** Longer cells are cut, and open. */
export const LONG = 160;

/** What is worked out once per block: which columns are shown where. */
export interface Layout {
  readonly columns: readonly number[];
  /** The statement column under which the source is written, and the source's column; -1 if none. */
  readonly main: number;
  readonly source: number;
  readonly right: readonly boolean[];
  /** Before which of `columns` the little timeline stands; -1 if no row has a span. */
  readonly when: number;
  readonly levels: boolean;
  readonly opens: boolean;
  readonly tracks: string;
  /** The rows as a tree and the column that is indented; null where the rows are a list. */
  readonly tree: Outline | null;
  readonly stem: number;
}

/** Is this cell too long to be shown whole in its row? */
export function isLong(cell: Json, column: Column | undefined): boolean {
  if (typeof cell === "string") return cell.length > LONG || (column?.unit === "sql" && cell.includes("\n"));
  return typeof cell === "object" && cell !== null && column?.unit !== "source";
}

/** Has this row something to open? */
export function canOpen(row: Row, columns: readonly Column[]): boolean {
  return row.details.length > 0 || row.cells.some((cell, index) => isLong(cell, columns[index]));
}

/** The layout of a table; `timed`: its record is known, so that rows can show when they were. */
export function layoutOf(block: TableBlock, timed: boolean): Layout {
  const units = block.columns.map((column) => column.unit);
  const main = units.filter((unit) => unit === "sql").length === 1 ? units.indexOf("sql") : -1;
  const source = main >= 0 && units.filter((unit) => unit === "source").length === 1 ? units.indexOf("source") : -1;
  const columns = units.map((_, index) => index).filter((index) => index !== source);
  const right = block.columns.map((column, index) => rightAligned(column, block.rows, index));
  const spans = timed && block.rows.some((row) => spansOf(row).length > 0);
  const first = columns.findIndex((index, at) => at > 0 && right[index] === true && columns.indexOf(main) < at);
  const when = spans ? (first < 0 ? columns.length : first) : -1;
  const levels = block.rows.some((row) => row.level !== null);
  const tree = outline(block);
  const opens = !tree && (block.rows.some((row) => row.details.length > 0) || columns.some((index) => wanted(block, index) > LONG));
  const stem = columns.find((index) => !right[index]) ?? columns[0] ?? 0;
  const widths = tracks(block, columns);
  if (tree) widths[columns.indexOf(stem)] = stemTrack(block, stem);
  if (spans) widths.splice(when, 0, "minmax(60px,136px)");
  const parts = [...(opens ? ["22px"] : []), ...widths, ...(levels ? ["100px"] : [])];
  return { columns, main, source, right, when, levels, opens, tracks: parts.join(" "), tree, stem };
}

/** How wide the names of a tree are: short ones leave the room to what is said of them. */
function stemTrack(block: TableBlock, stem: number): string {
  const deepest = block.rows.reduce((most, row) => Math.max(most, depthOf(row)), 0);
  const characters = wanted(block, stem) + 2 * Math.min(deepest, 8) + 3;
  return characters > 32 ? "minmax(240px,90fr)" : `${Math.round(characters * 7.9 + 18)}px`;
}

/** A row's level as a class name. */
export function levelClass(row: Row): BadgeLevel | "" {
  return row.level ?? "";
}
