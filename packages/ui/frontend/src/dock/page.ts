/** What belongs to the page we are in: its navigation, its redirects, and what it fetched since. */
import type { Api } from "../api";
import type { Summary } from "../types";

export interface PageRecords {
  page: Summary | null;
  redirects: Summary[];
  fetches: Summary[];
  /** What the application did lately, for anything else. */
  recent: Summary[];
}

/** The record of the page as it is now: Turbo and HTMX change it without a load. */
export function pageRecord(): string | null {
  return [...document.querySelectorAll<HTMLElement>("script[data-record]")].pop()?.dataset["record"] ?? null;
}

const fetched = /^(fetch|xmlhttprequest)$/;

/** The fetch and XHR calls of this page to its own origin, ours left out. */
export function fetchCalls(prefix: string): PerformanceResourceTiming[] {
  return performance
    .getEntriesByType("resource")
    .filter((entry): entry is PerformanceResourceTiming => entry instanceof PerformanceResourceTiming)
    .filter(({ initiatorType, name }) => fetched.test(initiatorType) && name.startsWith(`${location.origin}/`))
    .filter(({ name }) => !new URL(name).pathname.startsWith(`${prefix}/`));
}

/** The record ids that the server told us of in `Server-Timing`, newest first. */
export function recordIds(entries: readonly PerformanceResourceTiming[]): string[] {
  const ids = entries.map(({ serverTiming }) => serverTiming.find(({ name }) => name === "dtb")?.description);
  return [...new Set(ids.filter((id): id is string => Boolean(id)))].reverse();
}

/** Records just before the page's that redirected to it: as many as the browser followed. */
export function redirectsBefore(page: Summary, recent: readonly Summary[], followed: number): Summary[] {
  const client = page.client?.split(":")[0];
  return recent
    .filter(({ id, status, started_at }) => id < page.id && status !== null && status >= 300 && status < 400 && page.started_at - started_at < 10)
    .filter((each) => each.client?.split(":")[0] === client)
    .slice(0, followed);
}

async function summaries(api: Api, ids: readonly string[], recent: readonly Summary[]): Promise<Summary[]> {
  const known = new Map(recent.map((summary) => [summary.id, summary]));
  const found = await Promise.all(
    ids.slice(0, 30).map((id) => known.get(id) ?? api.record(id).then(({ summary }) => summary).catch(() => null)),
  );
  return found.filter((summary) => summary !== null);
}

/** Find the page's records; calls without `Server-Timing` (another origin's rules) show among the recent ones. */
export async function pageRecords(api: Api): Promise<PageRecords> {
  const { records } = await api.records({ limit: 50 });
  const id = pageRecord();
  const [page] = id ? await summaries(api, [id], records) : [];
  const fetches = await summaries(api, recordIds(fetchCalls(api.prefix)), records);
  const [navigation] = performance.getEntriesByType("navigation");
  const followed = navigation instanceof PerformanceNavigationTiming ? navigation.redirectCount : 0;
  const redirects = page ? redirectsBefore(page, records, followed) : [];
  const named = new Set([page, ...fetches, ...redirects].map((each) => each?.id));
  return { page: page ?? null, redirects, fetches, recent: records.filter((each) => !named.has(each.id)).slice(0, 20) };
}
