/** The edge of the dock one drags, or moves with the arrow keys. */
import { LitElement, css, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { base } from "../base";
import type { Edge } from "../preferences";

const step = 0.04;

@customElement("dt-resizer")
export class Resizer extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        position: absolute;
        z-index: 10;
        touch-action: none;
        background: transparent;
      }
      :host(:hover),
      :host(:focus-visible) {
        background: var(--dt-accent);
      }
      :host([edge="bottom"]) {
        inset: -2px 0 auto 0;
        height: 5px;
        cursor: ns-resize;
      }
      :host([edge="top"]) {
        inset: auto 0 -2px 0;
        height: 5px;
        cursor: ns-resize;
      }
      :host([edge="left"]) {
        inset: 0 -2px 0 auto;
        width: 5px;
        cursor: ew-resize;
      }
      :host([edge="right"]) {
        inset: 0 auto 0 -2px;
        width: 5px;
        cursor: ew-resize;
      }
    `,
  ];

  @property({ reflect: true }) edge: Edge = "bottom";
  @property() label = "Size of the dock";
  /** Its share of the window. */
  @property({ attribute: false }) share = 0.6;

  override connectedCallback(): void {
    super.connectedCallback();
    this.tabIndex = 0;
    this.setAttribute("role", "separator");
    this.setAttribute("aria-label", this.label);
    this.addEventListener("pointerdown", (event) => this.setPointerCapture(event.pointerId));
    this.addEventListener("pointermove", this.#drag);
    this.addEventListener("keydown", this.#key);
  }

  protected override render(): unknown {
    return nothing;
  }

  protected override updated(): void {
    const upright = this.edge === "left" || this.edge === "right";
    this.setAttribute("aria-orientation", upright ? "vertical" : "horizontal");
    this.setAttribute("aria-valuenow", String(Math.round(this.share * 100)));
  }

  #drag = (event: PointerEvent): void => {
    if (!this.hasPointerCapture(event.pointerId)) return;
    const across = event.clientX / innerWidth;
    const down = event.clientY / innerHeight;
    this.#resize({ bottom: 1 - down, top: down, left: across, right: 1 - across }[this.edge]);
  };

  #key = (event: KeyboardEvent): void => {
    const grow = { bottom: "ArrowUp", top: "ArrowDown", left: "ArrowRight", right: "ArrowLeft" }[this.edge];
    const shrink = { bottom: "ArrowDown", top: "ArrowUp", left: "ArrowLeft", right: "ArrowRight" }[this.edge];
    if (event.key !== grow && event.key !== shrink) return;
    event.preventDefault();
    this.#resize(this.share + (event.key === grow ? step : -step));
  };

  #resize(share: number): void {
    this.dispatchEvent(new CustomEvent("resized", { detail: Math.max(0.15, Math.min(0.97, share)) }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "dt-resizer": Resizer;
  }
}
