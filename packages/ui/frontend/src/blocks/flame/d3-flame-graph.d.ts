/** The part of d3-flame-graph that we use: it brings no types. */
declare module "d3-flame-graph" {
  /** A node as laid out: `data` is what was given. */
  export interface Laid<T> {
    readonly data: T;
    readonly x0: number;
    readonly x1: number;
    readonly depth: number;
  }

  export interface Tip<T> {
    (selection: unknown): void;
    show(event: MouseEvent, laid: Laid<T>): void;
    hide(): void;
    destroy(): void;
  }

  export interface Chart<T> {
    (selection: unknown): void;
    width(pixels: number): Chart<T>;
    cellHeight(pixels: number): Chart<T>;
    minHeight(pixels: number): Chart<T>;
    minFrameSize(pixels: number): Chart<T>;
    inverted(down: boolean): Chart<T>;
    sort(sorted: boolean): Chart<T>;
    resetHeightOnZoom(reset: boolean): Chart<T>;
    transitionDuration(milliseconds: number): Chart<T>;
    tooltip(tip: Tip<T>): Chart<T>;
    setColorMapper(colour: (laid: Laid<T>, original: string) => string): Chart<T>;
    setLabelHandler(label: (laid: Laid<T>) => string): Chart<T>;
    update(data?: T): Chart<T>;
    destroy(): Chart<T>;
  }

  export default function flamegraph<T>(): Chart<T>;
}

declare module "d3-selection" {
  export function select(element: Element): { datum(data: unknown): { call(chart: unknown): void } };
  export const selection: { prototype: object };
}
