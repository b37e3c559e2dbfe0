/** `<dt-banners>`: what is wrong with the toolbar itself, calmly above the list, until it is over or put away. */
import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { base } from "../base";
import { visible } from "../format";
import "../blocks/source";
import { sheet } from "../blocks/sheet";
import { codeRuns, cut } from "../blocks/text";
import { isLevel, levelPill, shown } from "../blocks/value";
import type { NoticeBlock } from "../types";

const longest = 600;
const most = 5;

/** What a notice is about: its words may count on while it stays the same. */
export function subject({ key, label, text }: NoticeBlock): string {
  return key ?? label ?? text;
}

/** What was put away and is still the matter: what was over in between is told again. */
export function stillAway(away: ReadonlySet<string>, notices: readonly NoticeBlock[]): ReadonlySet<string> {
  return new Set(notices.map(subject).filter((each) => away.has(each)));
}

/** The notices by what they are about, in their order. */
export function subjects(notices: readonly NoticeBlock[]): NoticeBlock[][] {
  const by = new Map<string, NoticeBlock[]>();
  for (const notice of notices) by.set(subject(notice), [...(by.get(subject(notice)) ?? []), notice]);
  return [...by.values()];
}

function sentence(text: string): TemplateResult[] {
  return codeRuns(cut(text, longest)).map((run) => (run.code ? html`<code>${shown(run.text)}</code>` : html`${shown(run.text)}`));
}

@customElement("dt-banners")
export class Banners extends LitElement {
  static override styles = [
    base,
    sheet,
    css`
      :host {
        flex: none;
        max-height: 40%;
        overflow: auto;
      }
      .banner {
        --tone: var(--dt-info);
        display: flex;
        flex-wrap: wrap;
        gap: 2px 10px;
        align-items: baseline;
        position: relative;
        padding: 4px 44px 4px 14px;
        font-size: var(--dt-size-small);
        background: color-mix(in srgb, var(--tone) 9%, var(--dt-bg));
        border-bottom: 1px solid color-mix(in srgb, var(--tone) 22%, var(--dt-line));
      }
      .warning {
        --tone: var(--dt-warn);
      }
      .error {
        --tone: var(--dt-bad);
      }
      .banner .pill {
        background: none;
        padding: 0;
      }
      .words {
        flex: 1 1 260px;
        min-width: 0;
        overflow-wrap: anywhere;
        unicode-bidi: isolate;
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
        overflow: hidden;
      }
      .words span {
        color: var(--dt-muted);
      }
      .btn {
        position: absolute;
        inset: 2px 10px auto auto;
        height: 22px;
        width: 26px;
        border-color: transparent;
      }
    `,
  ];

  @property({ attribute: false }) notices: readonly NoticeBlock[] = [];
  @state() private away: ReadonlySet<string> = new Set();

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("notices")) this.away = stillAway(this.away, this.notices);
  }

  protected override render(): TemplateResult | typeof nothing {
    const left = this.notices.filter((notice) => !this.away.has(subject(notice)));
    return html`${subjects(left).slice(0, most).map((about) => this.#banner(about))}`;
  }

  /** One line for all that is said of one thing; what to do about it once. */
  #banner(about: readonly NoticeBlock[]): TemplateResult | typeof nothing {
    const [first] = about;
    if (!first) return nothing;
    const level = isLevel(first.level) ? first.level : "info";
    const label = cut(first.label ?? level, 40);
    const hints = [...new Set(about.map(({ hint }) => hint))].filter((hint) => hint !== null);
    return html`<div class="banner ${level}" role="status">
      ${levelPill(level, label)}
      <div class="words" title=${visible([...about.map(({ text }) => text), ...hints].join("\n"))}>
        ${about.map(({ text }) => html`${sentence(text)} `)}${hints.map((hint) => html`<span>${sentence(hint)} </span>`)}</div>
      ${first.source ? html`<dt-source .source=${first.source}></dt-source>` : nothing}
      <button class="btn icon" title="Put away until it is over" aria-label="Put away: ${label}" @click=${() => (this.away = new Set(this.away).add(subject(first)))}>✕</button>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "dt-banners": Banners;
  }
}
