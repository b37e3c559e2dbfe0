/** Where a table's columns stand: worked out once per block. */
import type { BadgeLevel, Column, Json, Row, TableBlock } from "../types";
import { pixels, rightAligned, shownLength, spansOf, tracks, wanted, type Track } from "./cells";
import { depthOf, outline, type Outline } from "./outline";

/** Longer cells are cut, and open. */
export const LONG = 160;
/** Pixels of the link beside a name that opens its details. */
const DETAILS = 60;
/** Pixels in which a name of a tree can be read, if in more lines; those of a step to the right, and of the mark that folds. */
const STEM = 120;
const STEP = 14;
const FOLD = 16;
/** Pixels from which on names share the room with what is said of them. */
const LONG_STEM = 280;

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
  /** The same without the little timeline, for where it has no room. */
  readonly tight: string;
  /** Pixels below which the timeline has no room, and those below which the columns have none. */
  readonly least: readonly [all: number, tight: number];
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
  const tight = [...(opens ? [fixed(22)] : []), ...widths, ...(levels ? [fixed(100)] : [])];
  // The little timeline goes before the names of a tree are squeezed.
  const roomy = tree ? tight.map((track, at) => (at === columns.indexOf(stem) + Number(opens) ? { ...track, least: track.wide ?? track.least } : track)) : tight;
  const all = spans ? roomy.toSpliced(when + Number(opens), 0, { css: "minmax(60px,136px)", least: 60 }) : tight;
  return { columns, main, source, right, when, levels, opens, tracks: written(all), tight: written(tight), least: [needed(all), needed(tight)], tree, stem };
}

function written(tracks: readonly Track[]): string {
  return tracks.map(({ css }) => css).join(" ");
}

function needed(tracks: readonly Track[]): number {
  return tracks.reduce((sum, { least }) => sum + least, 0);
}

function fixed(width: number): Track {
  return { css: `${width}px`, least: width };
}

/** How wide the names of a tree are, with what stands before and behind them: short ones leave the room to what is said of them. */
function stemTrack(block: TableBlock, stem: number): Track {
  const column = block.columns[stem];
  const every = Math.max(1, Math.floor(block.rows.length / 300));
  const wide = block.rows.reduce((most, row, index) => {
    if (index % every || !column) return most;
    const links = canOpen(row, block.columns) ? DETAILS : 0;
    return Math.max(most, STEP * Math.min(depthOf(row), 8) + FOLD + pixels(shownLength(row.cells[stem] ?? null, column), column) + links);
  }, 0);
  if (wide > LONG_STEM) return { css: `minmax(${LONG_STEM - 40}px,90fr)`, least: LONG_STEM - 40 };
  const least = Math.min(wide, Math.max(STEM, wide - 50));
  return { css: `minmax(${least}px,${wide}px)`, least, wide };
}

/** A row's level as a class name. */
export function levelClass(row: Row): BadgeLevel | "" {
  return row.level ?? "";
}
