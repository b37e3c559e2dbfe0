/** `<dt-button>`: an action of a panel; asks first where it should, shows progress, draws the answer beneath. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { asApiError, type ApiError } from "../api";
import { base } from "../base";
import type { Block, ButtonBlock } from "../types";
import { nothingKnown, type Context } from "./context";
import { sheet } from "./sheet";
import { cut } from "./text";
import { shown } from "./value";

type Stage = { name: "idle" | "asking" | "running" } | { name: "done"; blocks: Block[] } | { name: "failed"; error: ApiError };

@customElement("dt-button")
export class ButtonElement extends LitElement {
  static override styles = [
    base,
    sheet,
    css`
      .line { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; font-size: 12px; }
      .answer { margin-top: 8px; }
      .failed { color: var(--dt-bad); overflow-wrap: anywhere; }
      .btn { max-width: 100%; overflow: hidden; text-overflow: ellipsis; }
      .turn { width: 12px; height: 12px; border: 2px solid var(--dt-line); border-top-color: var(--dt-accent); border-radius: 50%; animation: turn 0.8s linear infinite; }
      @keyframes turn { to { transform: rotate(1turn); } }
    `,
  ];

  @property({ attribute: false }) block: ButtonBlock | null = null;
  @property({ attribute: false }) context: Context = nothingKnown;
  @state() private stage: Stage = { name: "idle" };
  /** There is an answer: it wants the whole width. */
  @property({ type: Boolean, reflect: true }) answered = false;
  #turn = 0;

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.answered = this.stage.name === "done" || this.stage.name === "failed";
    const before = changed.get("block");
    if (!changed.has("block") || !before || JSON.stringify(before) === JSON.stringify(this.block)) return;
    this.#turn += 1;
    this.stage = { name: "idle" };
  }

  #run = async (): Promise<void> => {
    const { block, context } = this;
    if (!block || !context.api || !context.detail) return;
    const turn = ++this.#turn;
    this.stage = { name: "running" };
    let next: Stage;
    try {
      next = { name: "done", ...(await context.api.act(context.detail.record.id, context.panel, block.action, block.arguments)) };
    } catch (error) {
      next = { name: "failed", error: asApiError(error) };
    }
    if (turn === this.#turn) this.stage = next;
  };

  #click = (event: Event): void => {
    event.stopPropagation();
    this.press();
  };

  /** What a click does: asks the question first, if there is one. */
  press(): void {
    if (this.block?.confirm && this.stage.name !== "asking") this.stage = { name: "asking" };
    else void this.#run();
  }

  #answer(): TemplateResult | typeof nothing {
    const { stage, context: { detail, api, panel, open } } = this;
    if (stage.name === "failed") return html`<div class="answer failed" role="alert"><b>${shown(stage.error.message)}</b> ${shown(stage.error.hint)}</div>`;
    if (stage.name !== "done") return nothing;
    if (!stage.blocks.length) return html`<div class="answer muted" role="status">Done; there is nothing to show.</div>`;
    return html`<dt-blocks class="answer" .blocks=${stage.blocks} .detail=${detail} .api=${api} .panel=${panel} .open=${open}></dt-blocks>`;
  }

  override render(): TemplateResult | typeof nothing {
    const { block, stage, context } = this;
    if (!block) return nothing;
    const running = stage.name === "running";
    const able = context.api && context.detail && !context.detail.record.imported;
    const label = shown(cut(block.label, 120));
    return html`<div class="line">
        ${stage.name === "asking"
          ? html`<span role="alert">${shown(block.confirm ?? "")}</span>
              <button type="button" class="btn primary" @click=${this.#click}>${label}</button>
              <button type="button" class="btn" @click=${() => { this.stage = { name: "idle" }; }}>Cancel</button>`
          : html`<button type="button" class="btn" ?disabled=${running || !able} aria-busy=${String(running)} @click=${this.#click}>
              ${running ? html`<span class="turn" aria-hidden="true"></span>` : nothing}${label}</button>`}
        ${running ? html`<span class="muted" role="status">running…</span>` : nothing}
        ${able ? nothing : html`<span class="faint">not available ${context.detail?.record.imported ? "for imported records" : "here"}</span>`}
      </div>
      ${this.#answer()}`;
  }
}
