/** Draws only the rows in sight of whatever scrolls around them; a thin layer over TanStack's virtualiser. */
import { Virtualizer } from "@tanstack/virtual-core";
import type { LitElement, ReactiveController } from "lit";

/** Fewer rows than this are simply all drawn: then searching and printing the page find them. */
const FEW = 80;

function scrollerOf(element: Element): Element {
  let node: Node | null = element;
  while (node) {
    node = node instanceof ShadowRoot ? node.host : ((node as Element).assignedSlot ?? node.parentNode);
    if (node instanceof Element && node !== document.documentElement && node !== document.body) {
      if (/auto|scroll|overlay/.test(getComputedStyle(node).overflowY)) return node;
    }
  }
  return document.scrollingElement ?? document.documentElement;
}

/** Which rows to draw, and the empty space before and after them in pixels. */
export interface Stretch {
  readonly indexes: readonly number[];
  readonly before: number;
  readonly after: number;
}

export class Rows implements ReactiveController {
  #virtualizer: Virtualizer<Element, HTMLElement> | null = null;
  #scroller: Element | null = null;
  #unmount: (() => void) | null = null;
  #margin = 0;
  #count = 0;
  #key: (index: number) => string | number = (index) => index;
  /** How high a row is thought to be: as `estimate` says, until the first ones are drawn and tell. */
  #height: number;
  #told = false;

  /** `body` finds the element that holds the rows; rows carry `data-index`. */
  constructor(
    private readonly host: LitElement,
    private readonly body: () => HTMLElement | null,
    estimate: number,
  ) {
    this.#height = estimate;
    host.addController(this);
  }

  /** Other rows come: their height is learnt anew. */
  renew(): void {
    this.#told = false;
  }

  hostDisconnected(): void {
    this.#unmount?.();
    this.#unmount = null;
    this.#virtualizer = null;
    this.#scroller = null;
  }

  hostUpdated(): void {
    const body = this.body();
    if (!body || !this.host.isConnected) return;
    if (!this.#scroller) this.#start(body);
    if (this.#count <= FEW) return;
    if (this.#placed(body)) this.host.requestUpdate();
    const drawn = body.querySelectorAll<HTMLElement>(":scope > [data-index]");
    this.#learn(drawn);
    for (const row of drawn) this.#virtualizer?.measureElement(row);
  }

  /** Take the usual height of the first rows for that of all: a row as high as thought is laid out once, not twice. */
  #learn(drawn: NodeListOf<HTMLElement>): void {
    if (this.#told || !drawn.length) return;
    this.#told = true;
    const heights = [...drawn].map((row) => row.offsetHeight).sort((a, b) => a - b);
    const usual = heights[heights.length >> 1] ?? 0;
    if (!usual || usual === this.#height) return;
    this.#height = usual;
    this.#virtualizer?.setOptions(this.#options());
    this.#virtualizer?.measure();
  }

  #start(body: HTMLElement): void {
    const scroller = scrollerOf(body);
    this.#scroller = scroller;
    // Sticky boxes keep clear of the scroller's padding; ours should reach its edge.
    this.host.style.setProperty("--dt-sticky", `-${getComputedStyle(scroller).paddingTop}`);
    this.#virtualizer = new Virtualizer<Element, HTMLElement>(this.#options());
    this.#unmount = this.#virtualizer._didMount();
    this.#virtualizer._willUpdate();
    if (this.#count > FEW) this.host.requestUpdate();
  }

  /** Where the rows begin inside of the scroller may change with anything above them; true when it did. */
  #placed(body: HTMLElement): boolean {
    const scroller = this.#scroller;
    if (!scroller) return false;
    const page = scroller === document.scrollingElement;
    const top = page ? 0 : scroller.getBoundingClientRect().top + scroller.clientTop;
    const margin = Math.round(body.getBoundingClientRect().top - top + scroller.scrollTop);
    if (Math.abs(margin - this.#margin) < 2) return false;
    this.#margin = margin;
    return true;
  }

  #options(): Virtualizer<Element, HTMLElement>["options"] {
    const scroller = (): Element | null => this.#scroller;
    const options: ConstructorParameters<typeof Virtualizer<Element, HTMLElement>>[0] = {
      count: this.#count,
      getScrollElement: scroller,
      estimateSize: () => this.#height,
      getItemKey: (index) => this.#key(index),
      scrollMargin: this.#margin,
      overscan: 8,
      onChange: () => {
        const body = this.body();
        if (body) this.#placed(body);
        this.host.requestUpdate();
      },
      scrollToFn: (offset, { adjustments = 0 }) => scroller()?.scrollTo({ top: offset + adjustments }),
      observeElementRect: (_, report) => {
        const element = scroller();
        if (!element) return;
        const observer = new ResizeObserver(() => report({ width: element.clientWidth, height: element.clientHeight }));
        report({ width: element.clientWidth, height: element.clientHeight });
        observer.observe(element);
        return () => observer.disconnect();
      },
      observeElementOffset: (_, report) => {
        const element = scroller();
        if (!element) return;
        const target = element === document.scrollingElement ? document : element;
        const scrolled = (): void => report(element.scrollTop, false);
        report(element.scrollTop, false);
        target.addEventListener("scroll", scrolled, { passive: true });
        return () => target.removeEventListener("scroll", scrolled);
      },
    };
    return options as Virtualizer<Element, HTMLElement>["options"];
  }

  /** Which of `count` rows to draw now. `key` names a row for good, so that its measured height stays with it. */
  stretch(count: number, key: (index: number) => string | number): Stretch {
    this.#count = count;
    this.#key = key;
    const virtualizer = this.#virtualizer;
    if (count <= FEW) return { indexes: Array.from({ length: count }, (_, index) => index), before: 0, after: 0 };
    if (!virtualizer) return { indexes: Array.from({ length: 40 }, (_, index) => index), before: 0, after: (count - 40) * this.#height };
    virtualizer.setOptions(this.#options());
    virtualizer._willUpdate();
    const items = virtualizer.getVirtualItems();
    const total = virtualizer.getTotalSize();
    const before = Math.max(0, (items[0]?.start ?? this.#margin) - this.#margin);
    const end = items.at(-1)?.end ?? this.#margin;
    return { indexes: items.map((item) => item.index), before, after: Math.max(0, total - (end - this.#margin)) };
  }

  /** Scroll a row into sight, and say when it is drawn. */
  async reveal(index: number, align: "auto" | "center" = "auto"): Promise<HTMLElement | null> {
    await this.host.updateComplete;
    const find = (): HTMLElement | null => this.body()?.querySelector<HTMLElement>(`:scope > [data-index="${index}"]`) ?? null;
    if (this.#count > FEW && (align === "center" || !find())) this.#virtualizer?.scrollToIndex(index, { align });
    for (let frame = 0; frame < 10 && !find(); frame++) await new Promise(requestAnimationFrame);
    const row = find();
    row?.scrollIntoView({ block: align === "center" ? "center" : "nearest" });
    return row;
  }
}
