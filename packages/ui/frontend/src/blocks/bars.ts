/** Where a bar of the waterfall lies and what is written beside it. */
import { bytes, count, seconds } from "../format";
import type { Span } from "../types";
import type { Line } from "./fold";

/** The stretch of time in sight, in seconds. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** Percentages of the track; `at` is where the words go. */
export interface Bar {
  readonly left: number;
  readonly width: number;
  readonly at: "after" | "before" | "inside";
  readonly seen: boolean;
}

/** The bar of something from `start` to `end`. */
export function bar(start: number, end: number, { from, to }: Window): Bar {
  const length = to - from || 1;
  const left = Math.max(0, Math.min(100, ((start - from) / length) * 100));
  const right = Math.max(0, Math.min(100, ((end - from) / length) * 100));
  const at = right <= 78 ? "after" : left >= 22 ? "before" : "inside";
  return { left, width: right - left, at, seen: end >= from && start <= to };
}

/** `window` scaled by `factor` around `center`, inside of 0 to `total` and never thinner than a millionth of it. */
export function zoomed({ from, to }: Window, total: number, factor: number, center: number): Window {
  const length = Math.max(Math.min((to - from) * factor, total), total * 1e-6);
  const share = to > from ? (center - from) / (to - from) : 0.5;
  const start = Math.max(0, Math.min(total - length, center - length * share));
  return { from: start, to: start + length };
}

function extra({ attributes, panel }: Span): string | null {
  const rows = attributes["db.response.returned_rows"] ?? attributes["rows"];
  if (typeof rows === "number") return rows === 1 ? "1 row" : `${count(rows)} rows`;
  const status = attributes["http.response.status_code"];
  if (typeof status === "number") return String(status);
  const hit = attributes["cache.hit"] ?? attributes["hit"];
  if (typeof hit === "boolean") return hit ? "hit" : "miss";
  const level = attributes["level"];
  return panel === "logging" && typeof level === "string" ? level.slice(0, 12).toLowerCase() : null;
}

/** What stands beside a bar: `4.8 ms · 50 rows`. */
export function words(line: Line, label: string | null): string {
  const { span } = line.node;
  const parts: (string | null)[] = [line.end > line.start ? seconds(line.nodes.length ? line.busy : line.end - line.start) : null];
  if (!line.nodes.length) parts.push(extra(span));
  const size = span.attributes["size"];
  if (line.node.index === -2) parts.splice(0, 1, typeof size === "number" ? bytes(size) : null);
  parts.push(label);
  return parts.filter((part) => part !== null && part !== "").join(" · ");
}
