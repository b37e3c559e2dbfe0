/** The flame graphs of two records as one each: red where the second weighs more, blue where less. */
import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { asApiError, type Api } from "../api";
import { base } from "../base";
import "../blocks/index";
import type { Block, FlameBlock, RecordDetail } from "../types";

/** Flames among blocks, in sections too. */
function flames(blocks: readonly Block[]): FlameBlock[] {
  return blocks.flatMap((block) => {
    if (block.type === "flame") return [block];
    return block.type === "section" ? flames(block.blocks) : [];
  });
}

/** Flames of two views that show the same: those of one title, in their order. */
export function partners(before: readonly FlameBlock[], after: readonly FlameBlock[]): [FlameBlock, FlameBlock][] {
  const left = [...before];
  return after.flatMap((late): [FlameBlock, FlameBlock][] => {
    const at = left.findIndex(({ title }) => title === late.title);
    const [early] = at < 0 ? [] : left.splice(at, 1);
    return early ? [[early, late]] : [];
  });
}

/** Panels that both records show something of, and that measure rather than list. */
function common([left, right]: readonly [RecordDetail, RecordDetail]): string[] {
  const shown = (detail: RecordDetail): string[] => detail.panels.filter(({ empty, group }) => !empty && group === "runtime").map(({ name }) => name);
  const others = new Set(shown(right));
  return shown(left).filter((name) => others.has(name));
}

@customElement("dt-compare-flames")
export class CompareFlames extends LitElement {
  static override styles = [base, css`:host { display: block; margin-bottom: 20px; } p { color: var(--dt-muted); }`];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) pair: readonly [RecordDetail, RecordDetail] | null = null;
  @state() private blocks: Block[] | null = null;
  @state() private said = "";

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("pair")) return;
    this.blocks = null;
    this.said = "";
  }

  async #one(panel: string, pair: readonly [RecordDetail, RecordDetail]): Promise<Block[]> {
    const [before, after] = await Promise.all(pair.map(async ({ record }) => flames((await this.api.panel(record.id, panel)).blocks)));
    const { difference } = await import("../blocks/flame/stacks");
    const name = pair[1].panels.find((entry) => entry.name === panel)?.title ?? panel;
    return partners(before ?? [], after ?? []).map(([early, late]) => ({ ...difference(early, late), title: late.title ? `${name}: ${late.title}` : name }));
  }

  #load = async (): Promise<void> => {
    const { pair } = this;
    if (!pair) return;
    this.said = "Loading the flame graphs…";
    try {
      const found = (await Promise.all(common(pair).map((panel) => this.#one(panel, pair)))).flat();
      if (pair !== this.pair) return;
      this.blocks = found;
      this.said = found.length ? "" : "These records have no flame graph in common: profile a request of each first.";
    } catch (error) {
      this.said = asApiError(error).message;
    }
  };

  protected override render(): TemplateResult | typeof nothing {
    const { pair, blocks, said } = this;
    if (!pair || !common(pair).length) return nothing;
    return html`${blocks ? nothing : html`<button type="button" class="btn" @click=${this.#load}>Compare flame graphs</button>`}
      ${said ? html`<p role="status">${said}</p>` : nothing}
      ${blocks?.length ? html`<dt-blocks .blocks=${blocks} .detail=${pair[1]} .api=${this.api}></dt-blocks>` : nothing}`;
  }
}
