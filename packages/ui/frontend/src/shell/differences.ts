/** What differs between two records: numbers, and what was done more, less, or only in one. */
import type { DebugRecord } from "../types";

export interface Measure {
  label: string;
  unit: "s" | "bytes" | "count" | null;
  left: number | null;
  right: number | null;
}

export interface Difference {
  panel: string;
  name: string;
  left: number;
  right: number;
  leftSeconds: number;
  rightSeconds: number;
}

function byName(record: DebugRecord): Map<string, { panel: string; name: string; count: number; seconds: number }> {
  const found = new Map<string, { panel: string; name: string; count: number; seconds: number }>();
  const add = (panel: string, name: string, count: number, seconds: number): void => {
    const key = `${panel}\0${name}`;
    const known = found.get(key) ?? { panel, name, count: 0, seconds: 0 };
    found.set(key, { panel, name, count: known.count + count, seconds: known.seconds + seconds });
  };
  for (const { panel, name, start, end } of record.spans) add(panel, name, 1, end - start);
  for (const { panel, name, count, seconds } of record.folded) add(panel, name, count, seconds);
  return found;
}

/** Everything timed, by panel and name, that the two did a different number of times; the largest change first. */
export function differences(left: DebugRecord, right: DebugRecord): Difference[] {
  const [before, after] = [byName(left), byName(right)];
  const keys = new Set([...before.keys(), ...after.keys()]);
  const all = [...keys].map((key): Difference => {
    const [a, b] = [before.get(key), after.get(key)];
    const { panel, name } = a ?? b ?? { panel: "", name: "" };
    return { panel, name, left: a?.count ?? 0, right: b?.count ?? 0, leftSeconds: a?.seconds ?? 0, rightSeconds: b?.seconds ?? 0 };
  });
  return all
    .filter((each) => each.left !== each.right)
    .sort((a, b) => Math.abs(b.right - b.left) - Math.abs(a.right - a.left) || a.name.localeCompare(b.name));
}

/** The two records in numbers: duration, size, and each panel's count and time. */
export function measures(left: DebugRecord, right: DebugRecord, title: (panel: string) => string): Measure[] {
  const total = (record: DebugRecord): Map<string, { count: number; seconds: number }> => {
    const by = new Map<string, { count: number; seconds: number }>();
    for (const { panel, count, seconds } of byName(record).values()) {
      const known = by.get(panel) ?? { count: 0, seconds: 0 };
      by.set(panel, { count: known.count + count, seconds: known.seconds + seconds });
    }
    return by;
  };
  const [a, b] = [total(left), total(right)];
  const panels = [...new Set([...a.keys(), ...b.keys()])];
  return [
    { label: "Duration", unit: "s", left: left.duration, right: right.duration },
    { label: "Status", unit: null, left: left.response?.status ?? null, right: right.response?.status ?? null },
    { label: "Response size", unit: "bytes", left: left.response?.size ?? null, right: right.response?.size ?? null },
    ...panels.flatMap((panel): Measure[] => [
      { label: title(panel), unit: "count", left: a.get(panel)?.count ?? 0, right: b.get(panel)?.count ?? 0 },
      { label: `${title(panel)}, time`, unit: "s", left: a.get(panel)?.seconds ?? 0, right: b.get(panel)?.seconds ?? 0 },
    ]),
  ];
}
