/** What the reader may choose: the editor and path mapping, the theme, the place of dock and bar. */
import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { base } from "../base";
import { corner, moveBar, prefer, preferences, type Edge, type Preferences, type Theme } from "../preferences";
import { editors } from "../sources";
import type { Setup } from "../types";

type Choice = readonly [value: string, title: string];
const themes: readonly Choice[] = [["auto", "As the system"], ["light", "Light"], ["dark", "Dark"]];
const edges: readonly Choice[] = [["bottom", "Bottom"], ["top", "Top"], ["left", "Left"], ["right", "Right"]];
const corners: readonly Choice[] = [["", "Bottom right"], ["l", "Bottom left"], ["t", "Top right"], ["l t", "Top left"]];

@customElement("dt-settings")
export class Settings extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: 10px;
        padding: 10px;
        width: min(380px, calc(100vw - 40px));
        font-size: var(--dt-size-small);
      }
      label,
      fieldset {
        display: grid;
        gap: 4px;
        color: var(--dt-muted);
      }
      fieldset {
        border: 0;
        padding: 0;
        margin: 0;
      }
      .field {
        color: var(--dt-text);
        width: 100%;
      }
      .pair {
        display: grid;
        grid-template-columns: 1fr 1fr 28px;
        gap: 6px;
      }
      .row {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 10px;
      }
      p {
        margin: 0;
        color: var(--dt-muted);
      }
    `,
  ];

  @property({ attribute: false }) setup: Setup | null = null;
  /** In a page there are a bar and a dock to place; in the dashboard there are not. */
  @property({ type: Boolean }) page = false;
  @state() private chosen: Preferences = preferences();

  protected override render(): unknown {
    const { editor, editorUrl, theme, edge } = this.chosen;
    const known = Object.entries(editors).map(([name, { title }]): Choice => [name, title]);
    const fromServer = `As the application says (${this.setup?.editor ?? "vscode"})`;
    return html`${this.#select("Open source files in", editor ?? "", [["", fromServer], ...known, ["custom", "Another: a URL of your own"]], (value) =>
      this.#prefer({ editor: value || null }))}
    ${editor === "custom"
      ? html`<label>URL with {path} and {line}
          <input class="field mono" .value=${editorUrl} placeholder="myeditor://open?file={path}&line={line}"
            @change=${(event: Event) => this.#prefer({ editorUrl: (event.target as HTMLInputElement).value })} /></label>`
      : nothing}
    ${this.#paths()}
    ${this.#select("Theme", theme, themes, (value) => this.#prefer({ theme: value as Theme }))}
    ${this.page
      ? html`<div class="row">
          ${this.#select("Dock at", edge, edges, (value) => this.#prefer({ edge: value as Edge }))}
          ${this.#select("Bar in", corner(), corners, (value) => {
            moveBar(value);
            this.#prefer({});
          })}
        </div>`
      : nothing}
    <p>Kept in this browser. Toolbar ${this.setup?.version ?? ""}</p>`;
  }

  #select(label: string, value: string, choices: readonly Choice[], chosen: (value: string) => void): TemplateResult {
    return html`<label>${label}
      <select class="field" @change=${(event: Event) => chosen((event.target as HTMLSelectElement).value)}>
        ${choices.map(([name, title]) => html`<option value=${name} ?selected=${name === value}>${title}</option>`)}
      </select></label>`;
  }

  #paths(): TemplateResult {
    const { paths } = this.chosen;
    const change = (index: number, side: 0 | 1, value: string): void => {
      const next = paths.map((pair): [string, string] => [...pair]);
      const pair = next[index];
      if (pair) pair[side] = value;
      this.#prefer({ paths: next });
    };
    const field = (index: number, side: 0 | 1, label: string): TemplateResult => html`<input
      class="field mono" aria-label=${label} placeholder=${side ? "/Users/me/shop" : "/app"} .value=${paths[index]?.[side] ?? ""}
      @change=${(event: Event) => change(index, side, (event.target as HTMLInputElement).value)} />`;
    return html`<fieldset>
      <legend>Paths: in the container, on this machine</legend>
      ${paths.map(
        (_, index) => html`<div class="pair">
          ${field(index, 0, "Path in the container")} ${field(index, 1, "Path on this machine")}
          <button class="btn icon" aria-label="Remove" @click=${() => this.#prefer({ paths: paths.filter((_pair, at) => at !== index) })}>✕</button>
        </div>`,
      )}
      <button class="btn" @click=${() => this.#prefer({ paths: [...paths, ["", ""]] })}>Add a path</button>
    </fieldset>`;
  }

  #prefer(change: Partial<Preferences>): void {
    this.chosen = prefer(change);
    this.dispatchEvent(new CustomEvent("preferred", { bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "dt-settings": Settings;
  }
}
