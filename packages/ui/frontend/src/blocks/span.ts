/** `<dt-span>`: what is known of one span, or of a fold of similar ones. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { base } from "../base";
import { count, exact, seconds } from "../format";
import type { Json, PanelNotice, Source } from "../types";
import { nothingKnown, type Context } from "./context";
import type { Line } from "./fold";
import { kindName } from "./kinds";
import { selfTime } from "./nest";
import { sheet } from "./sheet";
import { isSource, shown } from "./value";
import "./code";
import "./notice";
import "./source";
import "./tree";

const STACKS = ["stack", "code.stacktrace"];
const STATEMENTS = ["db.query.text", "db.statement"];

function stackOf(attributes: { [key: string]: Json }): Source[] {
  const value = STACKS.map((name) => attributes[name]).find((item) => Array.isArray(item));
  return Array.isArray(value) ? (value.filter(isSource) as unknown as Source[]).slice(0, 50) : [];
}

@customElement("dt-span")
export class SpanElement extends LitElement {
  static override styles = [
    base,
    sheet,
    css`
      :host { position: relative; z-index: 1; background: var(--dt-surface); border: 1px solid var(--dt-line); border-radius: var(--dt-radius); margin: 4px 0 8px; padding: 10px 12px; font-size: 12px; }
      .top { display: flex; flex-wrap: wrap; gap: 8px; align-items: flex-start; }
      .facts { display: flex; flex-wrap: wrap; gap: 6px 22px; align-items: baseline; margin: 0 0 8px; }
      .facts div { display: flex; gap: 6px; }
      dt { color: var(--dt-muted); } dd { margin: 0; font-weight: 600; }
      .name { font: 12px/18px var(--dt-mono); overflow-wrap: anywhere; margin-bottom: 6px; unicode-bidi: isolate; }
      .stack { display: flex; flex-wrap: wrap; gap: 2px 12px; margin-top: 6px; }
      .ends { margin-left: auto; }
      dt-code { margin: 6px 0; }
    `,
  ];

  @property({ attribute: false }) line: Line | null = null;
  @property({ attribute: false }) context: Context = nothingKnown;
  @property({ attribute: false }) notice: PanelNotice | null = null;

  #fact(label: string, value: number): TemplateResult {
    return html`<div><dt>${label}</dt><dd class="num" title=${exact(value, "s")}>${seconds(value)}</dd></div>`;
  }

  #times(line: Line): TemplateResult {
    if (!line.nodes.length) {
      const own = selfTime(line.node.span, line.node.children.filter((child) => child.index !== -2));
      return html`${this.#fact("total", line.end - line.start)}${this.#fact("self", own)}${this.#fact("from", line.start)}`;
    }
    const each = line.nodes.map(({ span }) => span.end - span.start);
    const sum = each.reduce((total, value) => total + value, 0);
    return html`<div><dt>times</dt><dd class="num">${count(each.length)}</dd></div>
      ${this.#fact("total", sum)}${sum - line.busy > 1e-6 ? this.#fact("on the clock", line.busy) : nothing}
      ${this.#fact("mean", sum / each.length)}${this.#fact("slowest", each.reduce((most, value) => Math.max(most, value), 0))}${this.#fact("from", line.start)}`;
  }

  #open(line: Line): TemplateResult | typeof nothing {
    const { detail, open } = this.context;
    const { panel } = line.node.span;
    if (!open || line.node.index < 0 || !detail?.panels.some((entry) => entry.name === panel)) return nothing;
    return html`<button type="button" class="btn primary ends" @click=${() => open(panel, line.node.index)}>Open in ${shown(kindName(panel, detail))}</button>`;
  }

  override render(): TemplateResult | typeof nothing {
    const { line, notice } = this;
    if (!line) return nothing;
    const { span } = line.node;
    const statement = STATEMENTS.map((name) => span.attributes[name]).find((text) => typeof text === "string");
    const stack = stackOf(span.attributes);
    const special = new Set([...(stack.length ? STACKS : []), ...(statement === undefined ? [] : STATEMENTS)]);
    const rest = Object.fromEntries(Object.entries(span.attributes).filter(([name]) => !special.has(name)));
    const sql = span.panel === "sqlalchemy" || statement !== undefined;
    return html`${notice ? html`<dt-notice .notice=${notice}></dt-notice>` : nothing}
      ${sql ? nothing : html`<div class="name">${shown(span.name.slice(0, 2000))}</div>`}
      <div class="top"><dl class="facts">${this.#times(line)}
        ${span.task ? html`<div><dt>task</dt><dd>${shown(span.task)}</dd></div>` : nothing}
        ${span.source ? html`<div><dt>at</dt><dd><dt-source .source=${span.source}></dt-source></dd></div>` : nothing}
      </dl>${this.#open(line)}</div>
      ${sql ? html`<dt-code .block=${{ type: "code", text: String(statement ?? span.name), language: "sql", start: null, highlight: null, source: null, title: null }}></dt-code>` : nothing}
      ${Object.keys(rest).length ? html`<dt-tree .block=${{ type: "tree", value: rest, title: null, open: 1 }}></dt-tree>` : nothing}
      ${stack.length ? html`<div class="stack"><span class="muted">stack</span>${stack.map((source) => html`<span><dt-source .source=${source}></dt-source> <span class="faint">${shown(source.function ?? "")}</span></span>`)}</div>` : nothing}`;
  }
}
