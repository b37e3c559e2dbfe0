/** Nested values as a flat list of lines: what a tree shows, bounded. */
import type { Json } from "../types";

/** One line of a tree. */
export interface Branch {
  readonly path: string;
  readonly key: string;
  readonly value: Json;
  readonly depth: number;
  /** Members of a list or an object, else null. */
  readonly size: number | null;
  readonly expanded: boolean;
  /** How many members of `path` are not shown yet: this line is the "more" of its parent. */
  readonly more: number;
}

/** Members drawn before "more". */
export const PAGE = 100;
const MOST = 3000;

/** What is open: paths toggled away from the default depth, and how many members each path shows. */
export interface Openness {
  readonly depth: number;
  readonly toggled: ReadonlySet<string>;
  readonly shown: ReadonlyMap<string, number>;
}

function sizeOf(value: Json): number | null {
  if (typeof value !== "object" || value === null) return null;
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}

/** The path of a member, as one would write it in Python or JavaScript: `items[0].name`, `headers["x-id"]`. */
export function member(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (/^[A-Za-z_$][\w$]*$/.test(key)) return path ? `${path}.${key}` : key;
  return `${path}[${JSON.stringify(key)}]`;
}

function members(value: Json, limit: number): [string | number, Json][] {
  if (Array.isArray(value)) return value.slice(0, limit).map((item, index) => [index, item]);
  if (typeof value !== "object" || value === null) return [];
  return Object.keys(value).slice(0, limit).map((key) => [key, value[key] ?? null]);
}

/** The lines of `value`, top down: at most 3,000, members by the hundred. */
export function branches(value: Json, { depth: open, toggled, shown }: Openness): Branch[] {
  const lines: Branch[] = [];
  const walk = (item: Json, key: string, path: string, depth: number): void => {
    if (lines.length >= MOST) return;
    const size = sizeOf(item);
    const expanded = size !== null && size > 0 && depth < open !== toggled.has(path);
    lines.push({ path, key, value: item, depth, size, expanded, more: 0 });
    if (!expanded || size === null) return;
    const limit = shown.get(path) ?? PAGE;
    for (const [name, child] of members(item, limit)) walk(child, String(name), member(path, name), depth + 1);
    if (size > limit) lines.push({ path, key: "", value: null, depth: depth + 1, size: null, expanded: false, more: size - limit });
  };
  if (sizeOf(value) === null) walk(value, "", "", 0);
  else for (const [name, child] of members(value, shown.get("") ?? PAGE)) walk(child, String(name), member("", name), 0);
  const left = (sizeOf(value) ?? 0) - (shown.get("") ?? PAGE);
  if (left > 0) lines.push({ path: "", key: "", value: null, depth: 0, size: null, expanded: false, more: left });
  return lines;
}
