/** Rows of a table as a tree: who belongs to whom, what is folded, and the order in which rows are drawn. */
import type { Row, TableBlock } from "../types";
import { sorted, type Sort } from "./cells";

/** Rows this deep stand no further to the right. */
export const DEEPEST_INDENT = 24;

/** A table's rows as a tree; `children` of -1 are the rows without a parent. */
export interface Outline {
  readonly parents: Int32Array;
  readonly children: ReadonlyMap<number, readonly number[]>;
}

/** How deep a row says it is. */
export function depthOf(row: Row | undefined): number {
  const depth = row?.depth ?? 0;
  return Number.isInteger(depth) && depth > 0 ? depth : 0;
}

/** The tree of a table's rows; null where no row has a depth. */
export function outline({ rows }: TableBlock): Outline | null {
  if (!rows.some((row) => depthOf(row) > 0)) return null;
  const parents = new Int32Array(rows.length).fill(-1);
  const children = new Map<number, number[]>();
  const above: number[] = [];
  rows.forEach((row, index) => {
    while (above.length && depthOf(rows[above.at(-1) ?? 0]) >= depthOf(row)) above.pop();
    const parent = above.at(-1) ?? -1;
    parents[index] = parent;
    const siblings = children.get(parent);
    if (siblings) siblings.push(index);
    else children.set(parent, [index]);
    above.push(index);
  });
  return { parents, children };
}

/** The rows above a row, nearest first. */
export function ancestors({ parents }: Outline, index: number): number[] {
  const found: number[] = [];
  for (let at = parents[index] ?? -1; at >= 0; at = parents[at] ?? -1) found.push(at);
  return found;
}

/** The rows found, and those they belong to. */
export function withAncestors(tree: Outline, found: readonly number[]): Set<number> {
  const kept = new Set<number>();
  for (const index of found) for (let at = index; at >= 0 && !kept.has(at); at = tree.parents[at] ?? -1) kept.add(at);
  return kept;
}

/** Rows in the order of drawing: siblings sorted, what is folded left out. `kept` limits to these rows, all unfolded. */
export function arranged(block: TableBlock, tree: Outline, sort: Sort | null, isOpen: (index: number) => boolean, kept: ReadonlySet<number> | null): number[] {
  const order: number[] = [];
  const last = (parent: number): number[] => sorted(block, tree.children.get(parent) ?? [], sort).reverse();
  // What is still to be drawn, the next one last: a tree of any depth needs no recursion.
  const waiting = last(-1);
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    if (kept && !kept.has(index)) continue;
    order.push(index);
    if (kept || isOpen(index)) for (const child of last(index)) waiting.push(child);
  }
  return order;
}
