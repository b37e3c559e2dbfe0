import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlameBlock, FlameProfile } from "../../types";
import { differenceColour, packageColour } from "./colours";
import { collapsed, speedscope } from "./files";
import { difference, heats, inSight, inTime, leftHeavy, matchedWeight, type Call, type Drawn } from "./stacks";
import { asTable, labelOf, told } from "./words";

const frame = (name: string, more: Partial<FlameBlock["frames"][number]> = {}): FlameBlock["frames"][number] => ({ name, file: null, line: null, package: null, ...more });
const frames = [frame("main"), frame("a", { file: "/app/views.py", line: 41, package: "app" }), frame("b; c\n", { package: "sqlalchemy" })];
// main > a, main > a > b, main > a > a, main > b
const profile = (more: Partial<FlameProfile> = {}): FlameProfile => ({
  name: "CPU", unit: "s", nodes: { frame: [0, 1, 2, 1, 2], parent: [-1, 0, 1, 1, 0] }, samples: [2, 4, 2, 3, 1], weights: [1, 2, 1, 4, 1], before: null, ...more,
});
const block = (one: FlameProfile): FlameBlock => ({ type: "flame", title: "T", frames, profiles: [one] });
const shape = (call: Call): unknown => [call.frame, call.own, call.total, call.samples, ...call.children.map(shape)];
const total = (call: Call): number => call.total;
const names = (drawn: Drawn): unknown => [drawn.name, drawn.value, drawn.fade, ...drawn.children.map(names)];

test("equal stacks are merged, the heaviest first", () => {
  assert.deepEqual(shape(leftHeavy(profile())), [-1, 0, 9, 5, [0, 0, 9, 5, [1, 1, 7, 4, [1, 4, 4, 1], [2, 2, 2, 2]], [2, 2, 2, 1]]]);
});

test("in the order of time only stacks that follow each other are merged", () => {
  assert.deepEqual(shape(inTime(profile())), [-1, 0, 9, 5, [0, 0, 9, 5, [1, 0, 1, 1, [2, 1, 1, 1]], [2, 2, 2, 1], [1, 1, 6, 3, [2, 1, 1, 1], [1, 4, 4, 1]]]]);
});

test("a frame's weight counts a recursion once", () => {
  assert.deepEqual(heats(leftHeavy(profile())).map(({ frame, own, total, samples }) => [frame, own, total, samples]), [[1, 5, 7, 4], [2, 4, 4, 3], [0, 0, 9, 5]]);
});

test("what points nowhere, at itself or ahead is drawn without harm", () => {
  const odd = profile({ nodes: { frame: [0, 9, 1, 2], parent: [0, 7, -5, 1.5] }, samples: [0, 1, 2, 3, 99, -1, 2.5], weights: [1, 1, Number.NaN, -4, 1, 1] });
  for (const tree of [leftHeavy(odd), inTime(odd)]) assert.ok(tree.total >= 0 && Number.isFinite(tree.total));
  assert.ok(speedscope(block(odd)).length > 0 && collapsed(block(odd), odd).length > 0);
  assert.equal(asTable(block(odd), odd, leftHeavy(odd)).rows.length > 0, true);
});

test("only what is wide enough is drawn, under the callers of what is zoomed to", () => {
  const root = leftHeavy(profile());
  const name = (index: number): string => String(index);
  assert.deepEqual(names(inSight(root, 0.3, total, name)), ["-1", 9, false, ["0", 9, false, ["1", 7, false, ["1", 4, false]]]]);
  const inner = root.children[0]?.children[0] as Call;
  assert.deepEqual(names(inSight(inner, 0.5, total, name)), ["-1", 9, true, ["0", 9, true, ["1", 7, false, ["1", 4, false]]]]);
});

test("a graph of any size is bounded in what it draws, and of any depth", () => {
  const wide = leftHeavy(profile({ nodes: { frame: Array.from({ length: 20_000 }, () => 0), parent: Array.from({ length: 20_000 }, () => -1) }, samples: Array.from({ length: 20_000 }, (_, n) => n), weights: Array.from({ length: 20_000 }, (_, n) => n) }));
  assert.ok(inSight(wide, 0, total, String).children.length <= 1_200);
  const deep = leftHeavy(profile({ nodes: { frame: Array.from({ length: 50_000 }, () => 0), parent: Array.from({ length: 50_000 }, (_, n) => n - 1) }, samples: [49_999], weights: [1] }));
  assert.equal(heats(deep)[0]?.total, 1);
  let levels = 0;
  for (let at: Drawn | undefined = inSight(deep, 0, total, String); at; at = at.children[0]) levels++;
  assert.equal(levels, 401);
});

