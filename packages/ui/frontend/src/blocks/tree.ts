/** `<dt-tree>`: nested values, opened as far as one looks. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { base } from "../base";
import { count } from "../format";
import type { Json, TreeBlock } from "../types";
import { branches, PAGE, type Branch } from "./branches";
import { copyFrom } from "./copy";
import { look } from "./look";
import { sheet } from "./sheet";
import { cut, plain } from "./text";
import { jsonText, shown } from "./value";
import "./text-element";

const LONG = 300;

function scalar(value: Json): TemplateResult {
  if (typeof value === "string") {
    return value.length > LONG
      ? html`<span class="str">"<dt-text mono .text=${value} .limit=${LONG}></dt-text>"</span>`
      : html`<span class="str">"${shown(value)}"</span>`;
  }
  return html`<span class=${value === null ? "faint" : typeof value === "number" ? "number num" : "word"}>${String(value)}</span>`;
}

function summary({ value, size }: Branch): TemplateResult {
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return html`<span class="faint">${size ? `${open} ${count(size)} ${close}` : `${open}${close}`}</span>`;
}

@customElement("dt-tree")
export class TreeElement extends LitElement {
  static override styles = [
    base,
    sheet,
    css`
      .lines { font: 12px/20px var(--dt-mono); overflow-wrap: anywhere; direction: ltr; }
      .line { display: flex; gap: 6px; align-items: flex-start; padding: 1px 6px; border-radius: 4px; }
      .line:hover, .line:focus-visible { background: var(--dt-raised); }
      .arrow { width: 12px; flex: none; color: var(--dt-faint); text-align: center; cursor: pointer; user-select: none; }
      .key { color: var(--ink-http); max-width: 40%; flex: none; unicode-bidi: isolate; }
      .value { min-width: 0; unicode-bidi: isolate; white-space: pre-wrap; }
      .str { color: var(--ink-template); }
      .number { color: var(--ink-cache); }
      .word { color: var(--ink-sql); }
      .can { cursor: pointer; }
      .tools { margin-left: auto; flex: none; display: none; gap: 10px; font: 11px/20px var(--dt-sans); padding-left: 10px; }
      .line:hover .tools, .line:focus-within .tools { display: flex; }
      h4 { margin-bottom: 4px; }
    `,
  ];

  @property({ attribute: false }) block: TreeBlock | null = null;
  @state() private toggled: ReadonlySet<string> = new Set();
  @state() private pages: ReadonlyMap<string, number> = new Map();
  @state() private active = 0;
  @query(".lines") private list!: HTMLElement | null;
  #lines: Branch[] = [];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("block") || changed.get("block")?.value === this.block?.value) return;
    this.toggled = new Set();
    this.pages = new Map();
    this.active = 0;
  }

  #toggle(branch: Branch): void {
    if (!branch.size) return;
    const toggled = new Set(this.toggled);
    if (!toggled.delete(branch.path)) toggled.add(branch.path);
    this.toggled = toggled;
  }

  #more(branch: Branch): void {
    const before = this.pages.get(branch.path) ?? PAGE;
    this.pages = new Map(this.pages).set(branch.path, before + Math.max(PAGE, Math.min(before, 1000)));
  }

  async #move(to: number): Promise<void> {
    this.active = Math.max(0, Math.min(this.#lines.length - 1, to));
    await this.updateComplete;
    this.list?.querySelectorAll<HTMLElement>(".line")[this.active]?.focus();
  }

  #up(index: number): number {
    const depth = this.#lines[index]?.depth ?? 0;
    for (let at = index - 1; at >= 0; at--) if ((this.#lines[at]?.depth ?? 0) < depth) return at;
    return index;
  }

  #key = (event: KeyboardEvent): void => {
    const line = this.#lines[this.active];
    if (!line || (event.target as HTMLElement).closest("button, dt-text")) return;
    const acts: Readonly<Record<string, () => void>> = {
      ArrowDown: () => void this.#move(this.active + 1),
      ArrowUp: () => void this.#move(this.active - 1),
      Home: () => void this.#move(0),
      End: () => void this.#move(this.#lines.length - 1),
      ArrowRight: () => (line.size && !line.expanded ? this.#toggle(line) : void this.#move(this.active + 1)),
      ArrowLeft: () => (line.expanded ? this.#toggle(line) : void this.#move(this.#up(this.active))),
      Enter: () => (line.more ? this.#more(line) : this.#toggle(line)),
      " ": () => (line.more ? this.#more(line) : this.#toggle(line)),
    };
    const act = acts[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

  #line = (branch: Branch, index: number): TemplateResult => {
    const focus = (): void => { this.active = index; };
    const indent = look({ "padding-left": `${6 + Math.min(branch.depth, 24) * 14}px` });
    if (branch.more) {
      return html`<div class="line" role="treeitem" aria-level=${branch.depth + 1} tabindex=${index === this.active ? 0 : -1} @focus=${focus} ${indent}>
        <span class="arrow"></span><button type="button" class="link" tabindex="-1" @click=${() => this.#more(branch)}>${count(branch.more)} more …</button></div>`;
    }
    const text = (): string => (typeof branch.value === "string" ? branch.value : jsonText(branch.value, 2));
    return html`<div class="line" role="treeitem" aria-level=${branch.depth + 1} aria-expanded=${branch.size ? String(branch.expanded) : nothing}
        tabindex=${index === this.active ? 0 : -1} @focus=${focus} ${indent}>
      <span class="arrow" aria-hidden="true" @click=${() => this.#toggle(branch)}>${branch.size ? (branch.expanded ? "▾" : "▸") : ""}</span>
      ${branch.key === "" && !branch.path ? nothing : html`<span class="key ${branch.size ? "can" : ""}" @click=${() => this.#toggle(branch)}>${shown(cut(branch.key, 200))}${branch.key.length > 200 ? "…" : ""}</span>`}
      <span class="value">${branch.size === null ? scalar(branch.value) : html`<span class=${branch.size ? "can" : ""} @click=${() => this.#toggle(branch)}>${summary(branch)}</span>`}</span>
      <span class="tools">
        ${branch.path ? html`<button type="button" class="link" @click=${(event: Event) => void copyFrom(event, branch.path)}>copy path</button>` : nothing}
        <button type="button" class="link" @click=${(event: Event) => void copyFrom(event, text())}>copy value</button>
      </span>
    </div>`;
  };

  override render(): TemplateResult | typeof nothing {
    const { block } = this;
    if (!block) return nothing;
    this.#lines = branches(block.value, { depth: block.open, toggled: this.toggled, shown: this.pages });
    const title = block.title ? html`<h4>${shown(block.title)}</h4>` : nothing;
    if (!this.#lines.length) return html`${title}<div class="empty">Nothing in here: an empty ${Array.isArray(block.value) ? "list" : "object"} was recorded.</div>`;
    return html`${title}<div class="lines" role="tree" aria-label=${plain(block.title ?? "values", 120)} @keydown=${this.#key}>
      ${repeat(this.#lines, (line) => `${line.path}${line.more ? "+" : ""}`, this.#line)}
    </div>`;
  }
}
