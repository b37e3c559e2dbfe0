/** Numbers, times and long strings as a reader wants them. Exact values belong in a `title`. */
import type { BadgeLevel, Json, Summary, Unit } from "./types";

const thin = "\u2009";
const none = "–";

function grouped(value: number, digits = 0): string {
  const [whole = "", rest] = value.toFixed(digits).split(".");
  const spaced = whole.replace(/\B(?=(\d{3})+(?!\d))/g, thin);
  return rest === undefined ? spaced : `${spaced}.${rest}`;
}

function scaled(value: number, unit: string, digits: number): string {
  return `${grouped(value, digits)} ${unit}`;
}

/** Seconds as µs, ms, s, min or h: `0.0412` is `41.2 ms`. */
export function seconds(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return none;
  const size = Math.abs(value);
  if (size === 0) return "0 ms";
  if (size < 0.0009995) return scaled(value * 1e6, "µs", size < 0.00000995 ? 1 : 0);
  if (size < 0.09995) return scaled(value * 1e3, "ms", 1);
  if (size < 0.9995) return scaled(value * 1e3, "ms", 0);
  if (size < 99.95) return scaled(value, "s", 2);
  if (size < 5400) return scaled(value / 60, "min", size < 600 ? 1 : 0);
  return scaled(value / 3600, "h", 1);
}

/** Seconds in as few characters as will do, for bars and lists: `0.0841` is `84 ms`. */
export function briefSeconds(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return none;
  const size = Math.abs(value);
  if (size >= 0.00995 && size < 0.9995) return scaled(value * 1e3, "ms", 0);
  if (size >= 0.9995 && size < 60) return scaled(value, "s", size < 9.95 ? 1 : 0);
  return seconds(value);
}

/** Bytes in steps of 1,000: `12345` is `12.3 kB`. */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return none;
  const units = ["B", "kB", "MB", "GB", "TB"];
  let step = 0;
  let rest = value;
  while (Math.abs(rest) >= 999.5 && step < units.length - 1) {
    rest /= 1000;
    step += 1;
  }
  return scaled(rest, units[step] ?? "B", step > 0 && Math.abs(rest) < 99.95 ? 1 : 0);
}

/** A count with thin spaces between thousands: `1842` is `1 842`. */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return none;
  return Number.isInteger(value) ? grouped(value) : grouped(value, Math.abs(value) < 10 ? 2 : 1);
}

/** A share of one: `0.49` is `49 %`. */
export function percent(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return none;
  const share = value * 100;
  if (share > 0 && share < 0.1) return "< 0.1 %";
  return scaled(share, "%", Math.abs(share) < 9.95 && !Number.isInteger(share) ? 1 : 0);
}

const two = (value: number, width = 2): string => String(value).padStart(width, "0");

/** Unix seconds as the reader's local time of day with milliseconds: `10:42:07.118`. */
export function time(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return none;
  const date = new Date(value * 1000);
  if (Number.isNaN(date.getTime())) return none;
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${two(date.getMilliseconds(), 3)}`;
}

/** Unix seconds as local date and time, and UTC: for a `title`. */
export function exactTime(value: number): string {
  const date = new Date(value * 1000);
  return Number.isNaN(date.getTime()) ? String(value) : `${date.toLocaleString()} (${date.toISOString()})`;
}

/** Any scalar in its unit. */
export function inUnit(value: Json, unit: Unit | null): string {
  if (value === null) return none;
  if (typeof value === "number") {
    switch (unit) {
      case "s":
        return seconds(value);
      case "bytes":
        return bytes(value);
      case "percent":
        return percent(value);
      case "time":
        return time(value);
      case "count":
        return count(value);
      default:
        return String(value);
    }
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The exact value with its unit, for a `title`; empty where the short form is exact. */
export function exact(value: Json, unit: Unit | null): string {
  if (typeof value !== "number") return "";
  if (unit === "s") return `${value} s`;
  if (unit === "bytes") return `${value} bytes`;
  if (unit === "percent") return `${value * 100} %`;
  if (unit === "time") return exactTime(value);
  return String(value);
}

/** Is this unit drawn right-aligned, in tabular figures? */
export function isNumeric(unit: Unit | null): boolean {
  return unit === "s" || unit === "bytes" || unit === "count" || unit === "percent";
}

/** At most `limit` characters, with … where something was cut; never half of a surrogate pair. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let end = limit - 1;
  const code = text.charCodeAt(end - 1);
  if (code >= 0xd800 && code <= 0xdbff) end -= 1;
  return `${text.slice(0, end)}…`;
}

// Controls, right-to-left overrides and other marks that would let a string disguise itself.
const disguises = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** The string with control characters and direction overrides as visible `\u202e`. */
export function visible(text: string): string {
  return text.replace(disguises, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** What one line of a record's list or title shows: visible and at most `limit` characters. */
export function line(text: string, limit = 300): string {
  return visible(cut(text, limit).replace(/\s+/g, " "));
}

/** How good or bad a status is. */
export function statusLevel(status: number | null): BadgeLevel | null {
  if (status === null) return null;
  if (status >= 500) return "error";
  if (status >= 400) return "warning";
  return status >= 300 || status < 200 ? "info" : "ok";
}

/** The worst level of a record's findings, or null. */
export function worst(levels: Summary["levels"]): "warning" | "error" | null {
  if (levels.error > 0) return "error";
  return levels.warning > 0 ? "warning" : null;
}

/** `1 finding`, `2 findings`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** Is this a path on this site, and nothing else? Browsers read `//`, `/\` or a control character as another site. */
export function isPath(value: Json): value is string {
  return typeof value === "string" && /^\/(?![/\\])[!-~]*$/.test(value);
}