test("matches within matches count once", () => {
  assert.equal(matchedWeight(leftHeavy(profile()), (index) => index === 1, total), 7);
  assert.equal(matchedWeight(leftHeavy(profile()), () => false, total), 0);
});

test("two flames become one with what each call weighed before", () => {
  const early: FlameBlock = { ...block(profile({ nodes: { frame: [1, 0, 2], parent: [-1, 0, 1] }, samples: [2, 0], weights: [5, 1] })), frames: [frames[1], frames[0], frame("gone")] as FlameBlock["frames"] };
  const joined = difference(early, block(profile()));
  const root = leftHeavy(joined.profiles[0] as FlameProfile);
  assert.deepEqual([root.total, root.before], [9, 6]);
  assert.deepEqual(joined.frames.map(({ name }) => name), ["main", "a", "b; c\n", "gone"]);
  const rows = told(joined, joined.profiles[0] as FlameProfile, root.children[0] as Call, root, true).join(" ");
  assert.match(rows, /before: 6\.00 s; 3\.00 s more/);
  assert.equal(difference({ ...early, profiles: [] }, block(profile())).profiles[0]?.before?.some((weight) => weight > 0), false);
});

test("a profile that only the first has is all less, and lines of one function stay apart", () => {
  const lined = (...lines: number[]): FlameBlock["frames"] => lines.map((line) => frame("make", { file: "/app/a.py", line }));
  const kept = (lines: number[], weights: number[], name = "Kept"): FlameBlock =>
    ({ type: "flame", title: null, frames: lined(...lines), profiles: [profile({ name, unit: "bytes", nodes: { frame: lines.map((_, n) => n), parent: lines.map(() => -1) }, samples: lines.map((_, n) => n), weights })] });
  const apart = leftHeavy(difference(kept([7, 9], [100, 50]), kept([9, 7], [10, 300])).profiles[0] as FlameProfile);
  assert.deepEqual(apart.children.map(({ total, before }) => [total, before]), [[300, 100], [10, 50]]);
  const edited = leftHeavy(difference(kept([7], [100]), kept([8], [300])).profiles[0] as FlameProfile);
  assert.deepEqual(edited.children.map(({ total, before }) => [total, before]), [[300, 100]]);
  const gone = difference(kept([7], [100], "At the peak"), kept([7], [300])).profiles;
  assert.deepEqual(gone.map(({ name, weights, before }) => [name, weights, before]), [["Kept", [300], [0]], ["At the peak", [0], [100]]]);
});

test("colours: the user's code is accented, libraries wear their panel's hue, more is red and less is blue", () => {
  assert.equal(packageColour("app"), "var(--dt-accent)");
  assert.equal(packageColour("sqlalchemy"), "var(--dt-k-sql)");
  assert.equal(packageColour("asyncio"), "var(--dt-k-app)");
  for (const name of ["acme", "constructor", "__proto__", "x);color:red"]) assert.match(packageColour(name), /^oklch\(from var\(--dt-k-sql\) l c \d+\)$/);
  const call = (now: number, before: number): string => differenceColour({ total: now, before } as Call);
  assert.match(call(2, 1), /--more\) 58%/);
  assert.match(call(0, 1), /--less\) 100%/);
  assert.match(call(1, 1), /\) 0%/);
});

test("speedscope's file has the stacks outermost first, with weights in its units", () => {
  const file = JSON.parse(speedscope(block(profile()), 0)) as { $schema: string; shared: { frames: unknown[] }; profiles: { unit: string; samples: number[][]; weights: number[]; endValue: number }[] };
  assert.equal(file.$schema, "https://www.speedscope.app/file-format-schema.json");
  assert.deepEqual(file.shared.frames, [{ name: "main" }, { name: "a", file: "/app/views.py", line: 41 }, { name: "b; c\n" }]);
  assert.deepEqual(file.profiles[0]?.samples, [[0, 1, 2], [0, 2], [0, 1, 2], [0, 1, 1], [0, 1]]);
  assert.deepEqual([file.profiles[0]?.unit, file.profiles[0]?.endValue], ["seconds", 9]);
});

test("collapsed stacks are a line each, whatever is in a name", () => {
  assert.equal(collapsed(block(profile()), profile()), "main;a (views.py:41);b: c 2000000\nmain;b: c 2000000\nmain;a (views.py:41);a (views.py:41) 4000000\nmain;a (views.py:41) 1000000\n");
});

test("the user's own functions are labelled with their line, and the table has every frame", () => {
  const one = block(profile());
  assert.deepEqual([labelOf(one, 1), labelOf(one, 2), labelOf(one, -1), labelOf(one, 99)], ["a views.py:41", "b; c\n", "all", "?"]);
  assert.deepEqual(asTable(one, profile(), leftHeavy(profile())).rows.map(({ cells }) => cells[0]), ["a", "b; c\n", "main"]);
});
