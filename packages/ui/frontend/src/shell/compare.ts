/** Two records side by side: their numbers, and the spans and statements added and gone. */
import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { asApiError, type Api, type ApiError } from "../api";
import { base } from "../base";
import { count, exact, inUnit, line, seconds, time } from "../format";
import type { RecordDetail } from "../types";
import { differences, measures, type Difference, type Measure } from "./differences";
import "./compare-flames";
import { failure, pathOf, statusPill } from "./pieces";

const shown = 200;

@customElement("dt-compare")
export class Compare extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        overflow: auto;
        flex: 1;
        padding: 16px 20px;
        min-width: 0;
      }
      header {
        display: grid;
        grid-template-columns: 1fr auto 1fr auto;
        gap: 12px;
        align-items: center;
        margin-bottom: 16px;
      }
      .side {
        display: flex;
        gap: 8px;
        align-items: center;
        min-width: 0;
        padding: 8px 12px;
        border: 1px solid var(--dt-line);
        border-radius: var(--dt-radius);
        background: var(--dt-surface);
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: var(--dt-size-small);
        margin-bottom: 20px;
      }
      caption {
        text-align: start;
        font-weight: 600;
        padding: 4px 8px;
      }
      th,
      td {
        padding: 5px 8px;
        text-align: end;
        border-bottom: 1px solid color-mix(in srgb, var(--dt-line) 60%, transparent);
      }
      th {
        color: var(--dt-muted);
        font-size: var(--dt-size-tiny);
      }
      .first {
        text-align: start;
        overflow-wrap: anywhere;
        width: 60%;
      }
      tbody th {
        color: var(--dt-text);
        font-weight: 400;
        font-size: inherit;
      }
      .more {
        color: var(--dt-warn);
      }
      .less {
        color: var(--dt-ok);
      }
      .failure p,
      .none {
        color: var(--dt-muted);
      }
      @media (max-width: 640px) {
        header {
          grid-template-columns: 1fr;
        }
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) left: string | null = null;
  @property({ attribute: false }) right: string | null = null;
  @state() private pair: [RecordDetail, RecordDetail] | null = null;
  @state() private error: ApiError | null = null;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("left") || changed.has("right")) void this.#load();
  }

  protected override render(): unknown {
    if (this.error) return failure(this.error, () => void this.#load());
    if (!this.pair) return html`<p class="none" role="status">Loading both records…</p>`;
    const [left, right] = this.pair;
    const changed = differences(left.record, right.record);
    return html`<header>
        ${this.#side("A", left)}<button class="btn icon" title="Swap" aria-label="Swap" @click=${this.#swap}>⇄</button>${this.#side("B", right)}
        <button class="btn" @click=${() => this.dispatchEvent(new CustomEvent("close"))}>Close</button>
      </header>
      ${this.#numbers(measures(left.record, right.record, (panel) => this.#title(panel)))}
      <dt-compare-flames .api=${this.api} .pair=${this.pair}></dt-compare-flames>
      ${this.#table("Added: only in B", changed.filter((each) => each.left === 0))}
      ${this.#table("Gone: only in A", changed.filter((each) => each.right === 0))}
      ${this.#table("More or fewer times", changed.filter((each) => each.left > 0 && each.right > 0))}
      ${changed.length === 0 ? html`<p class="none">Both did the same things the same number of times.</p>` : nothing}`;
  }

  #title(panel: string): string {
    const entry = this.pair?.flatMap(({ panels }) => panels).find(({ name }) => name === panel);
    return line(entry?.title ?? panel, 40);
  }

  #side(letter: string, { record, summary }: RecordDetail): TemplateResult {
    return html`<div class="side">
      <b>${letter}</b>${statusPill(summary)}<b>${line(summary.method, 12)}</b><span class="mono cut">${pathOf(summary)}</span>
      <span class="grow"></span><span class="faint mono">${time(record.started_at)}</span>
    </div>`;
  }

  #numbers(rows: readonly Measure[]): TemplateResult {
    return html`<table>
      <thead><tr><th class="first" scope="col">What</th><th scope="col">A</th><th scope="col">B</th><th scope="col">B − A</th></tr></thead>
      <tbody>
        ${rows.map(
          ({ label, unit, left, right }) => html`<tr>
            <th class="first" scope="row">${line(label)}</th>
            <td class="num" title=${exact(left, unit)}>${inUnit(left, unit)}</td>
            <td class="num" title=${exact(right, unit)}>${inUnit(right, unit)}</td>
            ${this.#delta(left, right, unit)}
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  #delta(left: number | null, right: number | null, unit: Measure["unit"]): TemplateResult {
    if (left === null || right === null || left === right || unit === null) return html`<td class="faint">${left === right ? "=" : "≠"}</td>`;
    const change = right - left;
    const text = inUnit(Math.abs(change), unit);
    return html`<td class="num ${change > 0 ? "more" : "less"}" title=${exact(change, unit)}>${change > 0 ? "+" : "−"}${text}</td>`;
  }

  #table(title: string, rows: readonly Difference[]): TemplateResult | typeof nothing {
    if (rows.length === 0) return nothing;
    return html`<table>
      <caption>${title} (${count(rows.length)})</caption>
      <thead><tr><th class="first" scope="col">Span</th><th scope="col">A</th><th scope="col">B</th><th scope="col">Time A</th><th scope="col">Time B</th></tr></thead>
      <tbody>
        ${rows.slice(0, shown).map(
          (each) => html`<tr>
            <td class="first mono"><span class="faint">${this.#title(each.panel)}</span> ${line(each.name, 400)}</td>
            <td class="num">${count(each.left)}</td><td class="num">${count(each.right)}</td>
            <td class="num">${each.left ? seconds(each.leftSeconds) : "–"}</td><td class="num">${each.right ? seconds(each.rightSeconds) : "–"}</td>
          </tr>`,
        )}
      </tbody>
    </table>
    ${rows.length > shown ? html`<p class="none">${count(rows.length - shown)} more are not shown.</p>` : nothing}`;
  }

  #swap = (): void => {
    [this.left, this.right] = [this.right, this.left];
  };

  async #load(): Promise<void> {
    const { left, right } = this;
    if (!left || !right) return;
    try {
      const pair = await Promise.all([this.api.record(left), this.api.record(right)]);
      if (left === this.left && right === this.right) {
        this.pair = pair;
        this.error = null;
      }
    } catch (error) {
      this.error = asApiError(error);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "dt-compare": Compare;
  }
}
