/** `<dt-text>`: a long string, cut, and opened a piece at a time. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { base } from "../base";
import { count } from "../format";
import { copyFrom } from "./copy";
import { sheet } from "./sheet";
import { cut } from "./text";
import { shown } from "./value";

/** One step of "more": enough to read, little enough to lay out at once. */
const PIECE = 20_000;

@customElement("dt-text")
export class TextElement extends LitElement {
  static override styles = [
    base,
    sheet,
    css`
      :host { display: inline; }
      .text { white-space: pre-wrap; }
      :host([mono]) .text { font-family: var(--dt-mono); font-size: 12px; }
      .more { font: 11px var(--dt-sans); white-space: nowrap; }
    `,
  ];

  @property({ attribute: false }) text = "";
  @property({ attribute: false }) limit = 300;
  @property({ type: Boolean, reflect: true }) mono = false;
  @state() private until = 0;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("text")) this.until = 0;
  }

  #more = (event: Event): void => {
    event.stopPropagation();
    this.until = Math.max(this.until, this.limit) + PIECE;
  };

  override render(): TemplateResult {
    const { text } = this;
    const head = cut(text, Math.max(this.until, this.limit));
    const left = text.length - head.length;
    return html`<span class="text">${shown(head)}${left ? "…" : ""}</span>${left || this.until
        ? html` <span class="more">
            ${left ? html`<button type="button" class="link" @click=${this.#more}>show ${count(Math.min(left, PIECE))} more of ${count(text.length)}</button>` : nothing}
            ${this.until ? html`<button type="button" class="link" @click=${(event: Event) => { event.stopPropagation(); this.until = 0; }}>less</button>` : nothing}
            <button type="button" class="link" @click=${(event: Event) => void copyFrom(event, text)}>copy</button>
          </span>`
        : nothing}`;
  }
}
