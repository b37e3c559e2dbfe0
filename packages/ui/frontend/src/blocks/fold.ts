/** The rows of a waterfall: similar siblings folded into one row, subtrees opened and closed, filters applied. */
import { covered, type Node } from "./nest";

/** What one line of the waterfall shows: one span, or `nodes` similar ones. */
export interface Line {
  /** Stable while the record stays the same: what is opened or closed is remembered by it. */
  readonly key: string;
  readonly depth: number;
  readonly node: Node;
  /** The spans of a fold, else empty. */
  readonly nodes: readonly Node[];
  readonly start: number;
  readonly end: number;
  /** Seconds during which at least one of the spans ran. */
  readonly busy: number;
  readonly expandable: boolean;
  readonly expanded: boolean;
}

/** A sibling, or several that look alike. */
export type Item = readonly [Node, ...Node[]];

const FEWEST = 3;
const BETWEEN = 3;

/** What makes two spans alike: the panel and the name, whatever its numbers and quoted values. */
export function likeness({ span }: Node): string {
  const name = span.name.length > 400 ? span.name.slice(0, 400) : span.name;
  return `${span.panel}\n${name.replace(/'[^']*'|"[^"]*"|\b\d+\b|\b[0-9a-f]{8,}(?:-[0-9a-f]{4,})*\b/gi, "?")}`;
}

/**
 * Fold siblings that look alike when at least three follow each other; spans of other panels in between do not count,
 * and up to three of their own panel may be in between (two lazy loads per row of a list alternate).
 */
export function fold(siblings: readonly Node[]): Item[] {
  const open = new Map<string, { nodes: [Node, ...Node[]]; seen: number }>();
  const seen = new Map<string, number>();
  const runs: [Node, ...Node[]][] = [];
  for (const node of siblings) {
    const position = (seen.get(node.span.panel) ?? 0) + 1;
    seen.set(node.span.panel, position);
    const like = likeness(node);
    const run = open.get(like);
    if (run && position - run.seen <= BETWEEN + 1) {
      run.nodes.push(node);
      run.seen = position;
    } else {
      const nodes: [Node, ...Node[]] = [node];
      open.set(like, { nodes, seen: position });
      runs.push(nodes);
    }
  }
  return runs
    .flatMap((run): Item[] => (run.length >= FEWEST ? [run] : run.map((node): Item => [node])))
    .sort((a, b) => a[0].span.start - b[0].span.start || a[0].index - b[0].index);
}

/** Which spans to show. */
export interface Filter {
  readonly hidden: ReadonlySet<string>;
  readonly query: string;
}

function matches(node: Node, query: string): boolean {
  return !query || node.span.name.toLowerCase().includes(query);
}

/** The siblings that pass: a hidden panel's children move up; what leads to a match stays. */
export function filtered(siblings: readonly Node[], { hidden, query }: Filter): Node[] {
  const needle = query.trim().toLowerCase();
  if (!hidden.size && !needle) return [...siblings];
  const walk = (nodes: readonly Node[]): Node[] =>
    nodes.flatMap((node) => {
      const children = walk(node.children);
      if (hidden.has(node.span.panel)) return children;
      return children.length || matches(node, needle) ? [{ ...node, children }] : [];
    });
  return walk(siblings).sort((a, b) => a.span.start - b.span.start || a.index - b.index);
}

function single(node: Node, depth: number, toggled: ReadonlySet<string>): Line {
  const key = String(node.index);
  const expandable = node.children.length > 0;
  const { start, end } = node.span;
  return { key, depth, node, nodes: [], start, end, busy: end - start, expandable, expanded: expandable && !toggled.has(key) };
}

function folded(item: Item, depth: number, toggled: ReadonlySet<string>): Line {
  const key = `${item[0].index}+`;
  return {
    key, depth, node: item[0], nodes: item, start: item[0].span.start,
    end: item.reduce((latest, { span }) => Math.max(latest, span.end), -Infinity),
    busy: covered(item.map(({ span }) => [span.start, span.end])), expandable: true, expanded: toggled.has(key),
  };
}

/** The lines to draw, top down. `toggled` holds the keys of subtrees that were closed and of folds that were opened. */
export function lines(roots: readonly Node[], toggled: ReadonlySet<string>): Line[] {
  const result: Line[] = [];
  const one = (node: Node, depth: number): void => {
    const line = single(node, depth, toggled);
    result.push(line);
    if (line.expanded) all(node.children, depth + 1);
  };
  const all = (siblings: readonly Node[], depth: number): void => {
    for (const item of fold(siblings)) {
      if (item.length === 1) {
        one(item[0], depth);
        continue;
      }
      const line = folded(item, depth, toggled);
      result.push(line);
      if (line.expanded) for (const node of item) one(node, depth + 1);
    }
  };
  for (const root of roots) one(root, 0);
  return result;
}
