/** `<dt-timeline>`: the record's spans, or one panel's, with a legend that filters and a search. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { base } from "../base";
import { percent, seconds, exact } from "../format";
import type { DebugRecord, RecordDetail, Span } from "../types";
import { nothingKnown, type Context } from "./context";
import { filtered } from "./fold";
import { colour, kindName } from "./kinds";
import { look } from "./look";
import { endOf, rooted, type Node } from "./nest";
import { shares, type Share } from "./share";
import { sheet } from "./sheet";
import { shown } from "./value";
import type { WaterfallElement } from "./waterfall";
import "./waterfall";

/** The response on its way, as a line of the waterfall. */
function sent({ response }: DebugRecord): Node[] {
  if (!response || response.started === null) return [];
  const { started, ended } = response;
  const attributes = { size: response.size, status: response.status };
  const span: Span = { panel: "app", name: "response sent", start: started, end: ended ?? started, attributes, parent: null, task: null, source: null };
  return [{ index: -2, span, children: [] }];
}

@customElement("dt-timeline")
export class TimelineElement extends LitElement {
  static override styles = [
    base,
    sheet,
    css`
      :host { container-type: inline-size; }
      .share { display: flex; height: 10px; gap: 1px; border-radius: 5px; overflow: hidden; background: var(--dt-raised); margin-top: 12px; }
      .share i { display: block; min-width: 2px; }
      .bar { display: flex; flex-wrap: wrap; gap: 6px 14px; align-items: center; margin: 8px 0; }
      .legend { flex: 1 1 260px; display: flex; flex-wrap: wrap; gap: 2px 4px; margin-left: -6px; min-width: 0; }
      .kind { display: inline-flex; gap: 6px; align-items: center; border: 0; background: none; padding: 3px 6px; border-radius: 5px; font-size: 11px; color: var(--dt-muted); cursor: pointer; max-width: 100%; overflow-wrap: anywhere; }
      .kind:hover { background: var(--dt-raised); color: var(--dt-text); }
      .kind[aria-pressed="false"] { text-decoration: line-through; color: var(--dt-faint); }
      .kind[aria-pressed="false"] .dot { opacity: 0.35; }
      .field { width: 190px; max-width: 100%; }
      .tools { margin-left: auto; display: flex; gap: 8px; align-items: center; flex-wrap: wrap; }
      .more { font-size: 11px; color: var(--dt-muted); padding: 6px 4px; margin: 0; list-style: none; }
      .more li { overflow-wrap: anywhere; }
      @container (max-width: 480px) { .tools, .field { width: 100%; } }
    `,
  ];

