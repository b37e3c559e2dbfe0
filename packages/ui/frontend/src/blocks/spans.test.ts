import assert from "node:assert/strict";
import { test } from "node:test";
import type { Span } from "../types";
import { bar, zoomed } from "./bars";
import { filtered, fold, lines } from "./fold";
import { covered, nest, parents, selfTime, type Node } from "./nest";
import { shares } from "./share";
import { ticks } from "./ticks";

const span = (panel: string, name: string, start: number, end: number, parent: number | null = null): Span =>
  ({ panel, name, start, end, parent, attributes: {}, task: null, source: null });
const rounded = (found: ReturnType<typeof shares>): [string, number][] => found.map(({ panel, seconds }) => [panel, Math.round(seconds * 1e6) / 1e6]);
const told = (found: ReturnType<typeof fold>): string[] => found.map((item) => (item.length > 1 ? `${item.length} × ${item[0].span.name}` : item[0].span.name));

test("what no span covers is the application's", () => {
  assert.deepEqual(rounded(shares([span("sql", "a", 1, 3)], 10)), [["app", 8], ["sql", 2]]);
});

test("a parent keeps only what its children leave", () => {
  assert.deepEqual(rounded(shares([span("templates", "r", 0, 4), span("sql", "q", 1, 2, 0)], 4)), [["templates", 3], ["sql", 1]]);
});

test("overlapping spans count once and share what they have in common", () => {
  assert.deepEqual(rounded(shares([span("sql", "a", 0, 4), span("sql", "b", 1, 4)], 4)), [["sql", 4]]);
  assert.deepEqual(rounded(shares([span("sql", "a", 0, 4), span("http", "b", 2, 4)], 4)), [["sql", 3], ["http", 1]]);
});

test("a band takes no share, and what is in it belongs to what it is in", () => {
  const band: Span = { ...span("sql", "transaction", 1, 9, 0), attributes: { band: true } };
  const spans = [span("templates", "r", 0, 10), band, span("sql", "q", 2, 3, 1)];
  assert.deepEqual(rounded(shares(spans, 10)), [["templates", 9], ["sql", 1]]);
});

test("shares sum up to the duration, whatever the spans say", () => {
  const spans = Array.from({ length: 300 }, (_, n) => span(["a", "b", "app"][n % 3] ?? "", "x", Math.sin(n) * 5, Math.cos(n * 3) * 12, n % 4 ? n - 1 : null));
  const sum = shares(spans, 10).reduce((total, share) => total + share.seconds, 0);
  assert.ok(Math.abs(sum - 10) < 1e-9);
});

test("a child that outlives its parent goes on alone", () => {
  assert.deepEqual(rounded(shares([span("app", "p", 0, 2), span("sql", "q", 1, 3, 0)], 4)), [["app", 2], ["sql", 2]]);
});

test("parents outside of the list, of itself or in a circle are none", () => {
  assert.deepEqual([...parents([span("a", "x", 0, 1, 0), span("a", "y", 0, 1, 9), span("a", "z", 0, 1, 1)])], [-1, -1, 1]);
  const circle = parents([span("a", "x", 0, 1, 1), span("a", "y", 0, 1, 0), span("a", "z", 0, 1, 0)]);
  assert.ok([...circle].includes(-1));
  assert.equal(nest([span("a", "x", 0, 1, 1), span("a", "y", 0, 1, 0)]).length, 1);
});

test("siblings come in the order in which they began, and a chain of 20,000 does not exhaust the stack", () => {
  assert.deepEqual(nest([span("a", "late", 2, 3), span("a", "early", 0, 1)]).map((node) => node.span.name), ["early", "late"]);
  const chain = Array.from({ length: 20_000 }, (_, n) => span("a", `s${"x".repeat(n % 3)}`, n, n + 1, n ? n - 1 : null));
  assert.equal(lines(filtered(nest(chain), { hidden: new Set(["b"]), query: "" }), new Set()).length > 60, true);
});

test("self time leaves out what children cover, once", () => {
  const children = nest([span("a", "x", 1, 3), span("a", "y", 2, 4), span("a", "z", 9, 20)]);
  assert.equal(selfTime(span("a", "p", 0, 10), children), 6);
  assert.equal(covered([[0, 1], [0.5, 2], [3, 4]]), 3);
});

