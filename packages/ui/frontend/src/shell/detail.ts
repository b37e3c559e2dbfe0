/** One record: its menu, and beside it the overview or a panel. Dock and dashboard both show this. */
import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { asApiError, type Api, type ApiError } from "../api";
import { base } from "../base";
import "../blocks/index";
import { headingStyle } from "./heading";
import { bytes, count, line, plural, seconds } from "../format";
import type { PanelEntry, PanelView, RecordDetail } from "../types";
import { applicationPrefix } from "./menu";
import { failure } from "./pieces";

/** Application panels do not change while the server runs: one answer serves every record. */
const applications = new WeakMap<Api, Promise<RecordDetail | null>>();

function applicationOf(api: Api): Promise<RecordDetail | null> {
  const known = applications.get(api) ?? api.record("app").catch(() => null);
  applications.set(api, known);
  return known;
}

@customElement("dt-detail")
export class Detail extends LitElement {
  static override styles = [
    base,
    headingStyle,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-width: 0;
        min-height: 0;
        flex: 1;
      }
      .body {
        display: flex;
        flex: 1;
        min-height: 0;
      }
      .body.narrow {
        flex-direction: column;
      }
      .main {
        position: relative;
        flex: 1;
        min-width: 0;
        min-height: 0;
        overflow: auto;
        padding: 16px 20px;
      }
      .narrow .main {
        padding: 12px;
      }
      .busy {
        position: sticky;
        z-index: 3;
        top: -16px;
        height: 2px;
        margin: -16px -20px 14px;
        background: linear-gradient(90deg, transparent, var(--dt-accent), transparent) 0 0 / 40% 100% no-repeat;
        animation: pass 1.1s linear infinite;
      }
      @keyframes pass {
        from {
          background-position: -60% 0;
        }
        to {
          background-position: 160% 0;
        }
      }
      .footer {
        display: flex;
        gap: 14px;
        height: 24px;
        align-items: center;
        flex: none;
        padding: 0 14px;
        overflow: hidden;
        border-top: 1px solid var(--dt-line);
        background: var(--dt-surface);
        color: var(--dt-faint);
        font-size: var(--dt-size-tiny);
        white-space: nowrap;
      }
      .failure {
        max-width: 60ch;
        margin: 24px auto;
        padding: 16px 20px;
        border: 1px solid var(--dt-line);
        border-inline-start: 3px solid var(--dt-bad);
        border-radius: var(--dt-radius);
        background: var(--dt-surface);
        overflow-wrap: anywhere;
      }
      .failure p {
        margin: 4px 0 12px;
        color: var(--dt-muted);
      }
      .empty {
        margin: 24px 0;
        color: var(--dt-muted);
        max-width: 60ch;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) record: string | null = null;
  /** The panel shown; null is the overview, `app:` begins the application's own. */
  @property({ attribute: false }) panel: string | null = null;
  @property({ attribute: false }) row: number | null = null;
  /** Something to draw above the content, e.g. the record's name in the dashboard. */
  @property({ attribute: false }) heading: ((detail: RecordDetail) => TemplateResult) | null = null;

  @state() private detail: RecordDetail | null = null;
  @state() private application: RecordDetail | null = null;
  @state() private view: PanelView | null = null;
  @state() private error: ApiError | null = null;
  @state() private busy = false;
  @state() private narrow = false;

