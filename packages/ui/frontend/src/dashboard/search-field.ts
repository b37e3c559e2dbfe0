/** The search field: finished terms are chips, what is being typed is text. */
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { base } from "../base";
import { line } from "../format";
import { parse } from "../search";

@customElement("dt-search")
export class SearchField extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 6px;
        flex: 0 1 520px;
        min-width: 120px;
        height: 28px;
        padding: 0 8px;
        border: 1px solid var(--dt-line);
        border-radius: var(--dt-radius);
        background: var(--dt-raised);
        overflow: hidden;
        cursor: text;
      }
      :host(:focus-within) {
        border-color: var(--dt-accent);
      }
      .chips {
        display: flex;
        gap: 4px;
        overflow-x: auto;
        scrollbar-width: none;
        flex: 0 1 auto;
        max-width: 70%;
      }
      .chip {
        flex: none;
        max-width: 240px;
        border: 0;
        padding: 0 6px;
        border-radius: var(--dt-radius-small);
        background: color-mix(in srgb, var(--dt-accent) 13%, transparent);
        color: var(--dt-accent);
        font: 12px/20px var(--dt-mono);
        cursor: pointer;
      }
      .chip.not {
        color: var(--dt-bad);
        background: color-mix(in srgb, var(--dt-bad) 13%, transparent);
      }
      .chip:hover {
        text-decoration: line-through;
      }
      input {
        flex: 1;
        min-width: 60px;
        height: 100%;
        padding: 0;
        border: 0;
        background: none;
        font-size: var(--dt-size-small);
      }
      input:focus-visible {
        outline: none;
      }
      input::placeholder {
        color: var(--dt-faint);
        opacity: 1;
      }
    `,
  ];

  @state() private query = "";
  @query("input") private input!: HTMLInputElement;
  #typed = "";

  override focus(): void {
    this.input.focus();
    this.input.select();
  }

  /** Show this query as chips, without saying that it was typed. */
  show(text: string): void {
    this.#typed = "";
    this.query = text;
    this.requestUpdate();
  }

  protected override render(): unknown {
    const typed = this.#typed;
    const chips = this.#chips();
    return html`<span class="faint" aria-hidden="true">⌕</span>
      <div class="chips">${chips.map((text, index) => this.#chip(text, index))}</div>
      <input
        type="search" role="searchbox" aria-label="Search records: path:, status:, method:, ms:, sql:, has:, or words"
        placeholder=${chips.length ? "" : "path:/api status:5xx ms:>200 …"} autocomplete="off" spellcheck="false" maxlength="500"
        .value=${typed} @input=${this.#input} @keydown=${this.#key}
      />
      <kbd aria-hidden="true">/</kbd>`;
  }

  protected override firstUpdated(): void {
    this.addEventListener("click", (event) => {
      if (event.composedPath()[0] === this) this.input.focus();
    });
  }

  #chips(): string[] {
    const all = parse(this.query).map(({ text }) => text);
    return this.#typed.trim() && all.at(-1) === this.#typed.trim() ? all.slice(0, -1) : all;
  }

  #chip(text: string, index: number): TemplateResult {
    return html`<button class="chip cut ${text.startsWith("-") ? "not" : ""}" title="Remove ${line(text)}" aria-label="Remove ${line(text)}"
      @click=${() => this.#set(this.#chips().filter((_, at) => at !== index), this.#typed)}>${line(text, 60)}</button>`;
  }

  #set(chips: readonly string[], typed: string): void {
    this.#typed = typed;
    this.query = [...chips, typed.trim()].filter(Boolean).join(" ");
    this.requestUpdate();
    this.dispatchEvent(new CustomEvent("searched", { detail: this.query }));
  }

  #input = (): void => {
    const text = this.input.value;
    const chips = this.#chips();
    const unfinished = (text.match(/"/g) ?? []).length % 2 === 1;
    if (/\s$/.test(text) && text.trim() && !unfinished) this.#set([...chips, ...parse(text).map((term) => term.text)], "");
    else this.#set(chips, text);
  };

  #key = (event: KeyboardEvent): void => {
    const chips = this.#chips();
    if (event.key === "Backspace" && this.input.value === "" && chips.length) {
      event.preventDefault();
      this.#set(chips.slice(0, -1), chips.at(-1) ?? "");
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.#set([...chips, ...parse(this.#typed).map((term) => term.text)], "");
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (this.#typed) this.#set(chips, "");
      else this.input.blur();
    }
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "dt-search": SearchField;
  }
}
