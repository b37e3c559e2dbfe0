/** Lanes as they are drawn: read from JSON that may be anybody's, merged to pixels, found under the pointer. */
import type { LaneItem, LanesBlock, Level, Source } from "../../types";
import type { Window } from "../bars";
import { isLevel } from "../value";

/** The states that every output knows, in the order of a legend; others follow as they come. */
export const KNOWN = ["running", "ready", "waiting", "blocking"] as const;

/** A stretch in one state, in seconds. */
export interface Slice {
  readonly state: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** One row: its slices in the order of time, and the seconds in each state. */
export interface Lane {
  readonly index: number;
  readonly label: string;
  readonly detail: string;
  readonly depth: number;
  readonly level: Level | null;
  readonly source: Source | null;
  readonly slices: readonly Slice[];
  readonly totals: ReadonlyMap<string, number>;
  readonly end: number;
}

/** All of a block. */
export interface Lanes {
  readonly lanes: readonly Lane[];
  readonly states: readonly string[];
  readonly total: number;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const time = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0);

function laneOf(item: LaneItem, index: number): Lane {
  const slices = (Array.isArray(item.slices) ? item.slices : [])
    .map((slice) => ({ state: text(slice?.state) || "?", start: time(slice?.start), end: Math.max(time(slice?.start), time(slice?.end)), text: text(slice?.text) }))
    .sort((a, b) => a.start - b.start);
  const totals = new Map<string, number>();
  for (const { state, start, end } of slices) totals.set(state, (totals.get(state) ?? 0) + end - start);
  const depth = Number.isInteger(item.depth) && item.depth > 0 ? item.depth : 0;
  const end = slices.reduce((latest, slice) => Math.max(latest, slice.end), 0);
  return { index, label: text(item.label), detail: text(item.detail), depth, level: isLevel(item.level) ? item.level : null, source: item.source ?? null, slices, totals, end };
}

/** The lanes of a block. */
export function read({ lanes: items, seconds }: LanesBlock): Lanes {
  const lanes = (Array.isArray(items) ? items : []).map(laneOf);
  const found = new Set(lanes.flatMap((lane) => [...lane.totals.keys()]));
  const known: readonly string[] = KNOWN;
  const states = [...known.filter((state) => found.has(state)), ...[...found].filter((state) => !known.includes(state))];
  return { lanes, states, total: lanes.reduce((latest, lane) => Math.max(latest, lane.end), time(seconds)) };
}

/** Those of the lanes whose words match, and the lanes they stand below. */
export function matching(lanes: readonly Lane[], search: string): readonly Lane[] {
  const needle = search.trim().toLowerCase();
  if (!needle) return lanes;
  const above: Lane[] = [];
  const kept = new Set<Lane>();
  for (const lane of lanes) {
    while (above.length && (above.at(-1)?.depth ?? 0) >= lane.depth) above.pop();
    if (`${lane.label}\n${lane.detail}`.toLowerCase().includes(needle)) for (const each of [...above, lane]) kept.add(each);
    above.push(lane);
  }
  return lanes.filter((lane) => kept.has(lane));
}

/** Pixels of a track in which a state was; `share` of them, where it came and went too fast to be drawn one by one. */
export interface Stretch {
  readonly left: number;
  readonly right: number;
  readonly share: number;
}

/** Slices this near together are one stretch, which is at most so wide: then the next begins. */
const CLUSTER = 8;
/** More slices than these in a stretch are drawn as a share. */
const APART = 4;

/** The stretches of one state in pixels: never more than the track has room for, whatever there is. */
export function stretches(slices: readonly Slice[], state: string, { from, to }: Window, width: number, least: number): Stretch[] {
  const found: { left: number; right: number; filled: number; count: number }[] = [];
  const scale = width / (to - from || 1);
  for (const slice of slices) {
    if (slice.start > to) break;
    if (slice.state !== state || slice.end < from) continue;
    const begin = Math.max(0, (slice.start - from) * scale);
    const filled = Math.max(0, Math.min(width, (slice.end - from) * scale) - begin);
    const left = Math.min(width - least, begin);
    const right = left + Math.max(least, filled);
    const last = found.at(-1);
    const touches = last !== undefined && left <= last.right + 0.5;
    if (touches && (last.right - last.left < CLUSTER || right <= last.right)) {
      last.right = Math.max(last.right, right);
      last.filled += filled;
      last.count += 1;
    } else {
      const start = touches ? last.right : left;
      found.push({ left: start, right: Math.max(right, start + 1), filled, count: 1 });
    }
  }
  return found.map(({ left, right, filled, count }) => ({ left, right, share: count > APART ? Math.min(1, filled / (right - left)) : 1 }));
}

const rounded = (value: number): number => Math.round(value * 10) / 10;

/** Stretches as the boxes of an SVG path: less high for a share, their corners round where they are wide enough. */
export function boxes(found: readonly Stretch[], top: number, height: number): string {
  return found
    .map(({ left, right, share }) => {
      const wide = rounded(right - left);
      const high = share >= 0.95 ? height : rounded(Math.max(Math.min(3, height), height * share));
      const y = rounded(top + (height - high) / 2);
      if (wide < 6 || high < 6) return `M${rounded(left)} ${y}h${wide}v${high}h-${wide}z`;
      const across = rounded(wide - 4);
      const down = rounded(high - 4);
      return `M${rounded(left + 2)} ${y}h${across}q2 0 2 2v${down}q0 2-2 2h-${across}q-2 0-2-2v-${down}q0-2 2-2z`;
    })
    .join("");
}

/** The slices within `near` seconds of a moment: those that contain it alone where there are such. */
export function slicesAt(slices: readonly Slice[], second: number, near: number): readonly Slice[] {
  const close: Slice[] = [];
  for (const slice of slices) {
    if (slice.start > second + near) break;
    if (slice.end >= second - near) close.push(slice);
  }
  const exact = close.filter(({ start, end }) => start <= second && end >= second && end - start > near * 2);
  return close.length > 1 && exact.length === 1 && close.every((slice) => slice === exact[0] || slice.end - slice.start > near * 2) ? exact : close;
}
