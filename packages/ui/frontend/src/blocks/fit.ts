/** Tells how much an element lacks of the room it wants, and draws it again when that changes. */
import type { ReactiveController, ReactiveControllerHost } from "lit";

export class Fit implements ReactiveController {
  /** How many of the widths asked for are more than there is. */
  lacking = 0;
  #width = 0;
  #sizes = new ResizeObserver(([entry]) => {
    this.#width = entry?.contentRect.width ?? 0;
    if (this.#changed()) this.host.requestUpdate();
  });

  /** `widths`: pixels, as what is shown now wants them. */
  constructor(
    private readonly host: ReactiveControllerHost & Element,
    private readonly widths: () => readonly number[],
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#sizes.observe(this.host);
  }

  hostDisconnected(): void {
    this.#sizes.disconnect();
  }

  hostUpdate(): void {
    this.#changed();
  }

  /** Out of sight there is no width: it stays as it was. */
  #changed(): boolean {
    const before = this.lacking;
    if (this.#width > 0) this.lacking = this.widths().filter((width) => this.#width < width).length;
    return before !== this.lacking;
  }
}