  @property({ attribute: false }) context: Context = nothingKnown;
  /** Only this panel's spans; null: all of them under the record itself. */
  @property({ attribute: false }) panel: string | null = null;
  @state() private muted: ReadonlySet<string> = new Set();
  @state() private search = "";
  @state() private zoomed = false;
  @state() private now = Date.now() / 1000;
  @query("dt-waterfall") private waterfall!: WaterfallElement | null;
  #roots: Node[] = [];
  #shares: Share[] = [];
  #counts = new Map<string, number>();
  #total = 0;
  #detail: RecordDetail | null = null;
  #clock: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    // An open record grows: its bar follows, calmly.
    this.#clock = setInterval(() => { if (this.context.detail?.record.open && !document.hidden) this.now = Date.now() / 1000; }, 1000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
  }

  protected override willUpdate(changed: PropertyValues): void {
    const { detail } = this.context;
    if (changed.has("context") && detail?.record.id !== this.#detail?.record.id) {
      this.muted = new Set();
      this.search = "";
    }
    if (detail !== this.#detail || changed.has("now")) this.#measure(detail);
    if (changed.has("context") || ["panel", "muted", "search", "now"].some((name) => changed.has(name))) this.#plan();
  }

  #measure(detail: RecordDetail | null): void {
    this.#detail = detail;
    const record = detail?.record;
    this.#total = record ? endOf(record, this.now) : 0;
    this.#shares = record ? shares(record.spans, this.#total) : [];
    this.#counts = new Map();
    for (const span of record?.spans ?? []) this.#counts.set(span.panel, (this.#counts.get(span.panel) ?? 0) + 1);
  }

  #plan(): void {
    const record = this.context.detail?.record;
    if (!record) {
      this.#roots = [];
      return;
    }
    const root = rooted(record, this.#total);
    const { panel, search } = this;
    if (panel !== null) {
      const others = new Set([...this.#counts.keys()].filter((name) => name !== panel));
      this.#roots = filtered(root.children, { hidden: others, query: search });
      return;
    }
    const children = filtered(root.children, { hidden: this.muted, query: search });
    const response = search || this.muted.has("app") ? [] : sent(record);
    this.#roots = search && !children.length ? [] : [{ ...root, children: [...children, ...response] }];
  }

  #kind(name: string): void {
    const muted = new Set(this.muted);
    if (!muted.delete(name)) muted.add(name);
    this.muted = muted;
  }

  #share(): TemplateResult {
    const told = this.#shares.map(({ panel, seconds: value }) => `${kindName(panel, this.context.detail)} ${percent(value / this.#total)}`).join(", ");
    return html`<div class="share" role="img" aria-label=${`Where the time went: ${told}`}>
      ${this.#shares.map(({ panel, seconds: value }) => html`<i title=${`${kindName(panel, this.context.detail)}: ${seconds(value)}, ${percent(value / this.#total)}`}
          ${look({ "flex-grow": String(value / this.#total), background: colour(panel) })}></i>`)}</div>`;
  }

  #legend(): TemplateResult {
    const times = new Map(this.#shares.map(({ panel, seconds: value }) => [panel, value]));
    const names = [...new Set([...times.keys(), ...this.#counts.keys()])];
    return html`<div class="legend" role="group" aria-label="Kinds of spans shown">${names.map((name) => {
      const value = times.get(name) ?? 0;
      return html`<button type="button" class="kind" aria-pressed=${String(!this.muted.has(name))} title=${`${value ? `${seconds(value)} (${exact(value, "s")}) by itself; ` : ""}show or hide`} @click=${() => this.#kind(name)}>
        <span class="dot" ${look({ background: colour(name) })}></span>${shown(kindName(name, this.context.detail))}
        <span class="num">${value ? percent(value / this.#total) : (this.#counts.get(name) ?? "")}</span></button>`;
    })}</div>`;
  }

  #missing(record: DebugRecord): TemplateResult | typeof nothing {
    const folded = record.folded.filter(({ panel }) => this.panel === null || panel === this.panel).slice(0, 20);
    const dropped = this.panel === null ? Object.entries(record.dropped).filter(([, many]) => many > 0) : [];
    const bare = this.panel === null && !record.spans.length;
    if (!folded.length && !dropped.length && !bare) return nothing;
    return html`<ul class="more">
      ${bare ? html`<li>No spans yet: queries, cache calls, outgoing requests, templates and jobs would be drawn here, and your own with <code>with span("price the cart"):</code></li>` : nothing}
      ${folded.map(({ panel, name, count, seconds: value }) => html`<li><span class="mono">${count} × ${shown(name.slice(0, 200))}</span> in ${shown(kindName(panel, this.context.detail))}: counted, not kept (${seconds(value)})</li>`)}
      ${dropped.map(([what, many]) => html`<li>${many} ${shown(what)} dropped: past the limits, or after the record was closed</li>`)}
    </ul>`;
  }

  #nothing(): string {
    if (this.search) return `No span is called “${this.search.slice(0, 80)}”.`;
    return this.panel === null
      ? "No spans: queries, cache calls, outgoing requests, templates and jobs of this request would be drawn here."
      : `No spans of ${kindName(this.panel, this.context.detail)} in this record: each would be a line here.`;
  }

  override render(): TemplateResult | typeof nothing {
    const record = this.context.detail?.record;
    if (!record) return nothing;
    const whole = this.panel === null;
    return html`${whole && this.#total > 0 && record.spans.length ? this.#share() : nothing}
      <div class="bar">
        ${whole && record.spans.length ? this.#legend() : nothing}
        <div class="tools">
          ${this.zoomed ? html`<button type="button" class="btn" @click=${() => this.waterfall?.reset()}>Reset zoom</button>` : nothing}
          ${record.spans.length > 5
            ? html`<input class="field" type="search" placeholder="Search spans" aria-label="Search spans" title="Drag over the bars or use ctrl + wheel to zoom" .value=${this.search} @input=${(event: Event) => { this.search = (event.target as HTMLInputElement).value; }} />`
            : nothing}
        </div>
      </div>
      <dt-waterfall .roots=${this.#roots} .total=${this.#total} .context=${this.context} .empty=${this.#nothing()} @dt-zoom=${(event: CustomEvent) => { this.zoomed = event.detail !== null; }}></dt-waterfall>
      ${this.#missing(record)}`;
  }
}
