/** What is said of lanes: in the tip, to a screen reader, and as tables. */
import { count, percent, plural, seconds } from "../../format";
import type { Json, TableBlock, Unit } from "../../types";
import { plain } from "../text";
import type { Lane, Lanes, Slice } from "./slices";

const LISTED = 500;
const STATES = 8;
const SAID = 3;

/** `running for 12.3 ms, from 2.1 ms: Queue.get`. */
export function sliceWords({ state, start, end, text }: Slice): string {
  return `${plain(state, 40)} for ${seconds(end - start)}, from ${seconds(start)}${text ? `: ${plain(text, 200)}` : ""}`;
}

/** The lines said of what lies under the pointer: each slice, or how many there are and what they make up. */
export function told(found: readonly Slice[]): string[] {
  if (!found.length) return ["not there"];
  if (found.length <= SAID) {
    return found.flatMap(({ state, start, end, text }) => [
      `${plain(state, 40)} for ${seconds(end - start)} (${Number((end - start).toFixed(9))} s)`,
      `from ${seconds(start)} to ${seconds(end)}`,
      ...(text ? [plain(text, 300)] : []),
    ]);
  }
  const sums = new Map<string, number>();
  for (const { state, start, end } of found) sums.set(state, (sums.get(state) ?? 0) + end - start);
  const from = Math.min(...found.slice(0, 1_000).map(({ start }) => start));
  return [`${count(found.length)} slices from ${seconds(from)}`, ...[...sums].slice(0, 4).map(([state, sum]) => `${plain(state, 40)} for ${seconds(sum)}`), "zoom in to tell them apart"];
}

/** `running 12.3 ms, waiting 60.1 ms`. */
export function totalsOf({ totals }: Lane, states: readonly string[]): string {
  return states.filter((state) => totals.has(state)).slice(0, STATES).map((state) => `${plain(state, 40)} ${seconds(totals.get(state))}`).join(", ");
}

/** What a screen reader hears of a lane. */
export function laneWords(lane: Lane, states: readonly string[]): string {
  if (!lane.slices.length) return ["never there", plain(lane.detail, 80)].filter(Boolean).join(", ");
  const level = lane.level ? `${lane.level}, ` : "";
  return `${level}from ${seconds(lane.slices[0]?.start)} to ${seconds(lane.end)}: ${totalsOf(lane, states)}${lane.detail ? `; ${plain(lane.detail, 80)}` : ""}`;
}

const column = (title: string, unit: Unit | null): TableBlock["columns"][number] => ({ title, unit, align: null });

/** A lane's slices as a table. */
export function sliceTable({ slices }: Lane): TableBlock {
  const rows = slices.slice(0, LISTED).map(({ state, start, end, text }) => ({ cells: [state, start, end - start, text] as Json[], level: null, details: [], span: null }));
  const left = slices.length - rows.length;
  const title = `${plural(slices.length, "slice")}${left > 0 ? ` (${count(left)} later ones are not listed)` : ""}`;
  return { type: "table", title, empty: "It never ran.", columns: [column("State", null), column("From", "s"), column("For", "s"), column("What", null)], rows };
}

/** All lanes as a table, for the keyboard and for a screen reader: the seconds in each state, and each slice on opening. */
export function asTable({ lanes, states, total }: Lanes, empty: string): TableBlock {
  const listed = states.slice(0, STATES);
  const sourced = lanes.some(({ source }) => source !== null);
  const columns = [
    column("Lane", null), column("From", "s"), column("Until", "s"), ...listed.map((state) => column(plain(state, 40), "s")), column("Said", null), ...(sourced ? [column("At", "source")] : []),
  ];
  const rows = lanes.map((lane) => ({
    cells: [lane.label, lane.slices[0]?.start ?? null, lane.slices.length ? lane.end : null, ...listed.map((state) => lane.totals.get(state) ?? null), lane.detail || null, ...(sourced ? [lane.source as unknown as Json] : [])],
    level: lane.level, details: lane.slices.length ? [sliceTable(lane)] : [], span: null, depth: lane.depth,
  }));
  return { type: "table", title: `${plural(lanes.length, "lane")} over ${seconds(total)}`, empty, columns, rows };
}

/** `34 %`: how much of the whole. */
export function shareOf(part: number, total: number): string {
  return percent(total > 0 ? part / total : 0);
}
