/** The list of records: only the rows in sight are in the document, so twenty thousand scroll smoothly. */
import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { base } from "../base";
import { look } from "../blocks/look";
import { count, exactTime, line, time, worst } from "../format";
import { pathOf, statusPill, took } from "../shell/pieces";
import type { Summary } from "../types";

const height = 30;
const spare = 8;

@customElement("dt-list")
export class RecordList extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-width: 0;
        min-height: 0;
        container-type: inline-size;
      }
      .scroll {
        flex: 1;
        overflow: auto;
        overflow-x: hidden;
        position: relative;
        overflow-anchor: none;
      }
      .row {
        display: grid;
        grid-template-columns: 90px minmax(0, 1fr) 50px 60px 72px 34px minmax(0, 100px);
        gap: 0 8px;
        align-items: center;
        height: ${height}px;
        padding: 0 10px;
        border-bottom: 1px solid color-mix(in srgb, var(--dt-line) 60%, transparent);
        font-size: var(--dt-size-small);
        white-space: nowrap;
      }
      .head {
        flex: none;
        height: 26px;
        color: var(--dt-muted);
        font: 600 11px var(--dt-sans);
        border-bottom: 1px solid var(--dt-line);
      }
      .body .row {
        position: absolute;
        left: 0;
        right: 0;
        cursor: pointer;
      }
      .body .row:hover {
        background: color-mix(in srgb, var(--dt-raised) 60%, transparent);
      }
      .body .row[aria-selected="true"] {
        background: var(--dt-raised);
        box-shadow: inset 2px 0 0 var(--dt-accent);
      }
      .scroll:focus-visible {
        outline-offset: -2px;
      }
      .scroll:focus-visible:has([aria-selected="true"]) {
        outline: none;
      }
      .scroll:focus-visible [aria-selected="true"] {
        outline: 2px solid var(--dt-accent);
        outline-offset: -2px;
      }
      .right {
        text-align: end;
      }
      .bar {
        height: 6px;
        border-radius: 3px;
        background: var(--dt-raised);
        overflow: hidden;
      }
      [aria-selected="true"] .bar {
        background: var(--dt-line);
      }
      .bar i {
        display: block;
        height: 100%;
        min-width: 1px;
        border-radius: 3px;
        background: var(--dt-k-app);
      }
      .findings {
        display: flex;
        min-width: 0;
      }
      .findings .pill {
        flex: 0 1 auto;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .path {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      @container (max-width: 640px) {
        .row {
          grid-template-columns: 90px minmax(0, 1fr) 50px 60px 34px minmax(0, 92px);
        }
        .row > :nth-child(5) {
          display: none;
        }
      }
      @container (max-width: 520px) {
        .row {
          grid-template-columns: minmax(0, 1fr) 50px 60px 34px minmax(0, 92px);
        }
        .row > :nth-child(1) {
          display: none;
        }
      }
      @container (max-width: 430px) {
        .row {
          grid-template-columns: minmax(0, 1fr) 52px 58px minmax(0, 56px);
          gap: 0 4px;
        }
        .row > :nth-child(1),
        .row > :nth-child(6) {
          display: none;
        }
      }
      .end {
        position: absolute;
        left: 0;
        right: 0;
        text-align: center;
        color: var(--dt-faint);
        font-size: var(--dt-size-tiny);
        line-height: ${height}px;
      }
    `,
  ];

  @property({ attribute: false }) records: readonly Summary[] = [];
  @property({ attribute: false }) current: string | null = null;
  @property({ attribute: false }) more = false;
  @state() private top = 0;
  @state() private view = 800;

  #sizes = new ResizeObserver(([entry]) => {
    this.view = entry?.contentRect.height ?? 800;
  });

  protected override firstUpdated(): void {
    const scroll = this.renderRoot.querySelector(".scroll");
    if (scroll) this.#sizes.observe(scroll);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes.disconnect();
  }

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>(".scroll")?.focus();
  }

  /** Scroll so that this record is in sight. */
  reveal(id: string): void {
    const index = this.records.findIndex((record) => record.id === id);
    const scroll = this.renderRoot.querySelector(".scroll");
    if (index < 0 || !scroll) return;
    const at = index * height;
    if (at < scroll.scrollTop) scroll.scrollTop = at;
    else if (at + height > scroll.scrollTop + this.view) scroll.scrollTop = at + height - this.view;
  }

  /** While scrolled down, new records above do not push away what one reads. */
  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("records");
    const [first] = before ?? [];
    if (!first || this.top === 0) return;
    const added = this.records.findIndex((record) => record.id === first.id);
    const scroll = this.renderRoot.querySelector(".scroll");
    if (added > 0 && scroll) void this.updateComplete.then(() => (scroll.scrollTop += added * height));
  }

  protected override render(): unknown {
    const first = Math.max(0, Math.floor(this.top / height) - spare);
    const rows = this.records.slice(first, Math.ceil((this.top + this.view) / height) + spare);
    const times = rows.map(({ duration }) => duration ?? 0).sort((a, b) => a - b);
    // A few very slow ones do not flatten all others: nine of ten fit, the rest are full.
    const slowest = Math.max(0.001, times[Math.floor(times.length * 0.9)] ?? 0);
    return html`<div class="row head" aria-hidden="true">
        <span>Time</span><span>Request</span><span>Status</span><span class="right">Duration</span><span></span><span class="right">SQL</span><span>Findings</span>
      </div>
      <div class="scroll" tabindex="0" role="listbox" aria-label="Records, newest first"
        aria-activedescendant=${this.current ? `r-${this.current}` : nothing} @scroll=${this.#scrolled}>
        <div class="body" ${look({ height: `${this.records.length * height + (this.more ? height : 0)}px` })}>
          ${repeat(rows, ({ id }) => id, (record, index) => this.#row(record, first + index, slowest))}
          ${this.more ? html`<div class="end" ${look({ top: `${this.records.length * height}px` })}>older ones are loading…</div>` : nothing}
        </div>
      </div>`;
  }

  #row(record: Summary, index: number, slowest: number): TemplateResult {
    const { id, method, started_at, duration, counts, open } = record;
    const sql = counts["sqlalchemy"]?.count;
    return html`<div class="row" role="option" id="r-${id}" aria-selected=${id === this.current ? "true" : "false"}
      aria-posinset=${index + 1} aria-setsize=${this.records.length} ${look({ top: `${index * height}px` })} @click=${() => this.#choose(id)}>
      <span class="mono faint num" title=${exactTime(started_at)}>${time(started_at)}</span>
      <span class="mono path" title=${pathOf(record)}><b>${line(method, 12)}</b> ${pathOf(record)}</span>
      <span>${statusPill(record)}</span>
      <span class="right">${took(duration)}</span>
      <span class="bar" aria-hidden="true"><i ${look({ width: open ? "100%" : `${Math.min(100, ((duration ?? 0) / slowest) * 100)}%` })}></i></span>
      <span class="right num ${sql ? "" : "faint"}">${sql ? count(sql) : "–"}</span>
      <span class="findings">${this.#finding(record)}</span>
    </div>`;
  }

  #finding({ error, levels, notices }: Summary): TemplateResult | typeof nothing {
    const level = worst(levels);
    const [first] = notices;
    const all = notices.map(({ text }) => line(text)).join("\n");
    if (error) return html`<span class="pill error" title=${all || error}>${line(error, 60)}</span>`;
    if (!level || !first) return nothing;
    return html`<span class="pill ${level}" title="${level}: ${all}">${line(first.label ?? first.text, 60)}</span>`;
  }

  #choose(id: string): void {
    this.dispatchEvent(new CustomEvent("chosen", { detail: id }));
  }

  #scrolled = (event: Event): void => {
    const { scrollTop, scrollHeight, clientHeight } = event.target as HTMLElement;
    this.top = scrollTop;
    if (this.more && scrollHeight - scrollTop - clientHeight < 600) this.dispatchEvent(new CustomEvent("older"));
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "dt-list": RecordList;
  }
}
