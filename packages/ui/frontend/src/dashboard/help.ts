/** The help: keys and the search language, in a dialog. */
import { LitElement, css, html } from "lit";
import { customElement } from "lit/decorators.js";
import { base } from "../base";
import { keys } from "../search";

const shortcuts: readonly (readonly [string[], string])[] = [
  [["/"], "search"], [["j", "k"], "next, previous record"], [["enter"], "into the record"], [["esc"], "back; out of the record"],
  [["space"], "pause and go on"], [["g"], "group by route"], [["?"], "this help"],
];

@customElement("dt-help")
export class Help extends LitElement {
  static override styles = [
    base,
    css`
      dialog {
        max-width: min(640px, calc(100vw - 24px));
        padding: 20px 24px;
        color: var(--dt-text);
        background: var(--dt-surface);
        border: 1px solid var(--dt-line);
        border-radius: 12px;
      }
      dialog::backdrop {
        background: #0008;
      }
      h2 {
        margin: 0 0 8px;
        font-size: 15px;
      }
      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 5px 14px;
        margin: 0 0 16px;
        font-size: var(--dt-size-small);
      }
      dd {
        margin: 0;
        color: var(--dt-muted);
      }
    `,
  ];

  protected override firstUpdated(): void {
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  protected override render(): unknown {
    const close = (): void => this.renderRoot.querySelector("dialog")?.close();
    return html`<dialog aria-labelledby="title" @close=${() => this.remove()} @click=${(event: Event) => event.target === event.currentTarget && close()}>
      <h2 id="title">Keys</h2>
      <dl>${shortcuts.map(([names, what]) => html`<dt>${names.map((name) => html`<kbd>${name}</kbd> `)}</dt><dd>${what}</dd>`)}</dl>
      <h2>Search</h2>
      <dl>${keys.map(({ example, meaning }) => html`<dt><code>${example}</code></dt><dd>${meaning}</dd>`)}
        <dt><code>-path:/health</code></dt><dd>a minus leaves them out</dd><dt><code>"two words"</code></dt><dd>quotes keep spaces</dd></dl>
      <button class="btn" autofocus @click=${close}>Close</button>
    </dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "dt-help": Help;
  }
}
