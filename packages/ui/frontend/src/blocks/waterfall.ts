/** `<dt-waterfall>`: lines of spans over one axis of time; folds, zooms, and opens a span where it stands. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { base } from "../base";
import { seconds } from "../format";
import { bar, words, type Window } from "./bars";
import { nothingKnown, type Context } from "./context";
import { noticeFinder } from "./findings";
import { lines, type Line } from "./fold";
import { colour, kindName } from "./kinds";
import { haveDrawers } from "./lazy";
import { look } from "./look";
import { covered, isBand, type Node } from "./nest";
import { Rows } from "./rows";
import { sheet } from "./sheet";
import { Sight } from "./sight";
import { cut, plain } from "./text";
import { ticks, type Tick } from "./ticks";
import { shown } from "./value";
import { waterfallStyle } from "./waterfall-style";

@customElement("dt-waterfall")
export class WaterfallElement extends LitElement {
  static override styles = [base, sheet, waterfallStyle];

  @property({ attribute: false }) roots: readonly Node[] = [];
  @property({ attribute: false }) total = 0;
  @property({ attribute: false }) context: Context = nothingKnown;
  /** What to say when there is no line. */
  @property({ attribute: false }) empty = "";
  @state() private toggled: ReadonlySet<string> = new Set();
  @state() private chosen: string | null = null;
  @state() private active = 0;
  @query(".body") private body!: HTMLElement | null;
  @query(".scale") private scale!: HTMLElement | null;
  #rows = new Rows(this, () => this.body, 24);
  #sight = new Sight(this, () => this.total, () => this.scale, "dt-span");
  #lines: Line[] = [];
  #noticeOf = noticeFinder(null);
  #record: string | null = null;

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("context")) this.#follow();
    if (changed.has("roots") || changed.has("toggled") || changed.has("context")) this.#lines = lines(this.roots, this.toggled);
    this.active = Math.min(this.active, Math.max(0, this.#lines.length - 1));
  }

  #follow(): void {
    this.#noticeOf = noticeFinder(this.context.detail);
    const record = this.context.detail?.record.id ?? null;
    if (record === this.#record) return;
    this.#record = record;
    this.toggled = new Set();
    this.chosen = null;
    this.#sight.forget();
    this.active = 0;
  }

  /** Show everything again. */
  reset(): void {
    this.#sight.zoom(null);
  }

  #toggle(line: Line): void {
    if (!line.expandable) return;
    const toggled = new Set(this.toggled);
    if (!toggled.delete(line.key)) toggled.add(line.key);
    this.toggled = toggled;
  }

  #choose(line: Line): void {
    void haveDrawers();
    this.chosen = this.chosen === line.key ? null : line.key;
  }

  async #move(to: number): Promise<void> {
    this.active = Math.max(0, Math.min(this.#lines.length - 1, to));
    (await this.#rows.reveal(this.active))?.querySelector<HTMLElement>(".row")?.focus({ preventScroll: true });
  }

  #up(): number {
    const depth = this.#lines[this.active]?.depth ?? 0;
    for (let at = this.active - 1; at >= 0; at--) if ((this.#lines[at]?.depth ?? 0) < depth) return at;
    return this.active;
  }

  #key = (event: KeyboardEvent): void => {
    const line = this.#lines[this.active];
    if (!line || event.ctrlKey || event.metaKey || event.altKey || !(event.target as HTMLElement).matches(".row")) return;
    const acts: Readonly<Record<string, () => void>> = {
      ArrowDown: () => void this.#move(this.active + 1), ArrowUp: () => void this.#move(this.active - 1),
      PageDown: () => void this.#move(this.active + 15), PageUp: () => void this.#move(this.active - 15),
      Home: () => void this.#move(0), End: () => void this.#move(this.#lines.length - 1),
      ArrowRight: () => (line.expandable && !line.expanded ? this.#toggle(line) : void this.#move(this.active + 1)),
      ArrowLeft: () => (line.expanded ? this.#toggle(line) : void this.#move(this.#up())),
      Enter: () => this.#choose(line), " ": () => this.#choose(line),
    };
    const act = acts[event.key];
    if (!act && !this.#sight.key(event.key, (line.start + line.end) / 2)) return;
    event.preventDefault();
    event.stopPropagation();
    act?.();
  };

  #bars(line: Line, label: string | null): TemplateResult | typeof nothing {
    const sight = this.#sight.now;
    const { left, width, at, seen } = bar(line.start, line.end, sight);
    if (!seen) return nothing;
    const background = colour(line.node.span.panel);
    const text = line.node.index === -1 && !line.depth ? seconds(line.end - line.start) : words(line, label);
    const place: Record<string, string> = at === "after" ? { left: `${left + width}%` } : at === "before" ? { right: `${100 - left}%` } : {};
    const gaps = line.nodes.length > 0 && line.busy < (line.end - line.start) * 0.98;
    return html`${line.end > line.start
        ? html`<i class=${isBand(line.node.span) ? "band" : gaps ? "many" : ""} ${look({ left: `${left}%`, width: `${width}%`, background })}></i>`
        : line.nodes.length ? nothing : html`<i class="point" ${look({ left: `${left}%`, background })}></i>`}
      ${gaps || (line.nodes.length && line.busy === 0) ? this.#pieces(line, sight, background) : nothing}
      <em class=${at} ${look(place)}>${shown(text)}</em>`;
  }

  /** The single spans of a fold: as many as can be told apart. */
  #pieces(line: Line, sight: Window, background: string): TemplateResult[] {
    const step = Math.ceil(line.nodes.length / 60);
    return line.nodes
      .filter((_, index) => index % step === 0)
      .map(({ span }) => {
        const { left, width } = bar(span.start, span.end, sight);
        return html`<i class=${span.end > span.start ? "" : "point"} ${look({ left: `${left}%`, width: span.end > span.start ? `${width}%` : "", background })}></i>`;
      });
  }

  #row = (at: number): TemplateResult => {
    const line = this.#lines[at];
    if (!line) return html``;
    const { node, nodes } = line;
    const members = nodes.length ? nodes : [node];
    const notice = members.map((member) => this.#noticeOf(member.span)).find((found) => found !== null) ?? null;
    const chosen = this.chosen === line.key;
    const told = `${kindName(node.span.panel, this.context.detail)}, from ${seconds(line.start)}, ${seconds(nodes.length ? covered(nodes.map(({ span }) => [span.start, span.end])) : line.end - line.start)}${notice ? `, ${notice.level}: ${plain(notice.label ?? notice.text, 80)}` : ""}`;
    const name = cut(node.span.name.replace(/\s+/g, " "), 200);
    return html`<div class="item" role="presentation" data-index=${at}>
      <div class="row ${notice?.level ?? ""} ${chosen ? "chosen" : ""}" role="row" aria-level=${line.depth + 1} aria-rowindex=${at + 1}
          aria-expanded=${line.expandable ? String(line.expanded) : nothing} tabindex=${at === this.active ? 0 : -1}
          @click=${() => { this.active = at; this.#choose(line); }}>
        <div class="name" role="gridcell" title=${plain(node.span.name, 300)} ${look({ "padding-left": `${Math.min(line.depth, 12) * 14 + 4}px` })}>
          <span class="fold" aria-hidden="true" @click=${(event: Event) => { event.stopPropagation(); this.active = at; this.#toggle(line); }}>${line.expandable ? (line.expanded ? "▾" : "▸") : ""}</span>
          <span class="dot" ${look({ background: colour(node.span.panel) })}></span>
          ${nodes.length ? html`<span class="times">${nodes.length} ×</span>` : nothing}<span class="cut">${shown(name)}</span>
        </div>
        <div class="track" role="gridcell"><span class="said">${told}</span><span aria-hidden="true">${this.#bars(line, notice ? (notice.label ?? notice.level) : null)}</span></div>
      </div>
      ${chosen ? html`<div role="row"><dt-span role="gridcell" .line=${line} .context=${this.context} .notice=${notice}></dt-span></div>` : nothing}
    </div>`;
  };

  #axis(marks: readonly Tick[], place: (second: number) => string): TemplateResult {
    return html`<div class="axis" aria-hidden="true"><div class="scale">${marks.map((mark) => html`<span ${look({ left: place(mark.at) })}>${mark.text}</span>`)}</div></div>
      <div class="lines" aria-hidden="true">${marks.map((mark) => html`<i ${look({ left: place(mark.at) })}></i>`)}</div>`;
  }

  override render(): TemplateResult {
    if (!this.#lines.length) return html`<div class="empty">${this.empty}</div>`;
    const { from, to } = this.#sight.now;
    const percent = (second: number): number => ((second - from) / (to - from)) * 100;
    const marks = ticks(from, to, this.clientWidth && this.clientWidth < 560 ? 4 : 9, this.scale?.clientWidth);
    const all = this.#lines;
    const { indexes, before, after } = this.#rows.stretch(all.length, (at) => all[at]?.key ?? at);
    const { picked } = this.#sight;
    const track = (share: number): string => `calc(var(--name) + (100% - var(--name)) * ${share / 100})`;
    return html`<div class="grid ${picked ? "zooming" : ""}" role="treegrid" aria-label="Timeline" aria-rowcount=${all.length}
        @keydown=${this.#key} @wheel=${{ handleEvent: this.#sight.wheel, passive: false }} @pointerdown=${this.#sight.down}>
      ${this.#axis(marks, (second) => `${percent(second)}%`)}
      <div class="body" role="rowgroup">
        <div role="presentation" ${look({ height: `${before}px` })}></div>
        ${repeat(indexes, (at) => all[at]?.key ?? at, this.#row)}
        <div role="presentation" ${look({ height: `${after}px` })}></div>
      </div>
      ${picked ? html`<div class="picked" ${look({ left: track(percent(picked.from)), width: `calc((100% - var(--name)) * ${(percent(picked.to) - percent(picked.from)) / 100})` })}></div>` : nothing}
    </div>`;
  }
}
