/** Records grouped by route: how many, p50, p95, the worst, how many failed. */
import type { Summary } from "../types";

export interface RouteGroup {
  key: string;
  method: string;
  route: string;
  /** Whether `route` is a route; else it is the path of what matched none. */
  matched: boolean;
  count: number;
  p50: number | null;
  p95: number | null;
  worst: number | null;
  worstId: string;
  failed: number;
  findings: number;
  sql: number;
}

/** The value below which a share of the sorted values lies: the nearest rank. */
export function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

/** Group by method and route (the path where nothing matched), the slowest p95 first. */
export function byRoute(records: readonly Summary[]): RouteGroup[] {
  const groups = new Map<string, Summary[]>();
  for (const record of records) {
    const key = `${record.method} ${record.route ?? record.path}`;
    const group = groups.get(key);
    if (group) group.push(record);
    else groups.set(key, [record]);
  }
  return [...groups].map(([key, group]) => summarise(key, group)).sort((a, b) => (b.p95 ?? -1) - (a.p95 ?? -1));
}

function summarise(key: string, group: readonly Summary[]): RouteGroup {
  const ended = group.filter(({ duration }) => duration !== null).sort((a, b) => (a.duration ?? 0) - (b.duration ?? 0));
  const times = ended.map(({ duration }) => duration ?? 0);
  const [first] = group;
  const statements = group.map(({ counts }) => counts["sqlalchemy"]?.count ?? 0);
  return {
    key,
    method: first?.method ?? "",
    route: first?.route ?? first?.path ?? "",
    matched: typeof first?.route === "string",
    count: group.length,
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    worst: times.at(-1) ?? null,
    worstId: (ended.at(-1) ?? first)?.id ?? "",
    failed: group.filter(({ status, error }) => error !== null || (status ?? 0) >= 500).length,
    findings: group.filter(({ levels }) => levels.warning + levels.error > 0).length,
    sql: statements.reduce((sum, each) => sum + each, 0) / group.length,
  };
}
