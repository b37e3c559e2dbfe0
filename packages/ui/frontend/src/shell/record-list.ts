/** A short list of records to choose from, in a popup: the switcher's and the comparison's. */
import { html, nothing, type TemplateResult } from "lit";
import { line, time } from "../format";
import type { Summary } from "../types";
import { pathOf, severityDot, statusPill, took } from "./pieces";
import { worst } from "../format";

/** The entries of a group of records, with the group's name; nothing when there are none. */
export function recordItems(
  title: string,
  records: readonly Summary[],
  current: string | null,
  choose: (id: string) => void,
): TemplateResult | typeof nothing {
  if (records.length === 0) return nothing;
  return html`<div role="group" aria-label=${title}>
    <div class="group" aria-hidden="true">${title}</div>
    ${records.map(
      (record) => html`<button class="item" data-close aria-current=${record.id === current ? "true" : nothing} @click=${() => choose(record.id)}>
        ${statusPill(record)}<b>${line(record.method, 12)}</b><span class="mono cut">${pathOf(record)}</span>
        <span class="grow"></span>${severityDot(worst(record.levels))}<span class="muted">${took(record.duration)}</span>
        <span class="faint num mono">${time(record.started_at)}</span>
      </button>`,
    )}
  </div>`;
}
