/** A button that opens a small box: menus, settings, questions. Closes on Escape, on a click elsewhere and on a choice. */
import { LitElement, css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { base } from "../base";

@customElement("dt-popup")
export class Popup extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        position: relative;
        display: inline-flex;
        min-width: 0;
      }
      .btn {
        max-width: 100%;
      }
      .box {
        position: absolute;
        top: calc(100% + 6px);
        left: 0;
        z-index: 20;
        min-width: 180px;
        width: max-content;
        max-width: min(560px, calc(100vw - 16px));
        max-height: min(440px, 56vh);
        overflow: auto;
        padding: 6px;
        background: var(--dt-surface);
        color: var(--dt-text);
        border: 1px solid var(--dt-line);
        border-radius: var(--dt-radius);
        box-shadow: 0 10px 32px light-dark(#0003, #000a);
        overscroll-behavior: contain;
      }
      .wide {
        flex: 1;
        background: var(--dt-raised);
        color: var(--dt-text);
        justify-content: flex-start;
        overflow: hidden;
      }
    `,
  ];

  /** What the button is called where its content does not say it. */
  @property() label = "";
  /** Extra class names of the button: `icon`, `primary`, or `wide`, whose content is part of what it is called. */
  @property() kind = "";
  @property({ type: Boolean }) open = false;

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("pointerdown", this.#outside, true);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("pointerdown", this.#outside, true);
    this.#sizes.disconnect();
  }

  protected override render(): unknown {
    return html`<button
        class="btn ${this.kind}"
        aria-haspopup="true"
        aria-expanded=${this.open ? "true" : "false"}
        aria-label=${this.kind === "wide" ? nothing : this.label}
        title=${this.label}
        @click=${() => this.#show(!this.open)}
      >
        ${this.kind === "wide" ? html`<span class="said">${this.label}: </span>` : nothing}<slot name="label"></slot>
      </button>
      <div class="box" role="group" aria-label=${this.label} ?hidden=${!this.open} @click=${this.#chosen}><slot></slot></div>`;
  }

  protected override firstUpdated(): void {
    const box = this.renderRoot.querySelector(".box");
    if (box) this.#sizes.observe(box);
    this.addEventListener("keydown", this.#key);
    this.addEventListener("focusout", (event) => {
      const to = event.relatedTarget;
      if (to instanceof Node && !this.contains(to) && !this.renderRoot.contains(to)) this.open = false;
    });
  }

  #sizes = new ResizeObserver(() => this.#fit());

  /** Keep the box inside the window: move it left as far as it would stick out. */
  #fit(): void {
    const box = this.renderRoot.querySelector<HTMLElement>(".box");
    if (!this.open || !box) return;
    box.style.translate = "";
    const { left, right } = box.getBoundingClientRect();
    const over = right - (innerWidth - 8);
    if (over > 0) box.style.translate = `${-Math.min(over, left - 8)}px`;
  }

  close(): void {
    if (!this.open) return;
    this.#show(false);
    this.renderRoot.querySelector("button")?.focus();
  }

  #show(open: boolean): void {
    this.open = open;
    this.dispatchEvent(new CustomEvent(open ? "opened" : "closed"));
  }

  #outside = (event: Event): void => {
    if (this.open && !event.composedPath().includes(this)) this.#show(false);
  };

  #chosen = (event: Event): void => {
    const choice = event.composedPath().some((each) => each instanceof HTMLElement && each.dataset["close"] !== undefined);
    if (choice) this.close();
  };

  #key = (event: KeyboardEvent): void => {
    if (!this.open) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const items = [...this.querySelectorAll<HTMLElement>("[data-close], .item")];
      const at = items.findIndex((item) => item.matches(":focus"));
      const step = event.key === "ArrowDown" ? 1 : -1;
      items[(at + step + items.length) % items.length]?.focus();
      event.preventDefault();
    }
  };
}

/** How entries of a popup look: in the style sheet of whoever slots them. */
export const popupItems = css`
  .item {
    display: flex;
    align-items: center;
    gap: 8px;
    width: 100%;
    min-height: 28px;
    padding: 4px 8px;
    border: 0;
    border-radius: 6px;
    background: none;
    color: var(--dt-text);
    font-size: var(--dt-size-small);
    text-align: start;
    text-decoration: none;
    cursor: pointer;
  }
  .item:hover,
  .item:focus-visible,
  .item[aria-current="true"] {
    background: var(--dt-raised);
  }
  .item:disabled {
    color: var(--dt-faint);
    cursor: default;
  }
  .group {
    padding: 8px 8px 2px;
    font: 600 10px/16px var(--dt-sans);
    letter-spacing: 0.08em;
    text-transform: uppercase;
    color: var(--dt-faint);
  }
  .note {
    padding: 6px 8px;
    max-width: 44ch;
    color: var(--dt-muted);
    font-size: var(--dt-size-small);
    white-space: normal;
  }
`;

declare global {
  interface HTMLElementTagNameMap {
    "dt-popup": Popup;
  }
}
