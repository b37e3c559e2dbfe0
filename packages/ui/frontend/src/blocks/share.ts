/** Where the time went: the record's duration, divided among the panels. */
import { parents, withoutBands } from "./nest";
import type { Span } from "../types";

/** What one panel took, in seconds; `app` is what no span explains. */
export interface Share {
  readonly panel: string;
  readonly seconds: number;
}

interface Edge {
  readonly at: number;
  readonly index: number;
  readonly begins: boolean;
}

function edges(spans: readonly Span[], total: number): Edge[] {
  const all: Edge[] = [];
  spans.forEach((span, index) => {
    const start = Math.max(0, span.start);
    const end = Math.min(total, span.end);
    if (end > start) all.push({ at: start, index, begins: true }, { at: end, index, begins: false });
  });
  return all.sort((a, b) => a.at - b.at || Number(a.begins) - Number(b.begins));
}

/** Counts the running spans without running children, by panel. */
class Innermost {
  readonly panels = new Map<string, number>();
  readonly #above: Int32Array;
  readonly #running: Uint8Array;
  readonly #below: Uint32Array;

  constructor(private readonly spans: readonly Span[]) {
    this.#above = parents(spans);
    this.#running = new Uint8Array(spans.length);
    this.#below = new Uint32Array(spans.length);
  }

  #count(index: number, by: number): void {
    const panel = this.spans[index]?.panel ?? "app";
    const left = (this.panels.get(panel) ?? 0) + by;
    if (left > 0) this.panels.set(panel, left);
    else this.panels.delete(panel);
  }

  move({ index, begins }: Edge): void {
    const by = begins ? 1 : -1;
    if (this.#below[index] === 0) this.#count(index, by);
    this.#running[index] = begins ? 1 : 0;
    const parent = this.#above[index] ?? -1;
    if (parent < 0) return;
    const before = this.#below[parent] ?? 0;
    this.#below[parent] = before + by;
    if (this.#running[parent] === 1 && (before === 0 || before + by === 0)) this.#count(parent, -by);
  }
}

/**
 * Divide `total` seconds among the panels, largest first, `app` in front.
 *
 * A moment belongs to the innermost spans running then; when several panels run at once they share it, so the sum is
 * exactly `total`. What no span covers is the application's.
 */
export function shares(all: readonly Span[], total: number): Share[] {
  const spans = withoutBands(all);
  const seconds = new Map<string, number>([["app", 0]]);
  const running = new Innermost(spans);
  const add = (from: number, to: number): void => {
    if (to <= from) return;
    const names = running.panels.size ? [...running.panels.keys()] : ["app"];
    for (const name of names) seconds.set(name, (seconds.get(name) ?? 0) + (to - from) / names.length);
  };
  let reached = 0;
  for (const edge of edges(spans, total)) {
    add(reached, edge.at);
    reached = edge.at;
    running.move(edge);
  }
  add(reached, total);
  const app = { panel: "app", seconds: seconds.get("app") ?? 0 };
  seconds.delete("app");
  const others = [...seconds].map(([panel, value]) => ({ panel, seconds: value }));
  return [app, ...others.sort((a, b) => b.seconds - a.seconds)].filter((share) => share.seconds > 0);
}
