/** `<dt-code>`: code with line numbers, highlighting, its place in the user's files, and SQL laid out on demand. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { base } from "../base";
import { count, plural } from "../format";
import { download } from "../shell/pieces";
import type { CodeBlock, Json } from "../types";
import { copyFrom } from "./copy";
import { fileName, fileType } from "./file-name";
import { filled, isMany, literal } from "./filled";
import { prettySql, tokensOf } from "./lazy";
import type { Token } from "./lex";
import { sheet } from "./sheet";
import { cut, plain } from "./text";
import { shown } from "./value";
import "./source";

const PIECE = 20_000;
const EXECUTIONS = 5;
const VALUES = 40;
/** Statements up to this length are laid out unasked. */
const AT_ONCE = 6_000;

export const tokenColours = css`
  .kw { color: var(--ink-sql); }
  .str { color: var(--ink-template); }
  .num-t { color: var(--ink-cache); }
  .com { color: var(--dt-muted); font-style: italic; }
  .key { color: var(--ink-http); }
  .name { color: var(--ink-name); }
`;

/** One run of code in its colour. */
export function drawToken({ kind, text }: Token): TemplateResult {
  return kind ? html`<span class=${kind === "num" ? "num-t" : kind}>${shown(text)}</span>` : html`${shown(text)}`;
}

/** Tokens by line. */
export function byLine(tokens: readonly Token[]): Token[][] {
  const lines: Token[][] = [[]];
  for (const { kind, text } of tokens) {
    text.split(/\r?\n/).forEach((piece, index) => {
      if (index) lines.push([]);
      if (piece) lines.at(-1)?.push({ kind, text: piece });
    });
  }
  if (lines.length > 1 && !lines.at(-1)?.length) lines.pop();
  return lines;
}

/** Does the reader want statements laid out? What was chosen last holds for all. */
let layOut = true;

@customElement("dt-code")
export class CodeElement extends LitElement {
  static override styles = [
    base,
    sheet,
    tokenColours,
    css`
      figure { margin: 0; border: 1px solid var(--dt-line); border-radius: var(--dt-radius); background: var(--dt-surface); overflow: hidden; }
      figcaption { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; padding: 5px 12px; border-bottom: 1px solid var(--dt-line); font-size: 11px; min-height: 29px; }
      figcaption b { font-weight: 600; overflow-wrap: anywhere; min-width: 0; }
      .tools { margin-left: auto; display: flex; gap: 12px; }
      .code { overflow: auto; max-height: 60vh; padding: 8px 0; font: 12px/19px var(--dt-mono); tab-size: 4; direction: ltr; }
      .line { display: flex; padding: 0 12px; min-height: 19px; width: max-content; min-width: 100%; }
      .wrap .line { width: auto; }
      .no { flex: none; width: var(--digits); margin-right: 14px; text-align: right; color: var(--dt-muted); user-select: none; }
      .line pre { margin: 0; font: inherit; white-space: pre; min-width: 0; flex: 1; }
      .wrap pre { white-space: pre-wrap; overflow-wrap: anywhere; }
      .here { background: color-mix(in srgb, var(--dt-warn) 12%, transparent); box-shadow: inset 3px 0 0 var(--dt-warn); }
      .note { padding: 5px 12px; font-size: 11px; border-top: 1px solid var(--dt-line); }
      .with { margin: 0; list-style: none; max-height: 130px; overflow: auto; }
      .with li { display: flex; flex-wrap: wrap; gap: 1px 12px; align-items: baseline; min-width: 0; }
      .with .value { font: 12px/18px var(--dt-mono); min-width: 0; max-width: 100%; overflow-wrap: anywhere; }
    `,
  ];

