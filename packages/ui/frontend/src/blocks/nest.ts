/** Spans as a tree: who called whom, and how long each one worked itself. */
import type { DebugRecord, Span } from "../types";

/** A span in the tree; `index` is its place in the record, -1 for the implied root. */
export interface Node {
  readonly index: number;
  readonly span: Span;
  readonly children: Node[];
}

/** A stretch of time, in seconds since the record's start. */
export type Interval = readonly [start: number, end: number];

/** Seconds covered by at least one of `intervals`. */
export function covered(intervals: readonly Interval[]): number {
  let sum = 0;
  let reached = -Infinity;
  for (const [start, end] of [...intervals].sort((a, b) => a[0] - b[0])) {
    if (end > reached) sum += end - Math.max(start, reached);
    reached = Math.max(reached, end);
  }
  return sum;
}

/** Does a span only run around others, whose time it is, as a transaction does? */
export function isBand(span: Span | undefined): boolean {
  return span?.attributes["band"] === true;
}

/** The spans without bands; what is in a band belongs to what the band is in. */
export function withoutBands(spans: readonly Span[]): readonly Span[] {
  if (!spans.some(isBand)) return spans;
  const above = parents(spans);
  const places = new Map<number, number>();
  spans.forEach((span, index) => { if (!isBand(span)) places.set(index, places.size); });
  const outside = (index: number): number | null => {
    let parent = above[index] ?? -1;
    while (parent >= 0 && isBand(spans[parent])) parent = above[parent] ?? -1;
    return places.get(parent) ?? null;
  };
  return spans.flatMap((span, index) => (isBand(span) ? [] : [{ ...span, parent: outside(index) }]));
}

function unbanded(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => (isBand(node.span) ? unbanded(node.children) : [node]));
}

/** Seconds of a node during which none of its children ran; a group's own children count the same way. */
export function selfTime(span: Span, children: readonly Node[]): number {
  const inside = unbanded(children)
    .map(({ span: child }): Interval => [Math.max(child.start, span.start), Math.min(child.end, span.end)])
    .filter(([start, end]) => end > start);
  return Math.max(0, span.end - span.start - covered(inside));
}

/** The parent of each span, or -1: what points outside of the list, at itself or around in a circle has none. */
export function parents(spans: readonly Span[]): Int32Array {
  const result = new Int32Array(spans.length).fill(-1);
  const state = new Uint8Array(spans.length);
  const claimed = (index: number): number => {
    const parent = spans[index]?.parent ?? -1;
    return Number.isInteger(parent) && parent >= 0 && parent < spans.length ? parent : -1;
  };
  for (let first = 0; first < spans.length; first++) {
    const path: number[] = [];
    let index = first;
    while (index >= 0 && state[index] === 0) {
      state[index] = 1;
      path.push(index);
      index = claimed(index);
    }
    const circle = index >= 0 && state[index] === 1 ? index : -1;
    for (const step of path) {
      const parent = claimed(step);
      result[step] = parent === circle && circle >= 0 ? -1 : parent;
      state[step] = 2;
    }
  }
  return result;
}

const DEEPEST = 60;

/** The parent under which each span is shown: at most `DEEPEST` levels down, so that no chain exhausts the stack. */
function shownUnder(spans: readonly Span[]): Int32Array {
  const above = parents(spans);
  const depth = new Int32Array(spans.length).fill(-1);
  const under = new Int32Array(spans.length).fill(-1);
  for (let first = 0; first < spans.length; first++) {
    const path: number[] = [];
    for (let index = first; index >= 0 && depth[index] === -1; index = above[index] ?? -1) path.push(index);
    for (const index of path.reverse()) {
      const parent = above[index] ?? -1;
      const level = parent < 0 ? 0 : (depth[parent] ?? 0) + 1;
      under[index] = level > DEEPEST ? (under[parent] ?? -1) : parent;
      depth[index] = Math.min(level, DEEPEST);
    }
  }
  return under;
}

/** The trees of `spans`, siblings in the order in which they began. */
export function nest(spans: readonly Span[]): Node[] {
  const nodes = spans.map((span, index): Node => ({ index, span, children: [] }));
  const roots: Node[] = [];
  const above = shownUnder(spans);
  for (const node of nodes) (nodes[above[node.index] ?? -1]?.children ?? roots).push(node);
  for (const list of [roots, ...nodes.map((node) => node.children)]) {
    if (list.length > 1) list.sort((a, b) => a.span.start - b.span.start || a.index - b.index);
  }
  return roots;
}

/** When the record ends: its duration; while it is open, now (`now` in unix seconds) or its last span. */
export function endOf(record: DebugRecord, now: number): number {
  if (record.duration !== null) return record.duration;
  const last = record.spans.reduce((latest, span) => Math.max(latest, span.end), record.response?.ended ?? 0);
  return record.open && !record.imported ? Math.max(last, now - record.started_at) : last;
}

/** What the record itself is called: `GET /books?sort=new`, or the kind of a job. */
export function titleOf(record: DebugRecord): string {
  const { request } = record;
  if (!request) return record.kind === "app" ? "application" : record.kind;
  const method = record.kind === "websocket" ? "WS" : request.method;
  return `${method} ${request.path}${request.query_string ? `?${request.query_string}` : ""}`;
}

/** The tree under one implied root: the unit of work itself. */
export function rooted(record: DebugRecord, end: number): Node {
  const span: Span = {
    panel: "app", name: titleOf(record), start: 0, end, attributes: {}, parent: null, task: null,
    source: record.route?.source ?? null,
  };
  return { index: -1, span, children: nest(record.spans) };
}
