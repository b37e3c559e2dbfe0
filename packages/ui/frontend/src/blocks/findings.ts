/** Notices in the order in which to read them, and the spans they are about. */
import type { Level, PanelNotice, RecordDetail, Source, Span } from "../types";

const WORST: Readonly<Record<Level, number>> = { error: 0, warning: 1, info: 2 };

/** Worst first; what saves most first among equals. */
export function worstFirst(notices: readonly PanelNotice[]): PanelNotice[] {
  const rank = (notice: PanelNotice): number => WORST[notice.level] ?? 3;
  return [...notices].sort((a, b) => rank(a) - rank(b) || (b.saves ?? 0) - (a.saves ?? 0));
}

function place(panel: string, source: Source | null): string | null {
  return source ? `${panel}\n${source.file}\n${source.line ?? ""}` : null;
}

/** Finds the notice about a span: the one of its panel at its line. */
export function noticeFinder(detail: RecordDetail | null): (span: Span) => PanelNotice | null {
  const byPlace = new Map<string, PanelNotice>();
  for (const notice of worstFirst(detail?.notices ?? [])) {
    const where = place(notice.panel, notice.source);
    if (where && notice.level !== "info" && !byPlace.has(where)) byPlace.set(where, notice);
  }
  return (span) => {
    const where = byPlace.size ? place(span.panel, span.source) : null;
    return where ? (byPlace.get(where) ?? null) : null;
  };
}
