import assert from "node:assert/strict";
import { test } from "node:test";
import type { Row, TableBlock } from "../types";
import { layoutOf } from "./layout";
import { ancestors, arranged, depthOf, outline, withAncestors, type Outline } from "./outline";

const row = (name: string, depth: number, time: number): Row => ({ cells: [name, time], level: null, details: [], span: null, depth });
const table = (rows: Row[]): TableBlock => ({ type: "table", title: null, empty: "", rows, columns: [{ title: "Node", unit: null, align: null }, { title: "Time", unit: "s", align: null }] });
const block = table([row("a", 0, 1), row("a1", 1, 2), row("a11", 2, 3), row("a2", 1, 9), row("b", 0, 5)]);
const tree = outline(block) as Outline;
const order = (open: (index: number) => boolean, more: Partial<{ column: number; kept: Set<number> }> = {}): number[] =>
  arranged(block, tree, more.column === undefined ? null : { column: more.column, descending: true }, open, more.kept ?? null);

test("rows belong to the nearest row above that is less deep", () => {
  assert.deepEqual([...tree.parents], [-1, 0, 1, 0, -1]);
  assert.deepEqual(ancestors(tree, 2), [1, 0]);
  assert.equal(outline(table([row("a", 0, 1), row("b", 0, 1)])), null);
  assert.deepEqual([...(outline(table([row("a", 3, 1), row("b", 7, 1), row("c", 5, 1)])) as Outline).parents], [-1, 0, 0]);
});

test("what is folded is left out, siblings are sorted, a filter keeps what its rows belong to", () => {
  assert.deepEqual(order(() => true), [0, 1, 2, 3, 4]);
  assert.deepEqual(order((index) => index !== 1), [0, 1, 3, 4]);
  assert.deepEqual(order(() => true, { column: 1 }), [4, 0, 3, 1, 2]);
  assert.deepEqual(order(() => false, { kept: withAncestors(tree, [2]) }), [0, 1, 2]);
});

test("depths that are none, and trees of any depth, are drawn", () => {
  for (const depth of [-1, 1.5, Number.NaN, "2", null, undefined]) assert.equal(depthOf({ ...row("a", 0, 1), depth: depth as number }), 0);
  const deep = table(Array.from({ length: 20_000 }, (_, n) => row("x", n, n)));
  assert.equal(arranged(deep, outline(deep) as Outline, null, () => true, null).length, 20_000);
});

test("the first column without numbers is indented; long names have the room", () => {
  const layout = layoutOf(block, false);
  assert.deepEqual([layout.stem, layout.opens, /^minmax\(\d+px,\d+px\) /.test(layout.tracks)], [0, false, true]);
  assert.match(layoutOf(table([row("x".repeat(40), 0, 1), row("b", 1, 1)]), false).tracks, /^minmax\(240px/);
});
