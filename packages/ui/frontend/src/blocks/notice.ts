/** `<dt-notice>`: something to act on: what, where, how, and what it would save. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { base } from "../base";
import { exact, seconds } from "../format";
import type { Level, NoticeBlock } from "../types";
import { sheet } from "./sheet";
import { codeRuns, cut, plain } from "./text";
import { shape, shown } from "./value";
import "./source";

const LONGEST = 2000;

function sentence(text: string): TemplateResult[] {
  return codeRuns(cut(text, LONGEST)).map((run) => (run.code ? html`<code>${shown(run.text)}</code>` : html`${shown(run.text)}`));
}

@customElement("dt-notice")
export class NoticeElement extends LitElement {
  static override styles = [
    base,
    sheet,
    css`
      :host { margin-bottom: 8px; container-type: inline-size; }
      .notice {
        display: flex; gap: 10px; align-items: flex-start; border: 1px solid var(--dt-line); border-left: 3px solid var(--dt-info);
        border-radius: var(--dt-radius); padding: 9px 12px; background: var(--dt-surface);
      }
      .notice.warning { border-left-color: var(--dt-warn); }
      .notice.error { border-left-color: var(--dt-bad); }
      .notice.can { cursor: pointer; }
      .notice.can:hover { background: var(--dt-raised); }
      .words { min-width: 0; flex: 1; overflow-wrap: anywhere; unicode-bidi: isolate; }
      .what { font-weight: 600; color: var(--dt-text); background: none; border: 0; padding: 0; font-size: inherit; text-align: start; cursor: inherit; overflow-wrap: anywhere; }
      .saves { white-space: nowrap; color: var(--dt-ok); }
      .where { margin-left: auto; text-align: end; flex: none; max-width: 40%; }
      .pill { text-transform: uppercase; max-width: 45%; overflow: hidden; text-overflow: ellipsis; }
      @container (max-width: 520px) {
        .notice { flex-wrap: wrap; }
        .words { flex-basis: 100%; order: 3; }
        .where { max-width: 60%; }
        .pill { max-width: 60%; }
      }
    `,
  ];

  @property({ attribute: false }) notice: NoticeBlock | null = null;
  /** Go to the panel this is about. */
  @property({ attribute: false }) go: (() => void) | null = null;

  #click = (event: Event): void => {
    const link = event.composedPath().some((target) => target instanceof HTMLElement && target.matches("a, dt-source"));
    if (!link && !getSelection()?.toString()) this.go?.();
  };

  override render(): TemplateResult | typeof nothing {
    const { notice, go } = this;
    if (!notice) return nothing;
    const level: Level = ["error", "warning"].includes(notice.level) ? notice.level : "info";
    const what = sentence(notice.text);
    return html`<div class="notice ${level} ${go ? "can" : ""}" role="group" aria-label=${plain(notice.label ?? level, 80)} @click=${go ? this.#click : nothing}>
      <span class="pill ${level}" title=${level}><span aria-hidden="true">${shape(level)}</span> ${shown(cut(notice.label ?? level, 40))}<span class="said">: ${level}</span></span>
      <div class="words">
        ${go ? html`<button type="button" class="what">${what}</button>` : html`<span class="what">${what}</span>`}
        ${notice.hint || notice.saves !== null
          ? html`<div class="muted">${notice.hint ? sentence(notice.hint) : nothing}
              ${notice.saves ? html`<span class="saves num" title=${exact(notice.saves, "s")}>saves ~${seconds(notice.saves)}</span>` : nothing}</div>`
          : nothing}
      </div>
      ${notice.source ? html`<dt-source class="where" .source=${notice.source}></dt-source>` : nothing}
    </div>`;
  }
}