test("three alike fold, two do not", () => {
  const q = (n: number): Span => span("sql", `SELECT ${n}`, n, n + 1);
  assert.deepEqual(told(fold(nest([q(1), q(2), q(3)]))), ["3 × SELECT 1"]);
  assert.deepEqual(told(fold(nest([q(1), q(2)]))), ["SELECT 1", "SELECT 2"]);
});

test("names differ by more than numbers and quoted values, or they fold", () => {
  const names = ["x = 'a'", "x = 'b'", "x = 'c'", "y = 'd'"];
  assert.deepEqual(told(fold(nest(names.map((name, n) => span("sql", name, n, n))))), ["3 × x = 'a'", "y = 'd'"]);
});

test("other panels in between and two kinds that alternate do not break a fold, a long gap does", () => {
  const mixed = Array.from({ length: 6 }, (_, n) => [span("sql", "A", n, n), span("log", `line ${"abc"[n % 3]}`, n, n), span("sql", "B", n + 0.5, n + 0.5)]).flat();
  assert.deepEqual(told(fold(nest(mixed.filter((each) => each.panel === "sql")))), ["6 × A", "6 × B"]);
  const gap = ["A", "A", "B", "C", "D", "E", "F", "A", "A"].map((name, n) => span("sql", name, n, n));
  assert.equal(told(fold(nest(gap))).length, 9);
});

test("lines open and close by key, folds start closed, subtrees open", () => {
  const roots = nest([span("app", "p", 0, 9), ...[1, 2, 3].map((n) => span("sql", "q", n, n + 1, 0))]);
  assert.deepEqual(lines(roots, new Set()).map((line) => [line.depth, line.nodes.length, line.expanded]), [[0, 0, true], [1, 3, false]]);
  assert.equal(lines(roots, new Set(["1+"])).length, 5);
  assert.equal(lines(roots, new Set(["0"])).length, 1);
});

test("a hidden panel's children move up, and what leads to a match stays", () => {
  const roots = nest([span("app", "p", 0, 9), span("sql", "select books", 1, 2, 0), span("log", "line", 3, 3, 0)]);
  const names = (nodes: readonly Node[]): unknown[] => nodes.map((node) => [node.span.name, names(node.children)]);
  assert.deepEqual(names(filtered(roots, { hidden: new Set(["app"]), query: "" })), [["select books", []], ["line", []]]);
  assert.deepEqual(names(filtered(roots, { hidden: new Set(), query: " BOOKS" })), [["p", [["select books", []]]]]);
});

test("ticks are round, few, and name their unit once", () => {
  assert.deepEqual(ticks(0, 0.0841).map((tick) => tick.text), ["0", "20", "40", "60", "80 ms"]);
  assert.deepEqual(ticks(0, 0.0841, 9).map((tick) => tick.text), ["0", "10", "20", "30", "40", "50", "60", "70", "80 ms"]);
  assert.deepEqual(ticks(0.5, 2).map((tick) => tick.text), ["0.6", "0.8", "1.0", "1.2", "1.4", "1.6", "1.8 s"]);
  assert.equal(ticks(0, 4e-6).at(-1)?.text.endsWith("µs"), true);
  assert.deepEqual([ticks(1, 1), ticks(0, NaN), ticks(0, Infinity)], [[], [], []]);
  for (const total of [1e-7, 3e-4, 0.07, 1.3, 99, 5000, 90_000]) assert.ok(ticks(0, total).length >= 2 && ticks(0, total).length <= 9);
});

test("bars stay on the track and zooming stays inside of the record", () => {
  assert.deepEqual(bar(-1, 5, { from: 0, to: 10 }), { left: 0, width: 50, at: "after", seen: true });
  assert.equal(bar(11, 12, { from: 0, to: 10 }).seen, false);
  assert.deepEqual(zoomed({ from: 0, to: 10 }, 10, 0.5, 5), { from: 2.5, to: 7.5 });
  assert.deepEqual(zoomed({ from: 2, to: 4 }, 10, 100, 3), { from: 0, to: 10 });
});
