/** `<dt-table>`: rows by the ten thousand: sorted, filtered, opened, copied, and only those in sight are drawn. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { base } from "../base";
import { plural } from "../format";
import type { BadgeLevel, Column, Json, Row, Source, Span, TableBlock } from "../types";
import { asText, haystack, linkedRow, rightAligned, sorted, spansOf, tracks, wanted, type Sort } from "./cells";
import { drawToken, tokenColours } from "./code";
import { nothingKnown, type Context } from "./context";
import { copyFrom } from "./copy";
import { colour } from "./kinds";
import { tokensOf } from "./lazy";
import { look } from "./look";
import { endOf } from "./nest";
import { Rows } from "./rows";
import { sheet } from "./sheet";
import { tableStyle } from "./table-style";
import { cut, plain } from "./text";
import { drawValue, isSource, levelPill, shown, valueText } from "./value";

const LONG = 160;
const FILTERED_FROM = 9;

/** What is worked out once per block: which columns are shown where. */
interface Layout {
  readonly columns: readonly number[];
  /** The statement column under which the source is written, and the source's column; -1 if none. */
  readonly main: number;
  readonly source: number;
  readonly right: readonly boolean[];
  /** Before which of `columns` the little timeline stands; -1 if no row has a span. */
  readonly when: number;
  readonly levels: boolean;
  readonly opens: boolean;
  readonly tracks: string;
}

@customElement("dt-table")
export class TableElement extends LitElement {
  static override styles = [base, sheet, tokenColours, tableStyle];

