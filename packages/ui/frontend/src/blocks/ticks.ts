/** Round marks for an axis of time. */

const UNITS = [
  { limit: 1e-3, factor: 1e6, unit: "µs" },
  { limit: 1, factor: 1e3, unit: "ms" },
  { limit: 180, factor: 1, unit: "s" },
  { limit: 10_800, factor: 1 / 60, unit: "min" },
  { limit: Infinity, factor: 1 / 3600, unit: "h" },
] as const;

/** A mark: where it is, in seconds, and what it says; the last one names the unit. */
export interface Tick {
  readonly at: number;
  readonly text: string;
}

function step(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  const digit = [1, 2, 5].find((candidate) => candidate * power >= raw * (1 - 1e-9));
  return (digit ?? 10) * power;
}

/** Pixels that the words of the last mark need. */
const WORDS = 52;

/** At most `most` round marks from `from` to `to` (seconds) on an axis of `width` pixels, all in one unit. */
export function ticks(from: number, to: number, most = 8, width = 1_200): Tick[] {
  if (!(to > from) || !Number.isFinite(to - from) || most < 1) return [];
  const { factor, unit } = UNITS.find(({ limit }) => to - from < limit) ?? UNITS[1];
  const size = step(((to - from) * factor) / most);
  const digits = Math.max(0, -Math.floor(Math.log10(size) + 1e-9));
  const marks: Tick[] = [];
  // A mark at the very end would have no room for its words.
  const last = from + (to - from) * (1 - Math.min(0.5, WORDS / Math.max(width, 1)));
  for (let index = Math.ceil((from * factor) / size - 1e-9); (index * size) / factor <= last; index++) {
    marks.push({ at: (index * size) / factor, text: (index * size).toFixed(digits) });
    if (marks.length > most + 1) break;
  }
  return marks.map((mark, index) => (index === marks.length - 1 ? { ...mark, text: `${mark.text} ${unit}` } : mark));
}
