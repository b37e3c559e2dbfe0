/** `<dt-blocks>`: draws a panel's blocks, each by its own drawer. */
import { css, html, LitElement, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../api";
import { base } from "../base";
import type { BadgeBlock, Block, NoticeBlock, RecordDetail, TimelineBlock } from "../types";
import { nothingKnown, type Context, type Open } from "./context";
import { haveDrawers, haveFlame, haveLanes } from "./lazy";
import { sheet } from "./sheet";
import { cut } from "./text";
import { isLevel, shape, shown } from "./value";
import "./notice";
import "./timeline";

function badge({ text, detail, level }: BadgeBlock): TemplateResult {
  const known = isLevel(level) ? level : null;
  return html`<span class="pill ${known ?? ""}">${known ? html`<span aria-hidden="true">${shape(known)}</span><span class="said">${known}: </span> ` : ""}${shown(cut(text, 120))}</span>${detail ? html` <span class="muted num">${shown(cut(detail, 200))}</span>` : ""}`;
}

function drawBlock(block: Block, context: Context): TemplateResult {
  const type = String(block.type);
  switch (type) {
    case "badge":
      return badge(block as BadgeBlock);
    case "notice":
      return html`<dt-notice .notice=${block as NoticeBlock}></dt-notice>`;
    case "facts":
      return html`<dt-facts .facts=${block}></dt-facts>`;
    case "table":
      return html`<dt-table .block=${block} .context=${context}></dt-table>`;
    case "timeline":
      return html`<dt-timeline .panel=${(block as TimelineBlock).panel} .context=${context}></dt-timeline>`;
    case "tree":
      return html`<dt-tree .block=${block}></dt-tree>`;
    case "code":
      return html`<dt-code .block=${block}></dt-code>`;
    case "diff":
      return html`<dt-diff .block=${block}></dt-diff>`;
    case "flame":
      haveFlame();
      return html`<dt-flame .block=${block} .context=${context}>Loading the flame graph…</dt-flame>`;
    case "lanes":
      haveLanes();
      return html`<dt-lanes .block=${block} .context=${context}>Loading the lanes…</dt-lanes>`;
    case "section":
      return html`<dt-section .block=${block} .context=${context}></dt-section>`;
    case "button":
      return html`<dt-button .block=${block} .context=${context}></dt-button>`;
    default:
      return html`<div class="empty">A “${shown(cut(type, 80))}” block: this version of the toolbar cannot draw it. A newer debug-toolbar-ui may.</div>`;
  }
}

@customElement("dt-blocks")
export class BlocksElement extends LitElement {
  static override styles = [
    base,
    sheet,
    css`
      :host { font: 13px/1.45 var(--dt-sans); color: var(--dt-text); }
      .block + .block { margin-top: 14px; }
      .notice + .notice { margin-top: 0; }
      .button { display: inline-block; max-width: 100%; vertical-align: bottom; margin-inline-end: 8px; }
      .button:has([answered]) { display: block; margin-inline-end: 0; }
      .button:has([answered]) + .button { margin-top: 8px; }
    `,
  ];

  @property({ attribute: false }) blocks: Block[] = [];
  @property({ attribute: false }) detail: RecordDetail | null = null;
  @property({ attribute: false }) api: Api | null = null;
  @property({ attribute: false }) panel = "";
  @property({ attribute: false }) row: number | null = null;
  @property({ attribute: false }) open: Open | null = null;
  @state() private failed = false;
  #context: Context = nothingKnown;

  override connectedCallback(): void {
    super.connectedCallback();
    void haveDrawers().then((had) => { this.failed = !had; });
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!["detail", "api", "panel", "row", "open"].some((name) => changed.has(name)) && this.#context !== nothingKnown) return;
    const { detail, api, panel, row, open } = this;
    this.#context = { detail, api, panel, row: row ?? null, open };
  }

  override render(): TemplateResult {
    const blocks = Array.isArray(this.blocks) ? this.blocks : [];
    if (!blocks.length) return html`<div class="empty">This panel has nothing to show for this record.</div>`;
    if (this.failed) return html`<div class="empty" role="alert">A part of the toolbar could not be loaded. Is the server still running? Open this panel again, or reload the page.</div>`;
    return html`${blocks.map((block) => html`<div class="block ${/^(notice|button)$/.test(block.type) ? block.type : ""}">${drawBlock(block, this.#context)}</div>`)}`;
  }
}
