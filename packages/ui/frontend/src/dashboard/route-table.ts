/** The table of routes: which are slow, which fail, where to look. */
import { LitElement, css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { base } from "../base";
import { count, line, plural, seconds } from "../format";
import type { Summary } from "../types";
import { byRoute, type RouteGroup } from "./routes";

type Sort = "count" | "p50" | "p95" | "worst" | "failed" | "sql";
const columns: readonly (readonly [Sort, string])[] = [
  ["count", "Count"], ["p50", "p50"], ["p95", "p95"], ["worst", "Worst"], ["sql", "SQL each"], ["failed", "Failed"],
];

@customElement("dt-routes")
export class RouteTable extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        overflow: auto;
        padding: 12px 16px;
        min-width: 0;
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: var(--dt-size-small);
      }
      th,
      td {
        padding: 5px 8px;
        text-align: end;
        white-space: nowrap;
        border-bottom: 1px solid color-mix(in srgb, var(--dt-line) 60%, transparent);
      }
      thead th {
        position: sticky;
        top: -12px;
        background: var(--dt-bg);
        color: var(--dt-muted);
        font-size: var(--dt-size-tiny);
      }
      .first {
        text-align: start;
        white-space: normal;
        overflow-wrap: anywhere;
        width: 55%;
        font-weight: 400;
      }
      button {
        padding: 0;
        border: 0;
        background: none;
        font: inherit;
        color: inherit;
        cursor: pointer;
        text-align: inherit;
      }
      button:hover {
        color: var(--dt-accent);
      }
      p {
        color: var(--dt-muted);
      }
    `,
  ];

  @property({ attribute: false }) records: readonly Summary[] = [];
  @state() private by: Sort = "p95";

  protected override render(): unknown {
    const groups = byRoute(this.records).sort((a, b) => (b[this.by] ?? -1) - (a[this.by] ?? -1));
    if (groups.length === 0) return html`<p>When there are records, their routes are compared here: count, p50, p95 and the worst.</p>`;
    return html`<p>${plural(groups.length, "route")} of the ${plural(this.records.length, "record")} loaded. Scroll the list to load older ones.</p>
      <table>
        <thead>
          <tr>
            <th class="first" scope="col">Route</th>
            ${columns.map(([name, title]) => html`<th scope="col" aria-sort=${this.by === name ? "descending" : "none"}>
              <button @click=${() => (this.by = name)}>${title}${this.by === name ? " ↓" : ""}</button></th>`)}
          </tr>
        </thead>
        <tbody>${groups.map((group) => this.#row(group))}</tbody>
      </table>`;
  }

  #row(group: RouteGroup): unknown {
    return html`<tr>
      <th class="first mono" scope="row"><button title="Only these" @click=${() => this.#emit("filter", group)}><b>${line(group.method, 12)}</b> ${line(group.route, 120)}</button></th>
      <td class="num">${count(group.count)}</td>
      <td class="num" title="${group.p50} s">${seconds(group.p50)}</td>
      <td class="num" title="${group.p95} s">${seconds(group.p95)}</td>
      <td class="num"><button title="Open the slowest" @click=${() => this.#emit("chosen", group.worstId)}>${seconds(group.worst)}</button></td>
      <td class="num">${group.sql ? count(group.sql) : "–"}</td>
      <td>${group.failed ? html`<span class="pill error">${count(group.failed)}</span>` : html`<span class="faint">–</span>`}</td>
    </tr>`;
  }

  #emit(kind: string, detail: RouteGroup | string): void {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "dt-routes": RouteTable;
  }
}
