/** Small pieces of drawing that dock and dashboard share. */
import { html, nothing, type TemplateResult } from "lit";
import { briefSeconds, line, seconds, statusLevel } from "../format";
import type { ApiError } from "../api";
import type { Level, Summary } from "../types";

/** A status in its colour; a word where there is none. */
export function statusPill(summary: Pick<Summary, "status" | "kind" | "open" | "error">): TemplateResult {
  if (summary.open) return html`<span class="pill info">open</span>`;
  if (summary.status !== null) return html`<span class="pill ${statusLevel(summary.status) ?? ""}">${summary.status}</span>`;
  return summary.error ? html`<span class="pill error">failed</span>` : html`<span class="pill ok">done</span>`;
}

/** A query as one reads it: `%20` is a blank; what divides it (`%26`, `%3D`) and what is no text stays as it was sent. */
export function readable(query: string): string {
  return query.replace(/(?:%(?!25)[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURI(run);
    } catch {
      return run;
    }
  });
}

/** The path with its query, safe to show and short. */
export function pathOf(summary: Pick<Summary, "path" | "query">): string {
  return line(summary.query ? `${summary.path}?${readable(summary.query)}` : summary.path);
}

/** A duration, exact on hover. */
export function took(duration: number | null): TemplateResult {
  return html`<span class="num" title=${duration === null ? "not finished" : `${seconds(duration)} (${duration} s)`}>${briefSeconds(duration)}</span>`;
}

/** A dot whose shape and name say how bad it is; nothing where nothing is. */
export function severityDot(level: Level | "ok" | null): TemplateResult | typeof nothing {
  if (level !== "warning" && level !== "error") return nothing;
  return html`<span class="dot ${level}" role="img" aria-label=${level} title=${level}></span>`;
}

/** What happened, what to do, and a way to try again. */
export function failure(error: ApiError, again: (() => void) | null): TemplateResult {
  return html`<div class="failure" role="alert">
    <b>${error.message}</b>
    <p>${error.hint}</p>
    ${again ? html`<button class="btn" @click=${again}>Try again</button>` : nothing}
  </div>`;
}

/** Save text as a file on the reader's machine. */
export function download(name: string, text: string, type = "application/json"): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
