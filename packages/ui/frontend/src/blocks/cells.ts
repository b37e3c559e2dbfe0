/** A table's rows as data: sorting, filtering, widths, and which row a deep link means. */
import { inUnit, isNumeric } from "../format";
import type { Block, Column, Json, Row, Source, TableBlock } from "../types";
import { isSource, valueText } from "./value";

export interface Sort {
  readonly column: number;
  readonly descending: boolean;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
const LEVELS = ["ok", "info", "warning", "error"];
const WIDE = 26;
/** Pixels a long text needs to be read beside others, and a statement with the links under it. */
const USEFUL = 130;
const STATEMENT = 230;

/** Is this column drawn right-aligned? */
export function rightAligned(column: Column, rows: readonly Row[], index: number): boolean {
  if (column.align) return column.align === "right";
  if (isNumeric(column.unit)) return true;
  const sample = rows.slice(0, 50).map((row) => row.cells[index] ?? null).filter((cell) => cell !== null);
  return column.unit === null && sample.length > 0 && sample.every((cell) => typeof cell === "number");
}

function key(cell: Json, column: Column): number | string | null {
  if (cell === null || cell === undefined) return null;
  if (typeof cell === "number") return cell;
  if (typeof cell === "boolean") return Number(cell);
  if (column.unit === "level") return LEVELS.indexOf(String(cell));
  return valueText(cell, column.unit).slice(0, 500);
}

/** Compare two sort keys; nothing comes last in either direction, numbers before texts. */
function compare(a: number | string | null, b: number | string | null, descending: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const sign = descending ? -1 : 1;
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  if (typeof a !== typeof b) return sign * (typeof a === "number" ? -1 : 1);
  return sign * collator.compare(String(a), String(b));
}

/** Row indexes in the order of `sort`; equal rows keep their order. */
export function sorted(block: TableBlock, indexes: readonly number[], sort: Sort | null): number[] {
  const column = sort ? block.columns[sort.column] : undefined;
  if (!sort || !column) return [...indexes];
  const keys = new Map(indexes.map((index) => [index, key(block.rows[index]?.cells[sort.column] ?? null, column)]));
  return [...indexes].sort((a, b) => compare(keys.get(a) ?? null, keys.get(b) ?? null, sort.descending) || a - b);
}

/** What a filter searches in each row, in lower case. */
export function haystack(block: TableBlock): string[] {
  return block.rows.map((row) =>
    row.cells
      .map((cell, index) => {
        const unit = block.columns[index]?.unit ?? null;
        const text = valueText(cell, unit).slice(0, 4000);
        return typeof cell === "number" ? `${text} ${inUnit(cell, unit)}` : text;
      })
      .concat(row.level ?? "")
      .join("\n")
      .toLowerCase(),
  );
}

/** How many characters are shown of a cell. */
export function shownLength(cell: Json, column: Column): number {
  if (column.unit === "source" && isSource(cell)) {
    const { file, line } = cell as unknown as Source;
    return (file.split(/[/\\]/).pop() ?? "").length + String(line ?? "").length + 1;
  }
  if (cell === null || cell === undefined) return 1;
  if (typeof cell === "number") return inUnit(cell, column.unit).length;
  if (typeof cell === "object") return 60;
  return column.unit === "level" ? 10 : valueText(cell, column.unit).length;
}

/** How many characters a column's longest cell has; past 200 no longer counted. */
export function wanted(block: TableBlock, index: number): number {
  const column = block.columns[index];
  if (!column) return 4;
  const step = Math.max(1, Math.floor(block.rows.length / 300));
  let longest = 2;
  for (let row = 0; row < block.rows.length; row += step) {
    longest = Math.max(longest, shownLength(block.rows[row]?.cells[index] ?? null, column));
    if (longest > 200) break;
  }
  return longest;
}

/** A column's place in the grid: its CSS, and the pixels below which it is no use. */
export interface Track {
  readonly css: string;
  readonly least: number;
  /** Pixels with which none of it stands in two lines, where that is known. */
  readonly wide?: number;
}

/** Pixels for this many characters in a cell. */
function cellPixels(characters: number, column: Column | undefined): number {
  const mono = column?.unit === "source" || column?.unit === "code" || column?.unit === "record";
  // Times are bold.
  const each = column?.unit === "s" ? 7.8 : mono || isNumeric(column?.unit ?? null) ? 7.3 : 7.6;
  return characters * each + 17;
}

/** Pixels for a title of this many characters. */
function titlePixels(characters: number): number {
  return characters * 6.8 + 20;
}

/** Pixels for this many characters in a cell, or for the title and the mark of its order. */
export function pixels(characters: number, column: Column | undefined): number {
  return Math.round(Math.max(cellPixels(characters, column), titlePixels(column?.title.length ?? 0)));
}

/** The same for a title that may stand in two lines. */
function narrowest(characters: number, column: Column | undefined): number {
  const word = (column?.title ?? "").split(" ").reduce((longest, each) => Math.max(longest, each.length), 0);
  return Math.round(Math.max(cellPixels(characters, column), titlePixels(word)));
}

/** The tracks of the columns `shown`: long texts share the room; without one the last text has it. */
export function tracks(block: TableBlock, shown: readonly number[]): Track[] {
  const widths = shown.map((index) => wanted(block, index));
  const columns = shown.map((index) => block.columns[index]);
  const long = widths.map((width, at) => width > WIDE || columns[at]?.unit === "sql");
  const last = shown.length - 1;
  const spare = isNumeric(columns[last]?.unit ?? null) ? columns.findIndex((column) => !isNumeric(column?.unit ?? null)) : last;
  const stretched = long.includes(true) ? -1 : spare;
  return widths.map((width, at) => {
    if (long[at]) return { css: `minmax(90px,${Math.min(Math.max(width, WIDE), 90)}fr)`, least: columns[at]?.unit === "sql" ? STATEMENT : USEFUL };
    const wide = pixels(width, columns[at]);
    const least = isNumeric(columns[at]?.unit ?? null) ? narrowest(width, columns[at]) : Math.min(wide, USEFUL);
    return { css: at === stretched ? `minmax(${least}px,1fr)` : least < wide ? `minmax(${least}px,${wide}px)` : `${wide}px`, least };
  });
}

/** Does one of these blocks show the span? */
export function blocksHold(blocks: readonly Block[], span: number): boolean {
  return blocks.some((block) => {
    if (block.type === "table") return (block as TableBlock).rows.some((row) => rowHolds(row, span));
    return block.type === "section" && blocksHold((block as unknown as { blocks: Block[] }).blocks, span);
  });
}

/** Does this row show the span, itself or in its details? */
export function rowHolds(row: Row, span: number): boolean {
  return row.span === span || blocksHold(row.details, span);
}

/** The row a deep link means: the one of that span where rows have spans, else the row of that number; -1 if none. */
export function linkedRow(block: TableBlock, target: number | null): number {
  if (target === null) return -1;
  const own = block.rows.findIndex((row) => row.span === target);
  if (own >= 0) return own;
  const inside = block.rows.findIndex((row) => blocksHold(row.details, target));
  if (inside >= 0) return inside;
  return block.rows.some((row) => row.span !== null) || target >= block.rows.length ? -1 : target;
}

/** The spans a row stands for: its own and those of the tables in its details. */
export function spansOf(row: Row): number[] {
  const inside = row.details.flatMap((block) => (block.type === "table" ? (block as TableBlock).rows.flatMap(spansOf) : []));
  return row.span === null || row.span === undefined ? inside : [row.span, ...inside];
}

/** The rows `indexes` as tab-separated text, with a line of titles. */
export function asText(block: TableBlock, indexes: readonly number[]): string {
  const clean = (text: string): string => text.replace(/[\t\r\n]+/g, " ");
  const titles = block.columns.map((column) => clean(column.title)).join("\t");
  const line = (index: number): string =>
    block.columns.map((column, at) => clean(valueText(block.rows[index]?.cells[at] ?? null, column.unit))).join("\t");
  return [titles, ...indexes.map(line)].join("\n");
}
