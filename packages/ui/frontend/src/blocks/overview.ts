/** `<dt-overview>`: the first screen: what to act on, where the time went, and when everything happened. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../api";
import { base } from "../base";
import type { PanelNotice, RecordDetail } from "../types";
import { nothingKnown, type Context, type Open } from "./context";
import { worstFirst } from "./findings";
import { fetchDrawers } from "./lazy";
import { sheet } from "./sheet";
import "./notice";
import "./timeline";

const FIRST = 5;

@customElement("dt-overview")
export class OverviewElement extends LitElement {
  static override styles = [base, sheet, css`:host { font: 13px/1.45 var(--dt-sans); color: var(--dt-text); } .all { font-size: 12px; margin: 2px 0 6px; }`];

  @property({ attribute: false }) detail: RecordDetail | null = null;
  @property({ attribute: false }) api: Api | null = null;
  @property({ attribute: false }) open: Open | null = null;
  @state() private all = false;
  #context: Context = nothingKnown;
  #notices: PanelNotice[] = [];

  protected override willUpdate(changed: PropertyValues): void {
    const { detail, api, open } = this;
    this.#context = { detail, api, open, panel: "", row: null };
    if (!changed.has("detail")) return;
    const before = changed.get("detail") as RecordDetail | null;
    if (before?.record.id !== detail?.record.id) this.all = false;
    this.#notices = worstFirst(detail?.notices ?? []);
  }

  #notice = (notice: PanelNotice): TemplateResult => {
    const { open } = this;
    return html`<dt-notice .notice=${notice} .go=${open && notice.panel ? () => open(notice.panel) : null}></dt-notice>`;
  };

  protected override firstUpdated(): void {
    fetchDrawers();
  }

  override render(): TemplateResult | typeof nothing {
    if (!this.detail) return nothing;
    const shown = this.all ? this.#notices : this.#notices.slice(0, FIRST);
    const more = this.#notices.length - shown.length;
    return html`${shown.map(this.#notice)}
      ${more > 0 ? html`<button type="button" class="link all" @click=${() => { this.all = true; }}>Show ${more} more ${more === 1 ? "notice" : "notices"}</button>` : nothing}
      ${this.detail.record.kind === "app"
        ? this.#notices.length ? nothing : html`<div class="empty">Nothing to act on: notices about the application itself would appear here. Its panels are in the menu.</div>`
        : html`<dt-timeline .context=${this.#context}></dt-timeline>`}`;
  }
}