  @property({ attribute: false }) block: TableBlock | null = null;
  @property({ attribute: false }) context: Context = nothingKnown;
  @state() private sort: Sort | null = null;
  @state() private filter = "";
  @state() private opened: ReadonlySet<number> = new Set();
  @state() private active = 0;
  @query(".body") private body!: HTMLElement | null;
  #rows = new Rows(this, () => this.body, 32);
  #order: number[] = [];
  #texts: string[] | null = null;
  #layout: Layout | null = null;
  #linked = -1;
  #total = 0;
  #columns: string | undefined;
  #about = "";

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("block") || changed.has("context")) this.#renew(changed);
    if (changed.has("block") || changed.has("context")) this.#follow(changed);
    if (changed.has("block") || changed.has("sort") || changed.has("filter")) this.#arrange();
  }

  /** A fresh answer about the same record keeps what the reader sorted and opened. */
  #renew(changed: PropertyValues): void {
    this.#texts = null;
    this.#layout = this.block ? this.#plan(this.block) : null;
    const columns = JSON.stringify(this.block?.columns);
    this.toggleAttribute("many", (this.block?.columns.length ?? 0) > 4);
    const about = `${this.context.detail?.record.id} ${this.context.panel}`;
    const alike = columns === this.#columns;
    const before = changed.get("block") as TableBlock | null | undefined;
    if (alike && about === this.#about && (!before || before.rows.length === this.block?.rows.length)) return;
    this.#columns = columns;
    this.#about = about;
    if (!alike) this.sort = null;
    this.filter = "";
    this.opened = new Set();
    this.active = 0;
  }

  #follow(changed: PropertyValues): void {
    const before = changed.get("context") as Context | undefined;
    this.#total = this.context.detail ? endOf(this.context.detail.record, Date.now() / 1000) : 0;
    if (!changed.has("block") && before?.row === this.context.row && before?.panel === this.context.panel) return;
    this.#linked = this.block ? linkedRow(this.block, this.context.row) : -1;
    if (this.#linked < 0) return;
    this.filter = "";
    this.#arrange();
    this.active = Math.max(0, this.#order.indexOf(this.#linked));
    if (this.block?.rows[this.#linked]?.span !== this.context.row || this.block?.rows[this.#linked]?.details.length) this.opened = new Set(this.opened).add(this.#linked);
    void this.updateComplete.then(() => this.#rows.reveal(this.active, "center"));
  }

  #plan(block: TableBlock): Layout {
    const units = block.columns.map((column) => column.unit);
    const main = units.filter((unit) => unit === "sql").length === 1 ? units.indexOf("sql") : -1;
    const source = main >= 0 && units.filter((unit) => unit === "source").length === 1 ? units.indexOf("source") : -1;
    const columns = units.map((_, index) => index).filter((index) => index !== source);
    const right = block.columns.map((column, index) => rightAligned(column, block.rows, index));
    const timed = Boolean(this.context.detail) && block.rows.some((row) => spansOf(row).length > 0);
    const first = columns.findIndex((index, at) => at > 0 && right[index] === true && columns.indexOf(main) < at);
    const when = timed ? (first < 0 ? columns.length : first) : -1;
    const levels = block.rows.some((row) => row.level !== null);
    const opens = block.rows.some((row) => row.details.length > 0) || columns.some((index) => wanted(block, index) > LONG);
    const widths = tracks(block, columns);
    if (timed) widths.splice(when, 0, "minmax(60px,136px)");
    const parts = [...(opens ? ["22px"] : []), ...widths, ...(levels ? ["100px"] : [])];
    return { columns, main, source, right, when, levels, opens, tracks: parts.join(" ") };
  }

  #arrange(): void {
    const { block } = this;
    const all = block ? block.rows.map((_, index) => index) : [];
    const needle = this.filter.trim().toLowerCase();
    if (needle && block) this.#texts ??= haystack(block);
    const found = needle ? all.filter((index) => this.#texts?.[index]?.includes(needle)) : all;
    this.#order = block ? sorted(block, found, this.sort) : [];
    this.active = Math.min(this.active, Math.max(0, this.#order.length - 1));
  }

  #sortBy(column: number): void {
    const first = this.#layout?.right[column] ?? false;
    const { sort } = this;
    if (sort?.column !== column) this.sort = { column, descending: first };
    else this.sort = sort.descending === first ? { column, descending: !first } : null;
  }

  #canOpen(row: Row): boolean {
    return row.details.length > 0 || row.cells.some((cell, index) => this.#isLong(cell, this.block?.columns[index]));
  }

  #isLong(cell: Json, column: Column | undefined): boolean {
    if (typeof cell === "string") return cell.length > LONG || (column?.unit === "sql" && cell.includes("\n"));
    return typeof cell === "object" && cell !== null && column?.unit !== "source";
  }

  #toggle(index: number): void {
    const row = this.block?.rows[index];
    if (!row || !this.#canOpen(row)) return;
    const opened = new Set(this.opened);
    if (!opened.delete(index)) opened.add(index);
    this.opened = opened;
  }

  async #move(to: number): Promise<void> {
    this.active = Math.max(0, Math.min(this.#order.length - 1, to));
    (await this.#rows.reveal(this.active))?.querySelector<HTMLElement>(".row")?.focus({ preventScroll: true });
  }

  #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.target as HTMLElement).matches(".row")) return;
    const index = this.#order[this.active] ?? -1;
    const isOpen = this.opened.has(index);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: this.active + 1, ArrowUp: this.active - 1, PageDown: this.active + 15, PageUp: this.active - 15,
      Home: 0, End: this.#order.length - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) void this.#move(to);
    else if (event.key === "Enter" || event.key === " " || (event.key === "ArrowRight" && !isOpen) || (event.key === "ArrowLeft" && isOpen)) this.#toggle(index);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  #click(event: Event, index: number, at: number): void {
    this.active = at;
    const own = event.composedPath().find((target) => target instanceof HTMLElement && target.matches("a, button, input, .row, .details"));
    if (own instanceof HTMLElement && own.matches(".row") && !getSelection()?.toString()) this.#toggle(index);
  }

  #sql(text: string): TemplateResult {
    const short = cut(text.replace(/\s+/g, " "), 400);
    const found = tokensOf(short, "sql", () => this.requestUpdate());
    return html`<span class="mono text">${found ? found.map(drawToken) : shown(short)}${short.length < text.length && text.length > 400 ? "…" : ""}</span>`;
  }

  #under(row: Row, index: number, layout: Layout): TemplateResult {
    const source = row.cells[layout.source] ?? null;
    const statement = valueText(row.cells[layout.main] ?? null, "sql");
    return html`<div class="under">
      ${isSource(source) ? html`<dt-source .source=${source as unknown as Source}></dt-source><span aria-hidden="true">·</span>` : nothing}
      ${this.#canOpen(row) ? html`<button type="button" class="link quiet" tabindex="-1" @click=${() => this.#toggle(index)}>${this.opened.has(index) ? "Close" : "Details"}</button><span aria-hidden="true">·</span>` : nothing}
      <button type="button" class="link quiet" tabindex="-1" @click=${(event: Event) => void copyFrom(event, statement)}>Copy</button>
    </div>`;
  }

  #cell(row: Row, index: number, at: number, layout: Layout): TemplateResult {
    const column = this.block?.columns[at];
    const value = row.cells[at] ?? null;
    const unit = column?.unit ?? null;
    const wide = at === layout.main || unit === "code" || (typeof value === "string" && value.length > 60);
    const classes = `cell ${column?.title === "#" ? "no" : ""} ${layout.right[at] ? "r" : ""} ${unit === "s" ? "time" : ""} ${wide ? "wide" : ""}`;
    const drawn = unit === "sql" && typeof value === "string" ? this.#sql(value) : drawValue(typeof value === "string" && this.#isLong(value, column) ? `${cut(value, LONG)}…` : value, unit, LONG + 2);
    return html`<div class=${classes} role="gridcell" data-title=${plain(column?.title ?? "", 60)}>
      <div class=${layout.right[at] ? "" : "clamp"}>${drawn}</div>${at === layout.main ? this.#under(row, index, layout) : nothing}</div>`;
  }

  #when(row: Row): TemplateResult {
    const spans = spansOf(row).map((index) => this.context.detail?.record.spans[index]).filter((span): span is Span => span !== undefined);
    const from = Math.min(...spans.map((span) => span.start));
    const to = Math.max(...spans.map((span) => span.end));
    const share = (value: number): string => `${Math.max(0, Math.min(100, (value / (this.#total || 1)) * 100))}%`;
    return html`<div class="cell when" role="gridcell">${spans.length
      ? html`<div class="spark" title=${`at ${drawTime(from)}`}><i ${look({ left: share(from), width: share(to - from), background: colour(spans[0]?.panel ?? "") })}></i></div>`
      : nothing}</div>`;
  }

  #details(row: Row): TemplateResult {
    const { detail, api, panel, row: target, open } = this.context;
    const long = row.cells.map((cell, index) => ({ cell, column: this.block?.columns[index] })).filter(({ cell, column }) => this.#isLong(cell, column));
    return html`<div class="details" role="row"><div role="gridcell">
      ${long.map(({ cell, column }) => html`<div class="full"><span>${shown(column?.title ?? "")}</span>${this.#whole(cell, column)}</div>`)}
      ${row.details.length ? html`<dt-blocks .blocks=${row.details} .detail=${detail} .api=${api} .panel=${panel} .row=${target} .open=${open}></dt-blocks>` : nothing}
    </div></div>`;
  }

  #whole(cell: Json, column: Column | undefined): TemplateResult {
    if (typeof cell === "object") return html`<dt-tree .block=${{ type: "tree", value: cell, title: null, open: 1 }}></dt-tree>`;
    const language = column?.unit === "sql" ? "sql" : column?.unit === "json" ? "json" : "text";
    return html`<dt-code .block=${{ type: "code", text: String(cell), language, start: null, highlight: null, source: null, title: null }}></dt-code>`;
  }

  #row = (at: number): TemplateResult => {
    const layout = this.#layout;
    const index = this.#order[at] ?? -1;
    const row = this.block?.rows[index];
    if (!row || !layout) return html``;
    const can = this.#canOpen(row);
    const isOpen = this.opened.has(index);
    const level: BadgeLevel | "" = row.level ?? "";
    return html`<div class="item ${level} ${isOpen ? "opened" : ""} ${index === this.#linked ? "linked" : ""}" role="presentation" data-index=${at} @click=${(event: Event) => this.#click(event, index, at)}>
      <div class="row ${can ? "can" : ""}" role="row" aria-rowindex=${at + 2} aria-level="1" aria-expanded=${can ? String(isOpen) : nothing} aria-selected=${index === this.#linked ? "true" : nothing}
          tabindex=${at === this.active ? 0 : -1}>
        ${layout.opens ? html`<div class="cell arrow" role="gridcell"><span aria-hidden="true">${can ? (isOpen ? "▾" : "▸") : ""}</span></div>` : nothing}
        ${withAt(layout.columns.map((column) => this.#cell(row, index, column, layout)), layout.when, () => this.#when(row))}
        ${layout.levels ? html`<div class="cell mark" role="gridcell">${row.level ? levelPill(row.level) : nothing}</div>` : nothing}
      </div>
      ${isOpen ? this.#details(row) : nothing}
    </div>`;
  };

  #head(layout: Layout, block: TableBlock): TemplateResult {
    const th = (index: number): TemplateResult => {
      const by = this.sort?.column === index ? (this.sort.descending ? "descending" : "ascending") : "none";
      const mark = by === "none" ? "" : by === "descending" ? " ↓" : " ↑";
      return html`<div class="th ${layout.right[index] ? "r" : ""}" role="columnheader" aria-sort=${by}>
        <button type="button" title="Sort" @click=${() => this.#sortBy(index)}>${shown(cut(block.columns[index]?.title ?? "", 80))}<span class="by" aria-hidden="true">${mark}</span></button></div>`;
    };
    return html`<div class="head" role="row" aria-rowindex="1">
      ${layout.opens ? html`<div class="th arrow" role="columnheader"><span class="said">Details</span></div>` : nothing}
      ${withAt(layout.columns.map(th), layout.when, () => html`<div class="th when" role="columnheader">When</div>`)}
      ${layout.levels ? html`<div class="th mark" role="columnheader"><span class="said">Level</span></div>` : nothing}
    </div>`;
  }

  #over(block: TableBlock): TemplateResult | typeof nothing {
    if (!block.title && block.rows.length < FILTERED_FROM) return nothing;
    const found = this.#order.length === block.rows.length ? plural(block.rows.length, "row") : `${this.#order.length} of ${plural(block.rows.length, "row")}`;
    return html`<div class="over">
      ${block.title ? html`<h4>${shown(cut(block.title, 300))}</h4>` : nothing}
      ${block.rows.length < FILTERED_FROM
        ? nothing
        : html`<span class="muted num" role="status">${found}</span>
            <button type="button" class="link" @click=${(event: Event) => void copyFrom(event, asText(block, this.#order))}>Copy rows</button>
            <input class="field" type="search" placeholder="Filter rows" aria-label=${`Filter ${plain(block.title ?? "rows", 80)}`} .value=${this.filter} @input=${(event: Event) => { this.filter = (event.target as HTMLInputElement).value; }} />`}
    </div>`;
  }

  override render(): TemplateResult | typeof nothing {
    const { block } = this;
    const layout = this.#layout;
    if (!block || !layout) return nothing;
    if (!block.rows.length) return html`${this.#over(block)}<div class="empty">${shown(block.empty || "Nothing was recorded here.")}</div>`;
    const order = this.#order;
    const { indexes, before, after } = this.#rows.stretch(order.length, (at) => order[at] ?? at);
    return html`${this.#over(block)}
      <div role="treegrid" aria-label=${plain(block.title ?? this.context.panel ?? "rows", 80)} aria-rowcount=${order.length + 1} ${look({ "--tracks": layout.tracks })} @keydown=${this.#key}>
        ${this.#head(layout, block)}
        <div class="body" role="rowgroup">
          <div role="presentation" ${look({ height: `${before}px` })}></div>
          ${repeat(indexes, (at) => order[at] ?? at, this.#row)}
          <div role="presentation" ${look({ height: `${after}px` })}></div>
        </div>
        ${order.length ? nothing : html`<div class="empty">No row holds “${shown(plain(this.filter, 80))}”.</div>`}
      </div>`;
  }
}

/** `cells` with one more at `at`; -1: without. */
function withAt(cells: TemplateResult[], at: number, cell: () => TemplateResult): TemplateResult[] {
  return at < 0 ? cells : [...cells.slice(0, at), cell(), ...cells.slice(at)];
}

function drawTime(value: number): string {
  return Number.isFinite(value) ? `${(value * 1000).toFixed(1)} ms` : "–";
}
