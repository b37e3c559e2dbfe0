/** `<dt-lanes>`: rows of states over one axis of time, with zoom, search, exact values, and a table. */
import { html, LitElement, nothing, svg, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { base } from "../../base";
import { seconds } from "../../format";
import { severityDot } from "../../shell/pieces";
import type { LanesBlock, TableBlock } from "../../types";
import { bar } from "../bars";
import { nothingKnown, type Context } from "../context";
import { look } from "../look";
import { Rows } from "../rows";
import { sheet } from "../sheet";
import { Sight } from "../sight";
import { cut, plain } from "../text";
import { ticks } from "../ticks";
import { shown } from "../value";
import { waterfallStyle } from "../waterfall-style";
import { drawn, inOrder, looksOf, patterns, swatch, type Look } from "./looks";
import { boxes, matching, read, slicesAt, stretches, type Lane, type Lanes, type Slice } from "./slices";
import { lanesStyle } from "./style";
import { asTable, laneWords, shareOf, sliceTable, sliceWords, told } from "./words";
import "../source";
import "../table";

const SEARCHED_FROM = 9;
const HIGH = 24;
const NEAR = 2;

/** What is under the pointer, and where to say so. */
interface Hovered {
  readonly lane: Lane | null;
  readonly second: number;
  readonly found: readonly Slice[];
  readonly x: number;
  readonly y: number;
}

@customElement("dt-lanes")
export class LanesElement extends LitElement {
  static override styles = [base, sheet, waterfallStyle, lanesStyle];

  @property({ attribute: false }) block: LanesBlock | null = null;
  @property({ attribute: false }) context: Context = nothingKnown;
  @state() private search = "";
  @state() private listed = false;
  @state() private active = 0;
  /** Which slice of the active lane the keys have reached; -1: the lane itself. */
  @state() private piece = -1;
  @state() private opened: number | null = null;
  @state() private hovered: Hovered | null = null;
  @state() private width = 0;
  @query(".body") private body!: HTMLElement | null;
  @query(".scale") private scale!: HTMLElement | null;
  #all: Lanes = { lanes: [], states: [], total: 0 };
  #shown: readonly Lane[] = [];
  #looks: ReadonlyMap<string, Look> = new Map();
  #order: readonly string[] = [];
  #table: TableBlock | null = null;
  #inner: { lane: Lane; table: TableBlock } | null = null;
  #record: string | null = null;
  #rows = new Rows(this, () => this.body, HIGH);
  #sight = new Sight(this, () => this.#all.total, () => this.scale, ".opened");
  #sizes = new ResizeObserver(() => this.#measure());

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes.disconnect();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("block")) this.#renew();
    if (changed.has("block") || changed.has("search")) this.#shown = matching(this.#all.lanes, this.search);
    this.active = Math.min(this.active, Math.max(0, this.#shown.length - 1));
  }

  protected override updated(): void {
    this.#measure();
  }

  /** A fresh answer about the same record keeps what the reader opened and zoomed to. */
  #renew(): void {
    this.#all = this.block ? read(this.block) : { lanes: [], states: [], total: 0 };
    this.#looks = looksOf(this.#all.states);
    this.#order = inOrder(this.#all.states);
    this.#table = null;
    this.hovered = null;
    const about = `${this.context.detail?.record.id} ${this.context.panel}`;
    if (about === this.#record) return;
    this.#record = about;
    this.#sight.forget();
    this.search = "";
    this.opened = null;
    this.active = 0;
    this.piece = -1;
  }

  #measure(): void {
    this.width = this.scale?.clientWidth ?? this.width;
  }

  async #move(to: number): Promise<void> {
    this.active = Math.max(0, Math.min(this.#shown.length - 1, to));
    this.piece = -1;
    (await this.#rows.reveal(this.active))?.querySelector<HTMLElement>(".row")?.focus({ preventScroll: true });
  }

  /** Go along the slices of the active lane. */
  #step(by: number): void {
    const slices = this.#shown[this.active]?.slices ?? [];
    this.piece = Math.max(-1, Math.min(slices.length - 1, this.piece + by));
    const slice = slices[this.piece];
    if (slice) this.#sight.reveal((slice.start + slice.end) / 2);
  }

  #open(lane: Lane): void {
    this.opened = this.opened === lane.index ? null : lane.index;
  }

  #key = (event: KeyboardEvent): void => {
    const lane = this.#shown[this.active];
    if (!lane || event.ctrlKey || event.metaKey || event.altKey || !(event.target as HTMLElement).matches(".row")) return;
    const slice = lane.slices[this.piece];
    const acts: Readonly<Record<string, () => void>> = {
      ArrowDown: () => void this.#move(this.active + 1), ArrowUp: () => void this.#move(this.active - 1),
      PageDown: () => void this.#move(this.active + 15), PageUp: () => void this.#move(this.active - 15),
      Home: () => void this.#move(0), End: () => void this.#move(this.#shown.length - 1),
      ArrowRight: () => this.#step(1), ArrowLeft: () => this.#step(-1),
      Enter: () => this.#open(lane), " ": () => this.#open(lane),
    };
    const act = acts[event.key];
    const middle = slice ? (slice.start + slice.end) / 2 : lane.end / 2;
    if (!act && !this.#sight.key(event.key, middle)) return;
    event.preventDefault();
    event.stopPropagation();
    act?.();
  };

  #hover = (event: PointerEvent): void => {
    const scale = this.scale?.getBoundingClientRect();
    const item = (event.target as HTMLElement).closest<HTMLElement>(".row")?.parentElement;
    if (!scale || event.pointerType === "touch" || event.clientX < scale.left || this.#sight.picked || (event.target as HTMLElement).closest(".opened")) {
      this.hovered = null;
      return;
    }
    const second = this.#sight.secondAt(event.clientX);
    const { from, to } = this.#sight.now;
    const lane = item ? (this.#shown[Number(item.dataset.index)] ?? null) : null;
    const box = this.getBoundingClientRect();
    const found = lane ? slicesAt(lane.slices, second, ((to - from) / (scale.width || 1)) * NEAR) : [];
    this.hovered = { lane, second, found, x: event.clientX - box.left, y: event.clientY - box.top };
  };

  #leave = (): void => {
    this.hovered = null;
  };

  #track(lane: Lane, current: Slice | null): TemplateResult | typeof nothing {
    const { width } = this;
    const sight = this.#sight.now;
    if (!width) return nothing;
    const paths = this.#order.filter((name) => lane.totals.has(name)).map((name) => {
      const one = this.#looks.get(name) as Look;
      const found = stretches(lane.slices, name, sight, width, one.height < 6 ? 1 : 2);
      return found.length ? drawn(boxes(found, one.top, one.height), one) : nothing;
    });
    const [here] = current ? stretches([current], current.state, sight, width, 3) : [];
    const { left, width: wide, at } = bar(lane.slices[0]?.start ?? 0, lane.end, sight);
    const place: Record<string, string> = at === "after" ? { left: `${left + wide}%` } : at === "before" ? { right: `${100 - left}%` } : {};
    return html`<svg width=${width} height=${HIGH - 1}>${paths}${here ? svg`<path class="here" d=${boxes([here], 2, HIGH - 5)} />` : nothing}</svg>
      ${lane.detail ? html`<em class=${at} ${look(place)}>${shown(cut(lane.detail, 60))}</em>` : nothing}`;
  }

  #details(lane: Lane): TemplateResult {
    if (this.#inner?.lane !== lane) this.#inner = { lane, table: sliceTable(lane) };
    const states = this.#all.states.filter((name) => lane.totals.has(name)).slice(0, 8);
    return html`<div class="opened" role="row"><div role="gridcell">
      <div class="facts"><b class="mono">${shown(cut(lane.label, 300))}</b>
        ${lane.source ? html`<dt-source .source=${lane.source}></dt-source>` : nothing}
        ${lane.detail ? html`<span class="muted">${shown(cut(lane.detail, 300))}</span>` : nothing}
        ${states.map((name) => html`<span><span class="muted">${shown(cut(name, 40))}</span> <span class="num" title=${`${lane.totals.get(name)} s`}>${seconds(lane.totals.get(name))}</span> <span class="muted num">${shareOf(lane.totals.get(name) ?? 0, this.#all.total)}</span></span>`)}</div>
      <dt-table .block=${this.#inner.table} .context=${this.context}></dt-table>
    </div></div>`;
  }

  #row = (at: number): TemplateResult => {
    const lane = this.#shown[at];
    if (!lane) return html``;
    const isOpen = this.opened === lane.index;
    const current = at === this.active ? (lane.slices[this.piece] ?? null) : null;
    return html`<div class="item" role="presentation" data-index=${at}>
      <div class="row ${lane.level ?? ""} ${isOpen ? "chosen" : ""}" role="row" aria-level=${lane.depth + 1} aria-rowindex=${at + 1} aria-expanded=${String(isOpen)}
          tabindex=${at === this.active ? 0 : -1} @click=${() => { this.active = at; this.piece = -1; this.#open(lane); }}>
        <div class="name" role="gridcell" title=${plain(lane.detail ? `${lane.label} · ${lane.detail}` : lane.label, 300)} ${look({ "padding-left": `${Math.min(lane.depth, 12) * 14 + 6}px` })}>
          ${severityDot(lane.level)}<span class="cut">${shown(cut(lane.label.replace(/\s+/g, " "), 200))}</span>
        </div>
        <div class="track" role="gridcell"><span class="said">${laneWords(lane, this.#all.states)}</span><span aria-hidden="true">${this.#track(lane, current)}</span></div>
      </div>
      ${isOpen ? this.#details(lane) : nothing}
    </div>`;
  };

  #bar(): TemplateResult {
    const { lanes, states } = this.#all;
    return html`<div class="bar">
      <ul class="legend" aria-label="States">${states.slice(0, 12).map((name) => html`<li>${swatch(this.#looks.get(name) as Look)}${shown(cut(name, 40))}</li>`)}${states.length > 12 ? html`<li>…</li>` : nothing}</ul>
      <div class="tools">
        ${this.#zoomed && !this.listed ? html`<button type="button" class="btn" @click=${() => this.#sight.zoom(null)}>Reset zoom</button>` : nothing}
        ${lanes.length >= SEARCHED_FROM && !this.listed
          ? html`<input class="field" type="search" placeholder="Search lanes" aria-label="Search lanes" title="Drag over the lanes or use ctrl + wheel to zoom" .value=${this.search} @input=${(event: Event) => { this.search = (event.target as HTMLInputElement).value; }} />`
          : nothing}
        <button type="button" class="btn" aria-pressed=${String(this.listed)} title="The same as a table, with every slice" @click=${() => { this.listed = !this.listed; this.hovered = null; }}>Table</button>
      </div>
    </div>`;
  }

  get #zoomed(): boolean {
    const { from, to } = this.#sight.now;
    return from > 0 || to < this.#sight.whole * 0.999;
  }

  #tip(): TemplateResult | typeof nothing {
    const { hovered } = this;
    if (!hovered?.lane) return nothing;
    const { lane, found, x, y } = hovered;
    const side: Record<string, string> = x > this.clientWidth / 2 ? { right: `${this.clientWidth - x + 10}px` } : { left: `${x + 12}px` };
    return html`<div class="tip" aria-hidden="true" ${look({ top: `${y + 16}px`, ...side })}><b>${plain(lane.label, 200)}</b>${told(found).map((line) => html`<span>${line}</span>`)}</div>`;
  }

  #grid(): TemplateResult {
    const all = this.#shown;
    const { from, to } = this.#sight.now;
    const percent = (second: number): number => ((second - from) / (to - from)) * 100;
    const track = (share: number): string => `calc(var(--name) + (100% - var(--name)) * ${share / 100})`;
    const marks = ticks(from, to, this.clientWidth && this.clientWidth < 560 ? 4 : 9, this.width || undefined);
    const { indexes, before, after } = this.#rows.stretch(all.length, (at) => all[at]?.index ?? at);
    const { picked } = this.#sight;
    const { hovered } = this;
    return html`<div class="grid ${picked ? "zooming" : ""}" role="treegrid" aria-label=${plain(this.block?.title || "Lanes", 120)} aria-rowcount=${all.length}
        @keydown=${this.#key} @wheel=${{ handleEvent: this.#sight.wheel, passive: false }} @pointerdown=${this.#sight.down} @pointermove=${this.#hover} @pointerleave=${this.#leave}>
      <div class="axis" aria-hidden="true"><div class="scale">${marks.map((mark) => html`<span ${look({ left: `${percent(mark.at)}%` })}>${mark.text}</span>`)}</div></div>
      <div class="lines" aria-hidden="true">${marks.map((mark) => html`<i ${look({ left: `${percent(mark.at)}%` })}></i>`)}</div>
      <div class="body" role="rowgroup">
        <div role="presentation" ${look({ height: `${before}px` })}></div>
        ${repeat(indexes, (at) => all[at]?.index ?? at, this.#row)}
        <div role="presentation" ${look({ height: `${after}px` })}></div>
      </div>
      ${hovered ? html`<div class="cursor" aria-hidden="true" ${look({ left: track(percent(hovered.second)) })}></div>
        <div class="at ${percent(hovered.second) > 85 ? "late" : ""}" aria-hidden="true" ${look({ left: track(percent(hovered.second)) })}><span>${seconds(hovered.second)}</span></div>` : nothing}
      ${picked ? html`<div class="picked" ${look({ left: track(percent(picked.from)), width: `calc((100% - var(--name)) * ${(percent(picked.to) - percent(picked.from)) / 100})` })}></div>` : nothing}
    </div>`;
  }

  override render(): TemplateResult | typeof nothing {
    const { block } = this;
    if (!block) return nothing;
    const title = block.title ? html`<h4>${shown(cut(block.title, 300))}</h4>` : nothing;
    if (!this.#all.lanes.length) return html`${title}<div class="empty">${shown(cut(block.empty || "Nothing ran.", 300))}</div>`;
    const current = this.#shown[this.active]?.slices[this.piece];
    return html`${title}${this.#bar()}
      <svg class="defs" aria-hidden="true">${patterns(this.#looks.values())}</svg>
      ${this.listed
        ? html`<dt-table .block=${(this.#table ??= asTable(this.#all, block.empty))} .context=${this.context}></dt-table>`
        : this.#shown.length ? this.#grid() : html`<div class="empty">No lane is called “${shown(cut(this.search, 80))}”.</div>`}
      <span class="said" role="status">${current ? sliceWords(current) : ""}</span>
      ${this.listed ? nothing : this.#tip()}`;
  }
}
