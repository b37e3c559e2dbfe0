/** The graph itself: d3-flame-graph, told what is in sight; zooming, hovering and colours are ours. */
import flamegraph, { type Chart, type Tip } from "d3-flame-graph";
import { select } from "d3-selection";
import type { Call, Drawn } from "./stacks";

/** Pixels: how high a frame is, and the width of the narrowest that is drawn. */
export const CELL = 20;
export const NARROWEST = 3;
const SPARE_ROWS = 2;

/** What the graph asks and tells. */
export interface Hooks {
  colour(call: Call): string;
  /** Class names of a call's frame, beside those of the library. */
  marks(call: Call): string;
  hover(call: Call | null, event: PointerEvent): void;
  choose(call: Call): void;
}

// Without one the library writes a `<title>` into each frame.
const noTip = (): Tip<Drawn> => Object.assign(() => undefined, { show: () => undefined, hide: () => undefined, destroy: () => undefined });

function callAt(event: Event): Call | null {
  const frame = event.target instanceof Element ? event.target.closest("g.frame") : null;
  return (frame as (Element & { __data__?: { data: Drawn } }) | null)?.__data__?.data.call ?? null;
}

export class Graph {
  readonly #chart: Chart<Drawn>;
  #drawn = false;

  constructor(
    private readonly place: HTMLElement,
    private readonly hooks: Hooks,
  ) {
    this.#chart = flamegraph<Drawn>()
      .cellHeight(CELL)
      .minFrameSize(NARROWEST)
      .sort(false)
      .resetHeightOnZoom(true)
      .transitionDuration(0)
      .tooltip(noTip())
      .setLabelHandler(() => "")
      .setColorMapper(({ data }) => hooks.colour(data.call));
    // Before the library's own handler, which would zoom in what it was given.
    place.addEventListener("click", this.#click, true);
    place.addEventListener("pointermove", this.#move);
    place.addEventListener("pointerleave", this.#leave);
  }

  #click = (event: Event): void => {
    const call = callAt(event);
    event.stopPropagation();
    if (call) this.hooks.choose(call);
  };

  #move = (event: PointerEvent): void => this.hooks.hover(callAt(event), event);

  #leave = (event: PointerEvent): void => this.hooks.hover(null, event);

  /** Draw calls `width` pixels wide, callers above their callees if `down`. */
  draw(root: Drawn, width: number, down: boolean): void {
    this.#chart.width(width).inverted(down);
    if (this.#drawn) this.#chart.update(root);
    else select(this.place).datum(root).call(this.#chart);
    this.#drawn = true;
    const svg = this.place.querySelector("svg");
    if (!svg) return;
    // The library leaves room for a title.
    const high = Number(svg.getAttribute("height")) - SPARE_ROWS * CELL;
    if (down) svg.setAttribute("height", String(high));
    svg.style.setProperty("margin-top", down ? "0" : `-${SPARE_ROWS * CELL}px`);
    svg.setAttribute("aria-hidden", "true");
    this.mark();
  }

  /** Give every frame its marks anew. */
  mark(): void {
    for (const frame of this.place.querySelectorAll<Element & { __data__?: { data: Drawn } }>("g.frame")) {
      const data = frame.__data__?.data;
      if (data) frame.setAttribute("class", `frame${data.fade ? " fade" : ""} ${this.hooks.marks(data.call)}`);
    }
  }

  /** Where a call is drawn, to keep it in sight. */
  elementOf(call: Call): Element | null {
    return [...this.place.querySelectorAll<Element & { __data__?: { data: Drawn } }>("g.frame")].find((each) => each.__data__?.data.call === call) ?? null;
  }
}