  @property({ attribute: false }) block: CodeBlock | null = null;
  @state() private until = PIECE;
  @state() private pretty: string | null = null;
  @state() private note = "";

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("block") || changed.get("block")?.text === this.block?.text) return;
    this.until = PIECE;
    this.pretty = null;
    this.note = "";
  }

  protected override updated(changed: PropertyValues<this>): void {
    const { block } = this;
    if (!changed.has("block") || block?.language !== "sql" || !layOut || this.pretty !== null || block.text.length > AT_ONCE) return;
    // After the statement as it was sent has been painted: what was asked for stands there first.
    requestAnimationFrame(() => setTimeout(() => { if (this.isConnected && this.pretty === null) void this.#layOut(block.text, false); }));
  }

  #toggle = (): void => {
    layOut = this.pretty === null;
    if (layOut) void this.#layOut(this.block?.text ?? "", true);
    else this.pretty = null;
  };

  async #layOut(text: string, asked: boolean): Promise<void> {
    try {
      if (asked) this.note = "laying out…";
      const laid = await prettySql(text);
      if (this.block?.text === text) this.pretty = laid;
      this.note = "";
    } catch (error) {
      const told = error instanceof Error && error.message.endsWith("not laid out.");
      if (asked) this.note = told ? error.message : "This statement could not be laid out; it is shown as it was sent.";
    }
  }

  /** The statement in sight, with its parameters in their places. */
  #filled(block: CodeBlock): string {
    return filled(this.pretty ?? block.text, block.parameters ?? null);
  }

  #value(name: string, value: Json): TemplateResult {
    const text = literal(value);
    return html`<span class="value"><span class="muted">${shown(cut(name, 60))}</span> <span class=${typeof value === "string" ? "str" : "num-t"}>${shown(cut(text, 200))}${text.length > 200 ? "…" : ""}</span></span>`;
  }

  #execution = (parameters: Json): TemplateResult => {
    const pairs = typeof parameters === "object" && parameters !== null ? Object.entries(parameters) : [["", parameters] as const];
    const name = (key: string): string => (Array.isArray(parameters) ? String(Number(key) + 1) : key);
    return html`<li>${pairs.slice(0, VALUES).map(([key, value]) => this.#value(name(key), value))}${pairs.length > VALUES ? html`<span class="muted">… ${count(pairs.length - VALUES)} more</span>` : nothing}</li>`;
  };

  #with(parameters: Json): TemplateResult | typeof nothing {
    const all = isMany(parameters) ? parameters : [parameters];
    if (typeof parameters === "object" && (parameters === null || !Object.keys(parameters).length)) return nothing;
    const left = all.length - EXECUTIONS;
    return html`<ul class="note with" aria-label="Parameters">${all.slice(0, EXECUTIONS).map(this.#execution)}
      ${left > 0 ? html`<li class="muted">… ${plural(left, "more execution")}</li>` : nothing}</ul>`;
  }

  #save({ filename, text }: CodeBlock): void {
    const name = fileName(filename ?? "");
    download(name, text, fileType(name));
  }

  #caption(block: CodeBlock): TemplateResult {
    return html`<figcaption>
      ${block.title || block.filename ? html`<b>${shown(cut(block.title || (block.filename ?? ""), 300))}</b>` : html`<span class="muted">${shown(block.language)}</span>`}
      ${block.source ? html`<dt-source .source=${block.source}></dt-source>` : nothing}
      <span class="tools">
        ${block.language === "sql"
          ? html`<button type="button" class="link" @click=${this.#toggle}>${this.pretty === null ? "Format" : "As sent"}</button>`
          : nothing}
        <button type="button" class="link" @click=${(event: Event) => void copyFrom(event, this.pretty ?? block.text)}>Copy</button>
        ${block.parameters !== null && block.parameters !== undefined
          ? html`<button type="button" class="link" title="To read or to try in a console: values are written into the statement as literals" @click=${(event: Event) => void copyFrom(event, this.#filled(block))}>Copy with parameters</button>`
          : nothing}
        ${block.filename
          ? html`<button type="button" class="link" title=${`Save as ${fileName(block.filename)}`} @click=${(event: Event) => { event.stopPropagation(); this.#save(block); }}>Download</button>`
          : nothing}
      </span>
    </figcaption>`;
  }

  #lines(block: CodeBlock, text: string): TemplateResult[] {
    const found = tokensOf(text, block.language, () => this.requestUpdate()) ?? [{ kind: "", text } as const];
    const first = this.pretty === null ? block.start : null;
    return byLine(found).map((line, index) => {
      const no = (first ?? 0) + index;
      const here = first !== null && no === block.highlight;
      return html`<div class="line ${here ? "here" : ""}" aria-current=${here ? "true" : nothing}>${first === null ? nothing : html`<span class="no num">${no}</span>`}<pre>${line.map(drawToken)}</pre></div>`;
    });
  }

  override render(): TemplateResult | typeof nothing {
    const { block } = this;
    if (!block) return nothing;
    const all = this.pretty ?? block.text;
    const text = cut(all, this.until);
    const left = all.length - text.length;
    const lines = this.#lines(block, text);
    const digits = String((block.start ?? 0) + lines.length).length;
    this.style.setProperty("--digits", `${digits}ch`);
    const wrap = block.start === null || block.language === "sql";
    return html`<figure>
      ${this.#caption(block)}
      <div class="code ${wrap ? "wrap" : ""}" tabindex="0" role="group" aria-label=${plain(block.title ?? `${block.language} code`, 120)}>
        ${all ? lines : html`<div class="line muted">empty</div>`}
      </div>
      ${left ? html`<div class="note"><button type="button" class="link" @click=${() => { this.until += PIECE * 5; }}>show ${count(Math.min(left, PIECE * 5))} more of ${count(all.length)} characters</button></div>` : nothing}
      ${block.parameters === undefined ? nothing : this.#with(block.parameters)}
      ${this.note ? html`<div class="note muted" role="status">${this.note}</div>` : nothing}
    </figure>`;
  }
}
