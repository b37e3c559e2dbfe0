/** `<dt-facts>`: the big numbers on top of a panel, or a grid of names and values. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { base } from "../base";
import type { FactItem, FactsBlock } from "../types";
import { sheet } from "./sheet";
import { drawValue, isSource, shown } from "./value";
import "./tree";

@customElement("dt-facts")
export class FactsElement extends LitElement {
  static override styles = [
    base,
    sheet,
    css`
      dl { margin: 0; }
      dt, dd { margin: 0; min-width: 0; overflow-wrap: anywhere; unicode-bidi: isolate; }
      .big { display: flex; flex-wrap: wrap; gap: 10px 28px; }
      .big div { display: flex; flex-direction: column-reverse; justify-content: flex-end; min-width: 0; max-width: 24ch; }
      .big dd { font: 600 18px/24px var(--dt-sans); letter-spacing: -0.01em; color: var(--dt-text); }
      .big dt { color: var(--dt-muted); font-size: 11px; }
      .grid { display: grid; grid-template-columns: minmax(110px, max-content) minmax(0, 1fr); gap: 0 20px; font-size: 12px; }
      .grid div { display: grid; grid-template-columns: subgrid; grid-column: 1 / -1; padding: 5px 8px; border-bottom: 1px solid color-mix(in srgb, var(--dt-line) 55%, transparent); }
      .grid dt { color: var(--dt-muted); max-width: 32ch; }
      .hint { color: var(--dt-faint); font-size: 11px; }
      @media (max-width: 480px) {
        .grid { grid-template-columns: minmax(0, 1fr); }
      }
    `,
  ];

  @property({ attribute: false }) facts: FactsBlock | null = null;

  #fact = (item: FactItem): TemplateResult => {
    const tree = typeof item.value === "object" && item.value !== null && !isSource(item.value);
    const hint = item.hint ? html`<span class="hint">${shown(item.hint)}</span>` : nothing;
    return html`<div>
      <dt>${shown(item.label)}${this.facts?.headline && item.hint ? html`<br />${hint}` : nothing}</dt>
      <dd>${tree ? html`<dt-tree .block=${{ type: "tree", value: item.value, title: null, open: 0 }}></dt-tree>` : drawValue(item.value, item.unit)}
        ${this.facts?.headline ? nothing : hint}</dd>
    </div>`;
  };

  override render(): TemplateResult | typeof nothing {
    if (!this.facts) return nothing;
    if (!this.facts.items.length) return html`<div class="empty">No facts were recorded here.</div>`;
    return html`<dl class=${this.facts.headline ? "big" : "grid"}>${this.facts.items.map(this.#fact)}</dl>`;
  }
}
