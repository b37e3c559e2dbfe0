/** `<dt-source>`: a place in the user's code, as a link that opens their editor. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { base } from "../base";
import { changes } from "../preferences";
import { editorUrl, sourceLabel, sourceTitle } from "../sources";
import type { Source } from "../types";
import { copyFrom } from "./copy";
import { sheet } from "./sheet";
import { plain } from "./text";

@customElement("dt-source")
export class SourceElement extends LitElement {
  static override styles = [
    base,
    sheet,
    css`
      :host { display: inline; font: 12px var(--dt-mono); }
      a, button { color: var(--dt-accent); text-decoration: none; background: none; border: 0; padding: 0; font: inherit; cursor: pointer; overflow-wrap: anywhere; text-align: start; }
      a:hover, button:hover { text-decoration: underline; }
    `,
  ];

  @property({ attribute: false }) source: Source | null = null;

  #changed = (): void => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    changes.addEventListener("change", this.#changed);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    changes.removeEventListener("change", this.#changed);
  }

  override render(): TemplateResult | typeof nothing {
    const { source } = this;
    if (!source || typeof source.file !== "string") return nothing;
    const label = plain(sourceLabel(source), 120);
    const title = plain(sourceTitle(source), 500);
    const url = editorUrl(source);
    if (url) return html`<a href=${url} title=${title} @click=${(event: Event) => event.stopPropagation()}>${label}</a>`;
    const copied = (event: Event): void => void copyFrom(event, sourceTitle(source));
    return html`<button type="button" title=${`${title} (copy)`} @click=${copied}>${label}</button>`;
  }
}
