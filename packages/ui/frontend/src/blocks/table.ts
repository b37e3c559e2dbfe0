/** `<dt-table>`: rows by the ten thousand: sorted, filtered, opened, copied, and only those in sight are drawn. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { base } from "../base";
import { plural } from "../format";
import type { ButtonBlock, Row, Source, TableBlock } from "../types";
import type { BlocksElement } from "./blocks";
import type { ButtonElement } from "./button";
import { asText, haystack, linkedRow, sorted, type Sort } from "./cells";
import { tokenColours } from "./code";
import { nothingKnown, type Context } from "./context";
import { copyFrom } from "./copy";
import { Fit } from "./fit";
import { canOpen, isLong, layoutOf, levelClass, LONG, type Layout } from "./layout";
import { look } from "./look";
import { endOf } from "./nest";
import { ancestors, arranged, DEEPEST_INDENT, depthOf, withAncestors } from "./outline";
import { details, statement, when } from "./row-parts";
import { Rows } from "./rows";
import { sheet } from "./sheet";
import { tableStyle } from "./table-style";
import { cut, plain } from "./text";
import { drawValue, isSource, levelPill, shown, valueText } from "./value";

const FILTERED_FROM = 9;

@customElement("dt-table")
export class TableElement extends LitElement {
  static override styles = [base, sheet, tokenColours, tableStyle];

  @property({ attribute: false }) block: TableBlock | null = null;
  @property({ attribute: false }) context: Context = nothingKnown;
  @state() private sort: Sort | null = null;
  @state() private filter = "";
  @state() private opened: ReadonlySet<number> = new Set();
  /** Rows of a tree that the reader folded or unfolded: the others are as the block says. */
  @state() private turned: ReadonlySet<number> = new Set();
  @state() private active = 0;
  @query(".body") private body!: HTMLElement | null;
  #fit = new Fit(this, () => this.#layout?.least ?? []);
  #rows = new Rows(this, () => this.body, 32);
  #order: number[] = [];
  #found = 0;
  #texts: string[] | null = null;
  #layout: Layout | null = null;
  #linked = -1;
  #total = 0;
  #columns: string | undefined;
  #about = "";

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("block") || changed.has("context")) this.#renew(changed);
    if (changed.has("block") || changed.has("context")) this.#follow(changed);
    if (["block", "sort", "filter", "turned"].some((name) => changed.has(name))) this.#arrange();
  }

  /** A fresh answer about the same record keeps what the reader sorted and opened. */
  #renew(changed: PropertyValues): void {
    this.#texts = null;
    this.#layout = this.block ? layoutOf(this.block, Boolean(this.context.detail)) : null;
    const columns = JSON.stringify(this.block?.columns);
    const about = `${this.context.detail?.record.id} ${this.context.panel}`;
    const alike = columns === this.#columns;
    const before = changed.get("block") as TableBlock | null | undefined;
    if (alike && about === this.#about && (!before || before.rows.length === this.block?.rows.length)) return;
    this.#columns = columns;
    this.#about = about;
    if (!alike) this.sort = null;
    this.filter = "";
    this.opened = new Set();
    this.turned = new Set();
    this.active = 0;
    this.#rows.renew();
  }

  #follow(changed: PropertyValues): void {
    const before = changed.get("context") as Context | undefined;
    this.#total = this.context.detail ? endOf(this.context.detail.record, Date.now() / 1000) : 0;
    if (!changed.has("block") && before?.row === this.context.row && before?.panel === this.context.panel) return;
    this.#linked = this.block ? linkedRow(this.block, this.context.row) : -1;
    if (this.#linked < 0) return;
    this.filter = "";
    const tree = this.#layout?.tree;
    const folded = tree ? ancestors(tree, this.#linked).filter((index) => !this.#unfolded(index)) : [];
    if (folded.length) this.turned = new Set([...this.turned].concat(folded));
    this.#arrange();
    this.active = Math.max(0, this.#order.indexOf(this.#linked));
    if (this.block?.rows[this.#linked]?.span !== this.context.row || this.block?.rows[this.#linked]?.details.length) this.opened = new Set(this.opened).add(this.#linked);
    void this.updateComplete.then(() => this.#rows.reveal(this.active, "center"));
  }

  #arrange(): void {
    const { block } = this;
    const tree = this.#layout?.tree ?? null;
    const needle = this.filter.trim().toLowerCase();
    if (needle && block) this.#texts ??= haystack(block);
    const all = block ? block.rows.map((_, index) => index) : [];
    const found = needle ? all.filter((index) => this.#texts?.[index]?.includes(needle)) : all;
    this.#found = found.length;
    if (block && tree) this.#order = arranged(block, tree, this.sort, (index) => this.#unfolded(index), needle ? withAncestors(tree, found) : null);
    else this.#order = block ? sorted(block, found, this.sort) : [];
    this.active = Math.min(this.active, Math.max(0, this.#order.length - 1));
  }

  /** Does this row of a tree show what belongs to it? */
  #unfolded(index: number): boolean {
    const open = this.block?.open ?? Infinity;
    return depthOf(this.block?.rows[index]) < open !== this.turned.has(index);
  }

  #holds(index: number): boolean {
    return this.#layout?.tree?.children.has(index) ?? false;
  }

  #turn(index: number): void {
    const turned = new Set(this.turned);
    if (!turned.delete(index)) turned.add(index);
    this.turned = turned;
  }

  #sortBy(column: number): void {
    const first = this.#layout?.right[column] ?? false;
    const { sort } = this;
    if (sort?.column !== column) this.sort = { column, descending: first };
    else this.sort = sort.descending === first ? { column, descending: !first } : null;
  }

  #canOpen(row: Row): boolean {
    return canOpen(row, this.block?.columns ?? []);
  }

  #toggle(index: number): void {
    const row = this.block?.rows[index];
    if (!row || !this.#canOpen(row)) return;
    const opened = new Set(this.opened);
    if (!opened.delete(index)) opened.add(index);
    this.opened = opened;
  }

  /** What a click on a row, or Enter, does: opens it; a row of a tree without details folds. */
  #press(index: number): void {
    const row = this.block?.rows[index];
    if (row && !this.#canOpen(row) && this.#holds(index)) this.#turn(index);
    else this.#toggle(index);
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
    else if (this.#holds(index) && event.key === (this.#unfolded(index) ? "ArrowLeft" : "ArrowRight")) this.#turn(index);
    else if (this.#layout?.tree && event.key === "ArrowLeft" && !isOpen) void this.#move(this.#order.indexOf(this.#layout.tree.parents[index] ?? -1));
    else if (event.key === "Enter" || event.key === " " || (event.key === "ArrowRight" && !isOpen) || (event.key === "ArrowLeft" && isOpen)) this.#press(index);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  #click(event: Event, index: number, at: number): void {
    this.active = at;
    const own = event.composedPath().find((target) => target instanceof HTMLElement && target.matches("a, button, input, .row, .details"));
    if (own instanceof HTMLElement && own.matches(".row") && !getSelection()?.toString()) this.#press(index);
  }

  #under(row: Row, index: number, layout: Layout): TemplateResult {
    const source = row.cells[layout.source] ?? null;
    const text = valueText(row.cells[layout.main] ?? null, "sql");
    const ask = row.details.find((block): block is ButtonBlock => block.type === "button");
    return html`<div class="under">
      ${isSource(source) ? html`<dt-source .source=${source as unknown as Source}></dt-source><span aria-hidden="true">·</span>` : nothing}
      ${this.#canOpen(row) ? html`<button type="button" class="link quiet" tabindex="-1" @click=${() => this.#toggle(index)}>${this.opened.has(index) ? "Close" : "Details"}</button><span aria-hidden="true">·</span>` : nothing}
      ${ask ? html`<button type="button" class="link quiet" tabindex="-1" @click=${() => void this.#ask(index)}>${shown(cut(ask.label, 40))}</button><span aria-hidden="true">·</span>` : nothing}
      <button type="button" class="link quiet" tabindex="-1" @click=${(event: Event) => void copyFrom(event, text)}>Copy</button>
    </div>`;
  }

  /** Open a row and press the button that stands in its details. */
  async #ask(index: number): Promise<void> {
    this.opened = new Set(this.opened).add(index);
    await this.updateComplete;
    const blocks = this.body?.querySelector(`:scope > [data-index="${this.#order.indexOf(index)}"]`)?.querySelector<BlocksElement>("dt-blocks");
    await blocks?.updateComplete;
    blocks?.renderRoot.querySelector<ButtonElement>("dt-button")?.press();
  }

  #cell(row: Row, index: number, at: number, layout: Layout): TemplateResult {
    const column = this.block?.columns[at];
    const value = row.cells[at] ?? null;
    const unit = column?.unit ?? null;
    const wide = at === layout.main || (layout.tree && at === layout.stem) || unit === "code" || (typeof value === "string" && value.length > 60);
    const classes = `cell ${column?.title === "#" ? "no" : ""} ${layout.right[at] ? "r" : ""} ${unit === "s" ? "time" : ""} ${wide ? "wide" : ""}`;
    const drawn = unit === "sql" && typeof value === "string" ? statement(value, this.#again) : drawValue(typeof value === "string" && isLong(value, column) ? `${cut(value, LONG)}…` : value, unit, LONG + 2);
    const text = html`<div class=${layout.right[at] ? "" : "clamp"}>${drawn}</div>${at === layout.main ? this.#under(row, index, layout) : nothing}`;
    return html`<div class=${classes} role="gridcell" data-title=${plain(column?.title ?? "", 60)}>${layout.tree && at === layout.stem ? this.#stem(row, index, text) : text}</div>`;
  }

  #again = (): void => this.requestUpdate();

  /** A cell of a tree: indented, with the mark that folds what belongs to it. */
  #stem(row: Row, index: number, text: TemplateResult): TemplateResult {
    const holds = this.#holds(index);
    const open = holds && (this.filter !== "" || this.#unfolded(index));
    return html`<div class="stem" ${look({ "--depth": String(Math.min(depthOf(row), DEEPEST_INDENT)) })}>
      <span class="fold ${holds ? "can" : ""}" aria-hidden="true" @click=${(event: Event) => { if (holds) { event.stopPropagation(); this.#turn(index); } }}>${holds ? (open ? "▾" : "▸") : ""}</span>
      <div class="leaf">${text}</div>
      ${this.#canOpen(row) ? html`<button type="button" class="link quiet more" tabindex="-1" @click=${() => this.#toggle(index)}>${this.opened.has(index) ? "close" : "details"}</button>` : nothing}
    </div>`;
  }

  #row = (at: number): TemplateResult => {
    const layout = this.#layout;
    const index = this.#order[at] ?? -1;
    const row = this.block?.rows[index];
    if (!row || !layout) return html``;
    const can = this.#canOpen(row);
    const isOpen = this.opened.has(index);
    const expanded = this.#holds(index) ? this.#unfolded(index) : can ? isOpen : null;
    return html`<div class="item ${levelClass(row)} ${isOpen ? "opened" : ""} ${index === this.#linked ? "linked" : ""}" role="presentation" data-index=${at} @click=${(event: Event) => this.#click(event, index, at)}>
      <div class="row ${can || this.#holds(index) ? "can" : ""}" role="row" aria-rowindex=${at + 2} aria-level=${depthOf(row) + 1} aria-expanded=${expanded === null ? nothing : String(expanded)} aria-selected=${index === this.#linked ? "true" : nothing}
          tabindex=${at === this.active ? 0 : -1}>
        ${layout.opens ? html`<div class="cell arrow" role="gridcell"><span aria-hidden="true">${can ? (isOpen ? "▾" : "▸") : ""}</span></div>` : nothing}
        ${withAt(layout.columns.map((column) => this.#cell(row, index, column, layout)), layout.when, () => when(row, this.context, this.#total))}
        ${layout.levels ? html`<div class="cell mark" role="gridcell">${row.level ? levelPill(row.level) : nothing}</div>` : nothing}
      </div>
      ${isOpen ? details(row, this.block?.columns ?? [], this.context) : nothing}
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
    const found = this.#found === block.rows.length ? plural(block.rows.length, "row") : `${this.#found} of ${plural(block.rows.length, "row")}`;
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
      <div class="grid ${["", "tight", "stacked"][this.#fit.lacking] ?? ""}" role="treegrid" aria-label=${plain(block.title ?? this.context.panel ?? "rows", 80)} aria-rowcount=${order.length + 1} ${look({ "--tracks": this.#fit.lacking ? layout.tight : layout.tracks })} @keydown=${this.#key}>
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
