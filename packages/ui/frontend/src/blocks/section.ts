/** `<dt-section>`: a titled group that opens and closes, or tabs. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { base } from "../base";
import type { Block, SectionBlock } from "../types";
import { blocksHold } from "./cells";
import { nothingKnown, type Context } from "./context";
import { sheet } from "./sheet";
import { cut, plain } from "./text";
import { shown } from "./value";

interface Tab {
  readonly title: string;
  readonly blocks: Block[];
}

function tabOf(block: Block): Tab {
  const section = block as SectionBlock;
  return block.type === "section" ? { title: section.title, blocks: section.blocks } : { title: block.type, blocks: [block] };
}

@customElement("dt-section")
export class SectionElement extends LitElement {
  static override styles = [
    base,
    sheet,
    css`
      summary { cursor: pointer; font: 600 13px/20px var(--dt-sans); padding: 4px 0; overflow-wrap: anywhere; border-radius: 4px; }
      summary::marker { color: var(--dt-faint); }
      summary:hover { color: var(--dt-accent); }
      .inside { padding: 6px 0 2px 0; }
      [role="tablist"] { display: flex; flex-wrap: wrap; gap: 4px 8px; margin: 6px 0 10px; }
      [role="tab"] { max-width: 100%; overflow: hidden; text-overflow: ellipsis; }
      [role="tab"][aria-selected="true"] { color: var(--dt-accent); border-color: color-mix(in srgb, var(--dt-accent) 40%, var(--dt-line)); box-shadow: inset 0 -2px 0 var(--dt-accent); }
    `,
  ];

  @property({ attribute: false }) block: SectionBlock | null = null;
  @property({ attribute: false }) context: Context = nothingKnown;
  @state() private opened = false;
  @state() private tab = 0;

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("block");
    if (!changed.has("block") || (before && before.title === this.block?.title && before.tabs === this.block.tabs)) return;
    const target = this.context.row;
    const linked = (blocks: readonly Block[]): boolean => target !== null && blocksHold(blocks, target);
    const blocks = this.block?.blocks ?? [];
    this.opened = this.block?.open || linked(blocks);
    this.tab = Math.max(0, blocks.findIndex((block) => linked([block])));
  }

  async #select(to: number, count: number): Promise<void> {
    this.tab = (to + count) % count;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
  }

  #key(event: KeyboardEvent, count: number): void {
    const to = { ArrowRight: this.tab + 1, ArrowLeft: this.tab - 1, Home: 0, End: count - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    void this.#select(to, count);
  }

  #blocks(blocks: Block[]): TemplateResult {
    const { detail, api, panel, row, open } = this.context;
    return html`<dt-blocks .blocks=${blocks} .detail=${detail} .api=${api} .panel=${panel} .row=${row} .open=${open}></dt-blocks>`;
  }

  #tabs(block: SectionBlock): TemplateResult {
    const tabs = block.blocks.map(tabOf);
    const current = tabs[Math.min(this.tab, tabs.length - 1)];
    if (!current) return html`<div class="empty">${shown(block.title)}: nothing was recorded here.</div>`;
    return html`${block.title ? html`<h4>${shown(cut(block.title, 300))}</h4>` : nothing}
      <div role="tablist" aria-label=${plain(block.title || "views", 120)} @keydown=${(event: KeyboardEvent) => this.#key(event, tabs.length)}>
        ${tabs.map((tab, index) => html`<button type="button" class="btn" role="tab" id="tab-${index}" aria-controls="panel" aria-selected=${String(tab === current)}
            tabindex=${tab === current ? 0 : -1} @click=${() => { this.tab = index; }}>${shown(cut(tab.title, 80))}</button>`)}
      </div>
      <div role="tabpanel" id="panel" aria-labelledby="tab-${tabs.indexOf(current)}">${this.#blocks(current.blocks)}</div>`;
  }

  override render(): TemplateResult | typeof nothing {
    const { block } = this;
    if (!block) return nothing;
    if (block.tabs) return this.#tabs(block);
    return html`<details ?open=${this.opened} @toggle=${(event: Event) => { this.opened = (event.target as HTMLDetailsElement).open; }}>
      <summary>${shown(cut(block.title, 300))}</summary>
      ${this.opened ? html`<div class="inside">${this.#blocks(block.blocks)}</div>` : nothing}
    </details>`;
  }
}