  #turn = 0;
  #sizes = new ResizeObserver(([entry]) => {
    this.narrow = (entry?.contentRect.width ?? 1000) < 600;
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes.disconnect();
  }

  /** Ask again for what is shown: a record that was still open has gone on. */
  reload(): void {
    void this.#load(true);
  }

  override focus(): void {
    void this.updateComplete.then(() => this.renderRoot.querySelector("dt-menu")?.focus());
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("record") || changed.has("panel") || changed.has("api")) void this.#load(changed.has("record") || changed.has("api"));
  }

  protected override render(): unknown {
    const current = this.#entry();
    return html`<div class="body ${this.narrow ? "narrow" : ""}">
        <dt-menu
          ?narrow=${this.narrow}
          .detail=${this.detail}
          .application=${this.application?.panels ?? []}
          .current=${current?.key ?? null}
        ></dt-menu>
        <div class="main" role="region" tabindex="-1" aria-busy=${this.busy ? "true" : "false"} aria-label=${current?.panel.title ?? "Overview"}>
          ${this.busy ? html`<div class="busy" role="progressbar" aria-label="Loading"></div>` : nothing}
          ${this.error ? failure(this.error, () => this.reload()) : this.#content()}
        </div>
      </div>
      ${this.detail ? this.#footer(this.detail) : nothing}`;
  }

  #content(): TemplateResult | typeof nothing {
    const { detail } = this;
    if (!detail) return nothing;
    const heading = this.heading?.(detail) ?? nothing;
    const entry = this.#entry();
    if (!entry) {
      return html`${heading}<dt-overview .detail=${detail} .api=${this.api} .open=${this.#open}></dt-overview>`;
    }
    return html`${heading}${this.#panel(entry.panel, entry.inApplication && this.application ? this.application : detail)}`;
  }

  #panel(panel: PanelEntry, detail: RecordDetail): TemplateResult | typeof nothing {
    if (this.view?.panel.name !== panel.name) return nothing;
    if (this.view.blocks.length === 0) {
      const why = panel.needs
        ? `${panel.title} needs ${panel.needs}: install it, and what it does appears here.`
        : `Nothing from ${panel.title} in this record. When the application uses it, it appears here.`;
      return html`<p class="empty">${line(why)}</p>`;
    }
    return html`<dt-blocks
      .blocks=${this.view.blocks}
      .detail=${detail}
      .api=${this.api}
      .panel=${panel.name}
      .row=${this.row}
      .open=${this.#open}
    ></dt-blocks>`;
  }

  #footer({ record }: RecordDetail): TemplateResult {
    const kept = record.spans.length;
    const dropped = Object.values(record.dropped).reduce((sum, each) => sum + each, 0);
    const what = Object.entries(record.dropped).map(([name, n]) => `${name}: ${count(n)}`).join(", ");
    return html`<div class="footer" role="group" aria-label="About this record">
      <span title="What the toolbar itself took of this record's time: ${record.cost} s">toolbar cost <b class="num">${seconds(record.cost)}</b></span>
      <span class="num">${plural(kept, "span")}</span>
      ${dropped ? html`<span class="num" title=${what}>${count(dropped)} cut by limits</span>` : nothing}
      ${record.response?.size ? html`<span class="num">${bytes(record.response.size)} sent</span>` : nothing}
      <span class="grow"></span><span class="mono cut">${record.id}</span>
    </div>`;
  }

  /** The entry of the panel shown: the record's own, else the application's of that name. */
  #entry(): { key: string; panel: PanelEntry; inApplication: boolean } | null {
    const key = this.panel;
    if (!key) return null;
    const own = this.detail?.panels.find(({ name }) => name === key);
    if (own) return { key, panel: own, inApplication: false };
    const name = key.startsWith(applicationPrefix) ? key.slice(applicationPrefix.length) : key;
    const panel = this.application?.panels.find((each) => each.name === name);
    return panel ? { key: applicationPrefix + name, panel, inApplication: true } : null;
  }

  #open = (panel: string, row?: number): void => {
    this.dispatchEvent(new CustomEvent("go", { detail: { panel, row: row ?? null }, bubbles: true, composed: true }));
  };

  async #load(fresh: boolean): Promise<void> {
    const { record, api } = this;
    const turn = ++this.#turn;
    if (!record) return;
    const slow = setTimeout(() => (this.busy = turn === this.#turn), 150);
    try {
      if (fresh || this.detail?.record.id !== record) {
        const [detail, application] = await Promise.all([api.record(record), applicationOf(api)]);
        if (turn !== this.#turn) return;
        this.detail = detail;
        this.application = record === "app" || detail.record.imported ? null : application;
        this.dispatchEvent(new CustomEvent("loaded", { detail }));
      }
      await this.#loadPanel(turn);
      if (turn === this.#turn) this.error = null;
    } catch (error) {
      if (turn !== this.#turn) return;
      this.error = asApiError(error);
      if (this.detail?.record.id !== record) this.detail = null;
    } finally {
      clearTimeout(slow);
      if (turn === this.#turn) this.busy = false;
    }
  }

  async #loadPanel(turn: number): Promise<void> {
    const entry = this.#entry();
    if (!entry || !this.record) return;
    const view = await this.api.panel(entry.inApplication ? "app" : this.record, entry.panel.name);
    if (turn !== this.#turn) return;
    this.view = view;
    if (this.row === null) this.renderRoot.querySelector(".main")?.scrollTo(0, 0);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "dt-detail": Detail;
  }
}
