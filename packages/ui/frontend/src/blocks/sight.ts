/** The stretch of time in sight of an axis: zoomed by wheel, keys, and dragging over the tracks. */
import type { LitElement, ReactiveController } from "lit";
import { zoomed, type Window } from "./bars";

const DRAG = 5;
/** A little room after the end, for what is written there. */
const SPARE = 1.02;

export class Sight implements ReactiveController {
  #window: Window | null = null;
  #picked: Window | null = null;

  /** `total`: seconds of all; `scale` finds the axis; drags that begin inside of `except` are not ours. */
  constructor(
    private readonly host: LitElement,
    private readonly total: () => number,
    private readonly scale: () => HTMLElement | null,
    private readonly except: string,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#picked = null;
  }

  get whole(): number {
    return this.total() * SPARE || 1e-6;
  }

  /** What is in sight now. */
  get now(): Window {
    return this.#window ?? { from: 0, to: this.whole };
  }

  /** What is being dragged over; null when nothing is. */
  get picked(): Window | null {
    return this.#picked;
  }

  /** Forget a zoom, as another record comes. */
  forget(): void {
    this.#window = null;
  }

  /** Show this stretch, all of it for null; the host tells it as `dt-zoom`. */
  zoom(window: Window | null): void {
    this.#window = window && window.to - window.from < this.whole * 0.999 ? window : null;
    this.host.requestUpdate();
    this.host.dispatchEvent(new CustomEvent("dt-zoom", { detail: this.#window }));
  }

  /** Move a zoom just as far as `second` is in sight. */
  reveal(second: number): void {
    const { from, to } = this.now;
    if (!this.#window || (second >= from && second <= to)) return;
    this.zoom(zoomed({ from: second - (to - from) / 2, to: second + (to - from) / 2 }, this.whole, 1, second));
  }

  /** Zoom by a key around `middle`; false if the key is none of ours. */
  key(key: string, middle: number): boolean {
    if (key === "0") this.zoom(null);
    else if (key === "+" || key === "-") this.zoom(zoomed(this.now, this.whole, key === "+" ? 0.5 : 2, middle));
    else return false;
    return true;
  }

  /** The second under a place of the page. */
  secondAt(x: number): number {
    const box = this.scale()?.getBoundingClientRect();
    const { from, to } = this.now;
    return box ? from + Math.max(0, Math.min(1, (x - box.left) / (box.width || 1))) * (to - from) : from;
  }

  wheel = (event: WheelEvent): void => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const factor = Math.exp(Math.max(-100, Math.min(100, event.deltaY)) * 0.01);
    this.zoom(zoomed(this.now, this.whole, factor, this.secondAt(event.clientX)));
  };

  #pick(window: Window | null): void {
    this.#picked = window;
    this.host.requestUpdate();
  }

  /** Drag over the tracks to zoom in; a short drag is a click. */
  down = (event: PointerEvent): void => {
    const left = this.scale()?.getBoundingClientRect().left ?? Infinity;
    if (event.button !== 0 || event.pointerType === "touch" || event.clientX < left || (event.target as HTMLElement).closest(this.except)) return;
    const first = event.clientX;
    const move = (now: PointerEvent): void => {
      const [a, b] = [this.secondAt(first), this.secondAt(now.clientX)];
      if (this.#picked || Math.abs(now.clientX - first) > DRAG) this.#pick({ from: Math.min(a, b), to: Math.max(a, b) });
    };
    const up = (): void => {
      stop.abort();
      if (!this.#picked) return;
      if (this.#picked.to > this.#picked.from) this.zoom(this.#picked);
      // The click that follows this pointerup is the drag's, not the row's.
      addEventListener("click", (click) => click.stopPropagation(), { capture: true, once: true });
      setTimeout(() => this.#pick(null));
    };
    const stop = new AbortController();
    addEventListener("pointermove", move, { signal: stop.signal });
    addEventListener("pointerup", up, { signal: stop.signal });
    addEventListener("pointercancel", () => { stop.abort(); this.#pick(null); }, { signal: stop.signal });
  };
}
