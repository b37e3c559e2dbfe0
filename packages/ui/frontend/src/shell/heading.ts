/** What stands above an open record: its name, and who handled it when. */
import { css, html, nothing, type TemplateResult } from "lit";
import { exactTime, line, time, visible } from "../format";
import { pathOf } from "./pieces";
import type { RecordDetail } from "../types";
import { place } from "../api";

export const headingStyle = css`
  .heading {
    margin-bottom: 14px;
    min-width: 0;
  }
  .heading h1 {
    margin: 0;
    font: 600 18px/24px var(--dt-sans);
    letter-spacing: -0.01em;
    overflow-wrap: anywhere;
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow: hidden;
  }
  .heading p {
    display: flex;
    flex-wrap: wrap;
    gap: 0 8px;
    margin: 0;
    color: var(--dt-muted);
    font-size: var(--dt-size-tiny);
  }
`;

export function heading({ record, summary }: RecordDetail): TemplateResult {
  const { route } = record;
  return html`<div class="heading">
    <h1 title=${visible(record.request?.url ?? pathOf(summary))}>${line(summary.method, 12)} ${pathOf(summary)}</h1>
    <p>
      ${route?.handler ? html`<span>${line(route.handler, 120)}</span>` : nothing}
      ${route?.source ? html`<dt-source .source=${route.source}></dt-source>` : nothing}
      ${summary.client ? html`<span>${line(summary.client, 60)}</span>` : nothing}
      <span class="num" title=${exactTime(record.started_at)}>${time(record.started_at)}</span>
      ${record.parent ? html`<a href=${place(record.parent)}>caused by another record</a>` : nothing}
      ${record.imported ? html`<span>imported</span>` : nothing}
    </p>
  </div>`;
}
