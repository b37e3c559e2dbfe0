/** `<dt-diff>`: two texts as what was taken out and put in, what stayed the same folded. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { base } from "../base";
import { count, plural } from "../format";
import type { DiffBlock } from "../types";
import { changes, runs, type Change, type Run } from "./changes";
import { drawToken, tokenColours } from "./code";
import { copyFrom } from "./copy";
import { tokensOf } from "./lazy";
import { sheet } from "./sheet";
import { cut, plain } from "./text";
import { shown } from "./value";

const DRAWN = 1_000;
const LONGEST = 2_000;
const SIGNS = { same: " ", out: "−", in: "+" } as const;
const WORDS = { same: "", out: "removed: ", in: "added: " } as const;

@customElement("dt-diff")
export class DiffElement extends LitElement {
  static override styles = [
    base,
    sheet,
    tokenColours,
    css`
      figure { margin: 0; border: 1px solid var(--dt-line); border-radius: var(--dt-radius); background: var(--dt-surface); overflow: hidden; }
      figcaption { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; padding: 5px 12px; border-bottom: 1px solid var(--dt-line); font-size: 11px; min-height: 29px; }
      figcaption b { font-weight: 600; overflow-wrap: anywhere; min-width: 0; }
      .tools { margin-left: auto; display: flex; gap: 12px; }
      .plus { color: var(--dt-ok); } .minus { color: var(--dt-bad); }
      .code { overflow: auto; max-height: 60vh; padding: 6px 0; font: 12px/19px var(--dt-mono); direction: ltr; }
      .line { display: flex; padding: 0 12px; min-height: 19px; }
      .no { flex: none; width: 5ch; text-align: right; color: var(--dt-faint); user-select: none; }
      .sign { flex: none; width: 3ch; text-align: center; user-select: none; }
      pre { margin: 0; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; min-width: 0; flex: 1; }
      .in { background: color-mix(in srgb, var(--dt-ok) 12%, transparent); }
      .in .sign { color: var(--dt-ok); }
      .out { background: color-mix(in srgb, var(--dt-bad) 12%, transparent); }
      .out .sign { color: var(--dt-bad); }
      .fold { display: block; width: 100%; padding: 1px 12px; background: var(--dt-raised); font: 11px/19px var(--dt-sans); color: var(--dt-muted); }
      .note { padding: 5px 12px; font-size: 11px; border-top: 1px solid var(--dt-line); }
    `,
  ];

  @property({ attribute: false }) block: DiffBlock | null = null;
  @state() private opened: ReadonlySet<number> = new Set();
  @state() private most = DRAWN;
  #lines: Change[] = [];
  #runs: Run[] = [];
  #exact = true;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("block")) return;
    const { lines, exact } = changes(String(this.block?.before ?? ""), String(this.block?.after ?? ""));
    this.#lines = lines;
    this.#exact = exact;
    this.#runs = runs(lines);
    this.opened = new Set();
    this.most = DRAWN;
  }

  #line = ({ kind, text, before, after }: Change): TemplateResult => {
    const short = cut(text, LONGEST);
    const found = tokensOf(short, this.block?.language ?? "text", () => this.requestUpdate()) ?? [{ kind: "", text: short } as const];
    return html`<div class="line ${kind}"><span class="no num">${before ?? ""}</span><span class="no num">${after ?? ""}</span><span class="sign" aria-hidden="true">${SIGNS[kind]}</span><pre><span class="said">${WORDS[kind]}</span>${found.map(drawToken)}${short.length < text.length ? "…" : ""}</pre></div>`;
  };

  #run = ({ from, to, folded }: Run): TemplateResult => {
    if (folded && !this.opened.has(from)) {
      return html`<button type="button" class="link fold" @click=${() => { this.opened = new Set(this.opened).add(from); }}>${plural(to - from, "unchanged line")}</button>`;
    }
    return html`${this.#lines.slice(from, to).map(this.#line)}`;
  };

  /** The runs to draw: at most `most` lines of them. */
  #first(): Run[] {
    const found: Run[] = [];
    let left = this.most;
    for (const run of this.#runs) {
      if (left <= 0) break;
      const folded = run.folded && !this.opened.has(run.from);
      found.push(folded ? run : { ...run, to: Math.min(run.to, run.from + left) });
      left -= folded ? 1 : run.to - run.from;
    }
    return found;
  }

  override render(): TemplateResult | typeof nothing {
    const { block } = this;
    if (!block) return nothing;
    const tell = (kind: Change["kind"]): number => this.#lines.filter((line) => line.kind === kind).length;
    const alike = this.#lines.every(({ kind }) => kind === "same");
    const drawn = this.#first();
    const left = this.#lines.length - (drawn.at(-1)?.to ?? 0);
    return html`<figure>
      <figcaption>
        ${block.title ? html`<b>${shown(cut(block.title, 300))}</b>` : html`<span class="muted">${shown(cut(block.language, 40))}</span>`}
        ${alike ? nothing : html`<span class="num"><span class="plus">+${count(tell("in"))}</span> <span class="minus">−${count(tell("out"))}</span></span>`}
        <span class="tools">
          <button type="button" class="link" @click=${(event: Event) => void copyFrom(event, block.before)}>Copy before</button>
          <button type="button" class="link" @click=${(event: Event) => void copyFrom(event, block.after)}>Copy after</button>
        </span>
      </figcaption>
      <div class="code" tabindex="0" role="group" aria-label=${plain(block.title ?? "difference", 120)}>
        ${alike ? html`<div class="line muted">No line differs.</div>` : drawn.map(this.#run)}
      </div>
      ${!alike && left > 0 ? html`<div class="note"><button type="button" class="link" @click=${() => { this.most += DRAWN * 5; }}>show more of ${plural(this.#lines.length, "line")}</button></div>` : nothing}
      ${this.#exact ? nothing : html`<div class="note muted">These differ too much to be put side by side: all of the one, then all of the other.</div>`}
    </figure>`;
  }
}
