import assert from "node:assert/strict";
import { test } from "node:test";
import type { LaneItem, LanesBlock } from "../../types";
import { inOrder, looksOf } from "./looks";
import { boxes, matching, read, slicesAt, stretches, type Slice } from "./slices";
import { asTable, laneWords, sliceTable, told } from "./words";

const slice = (state: string, start: number, end: number, text = ""): Slice => ({ state, start, end, text });
const item = (label: string, slices: Slice[], more: Partial<LaneItem> = {}): LaneItem => ({ label, slices, source: null, depth: 0, detail: "", level: null, ...more });
const block = (lanes: LaneItem[], seconds = 1): LanesBlock => ({ type: "lanes", lanes, seconds, title: null, empty: "" });
const whole = { from: 0, to: 1 };

test("states come in the order of a legend, each with the seconds of each lane", () => {
  const all = read(block([item("a", [slice("parked", 0, 0.5), slice("waiting", 0.5, 0.6)]), item("b", [slice("running", 0.1, 0.2), slice("running", 0.4, 1.2)])]));
  assert.deepEqual(all.states, ["running", "waiting", "parked"]);
  assert.equal(all.total, 1.2);
  assert.deepEqual([...(all.lanes[1]?.totals ?? [])].map(([state, sum]) => [state, Math.round(sum * 10)]), [["running", 9]]);
  assert.deepEqual(inOrder(["running", "ready", "waiting", "x"]), ["waiting", "ready", "x", "running"]);
});

test("whatever a file says is read without harm", () => {
  const odd = [
    item(7 as unknown as string, [slice("running", 0.3, 0.1), slice(null as unknown as string, Number.NaN, Infinity), slice("running", -1, 0.2)], { depth: 1.5, level: "loud" as never, detail: {} as never }),
    { label: "x" } as LaneItem,
    item("y", [null as unknown as Slice]),
  ];
  const all = read(block(odd, Number.NaN));
  assert.deepEqual(all.lanes.map(({ label, depth, level, detail, end }) => [label, depth, level, detail, end]), [["", 0, null, "", 0.3], ["x", 0, null, "", 0], ["y", 0, null, "", 0]]);
  assert.deepEqual(read({ type: "lanes" } as LanesBlock), { lanes: [], states: [], total: 0 });
  assert.equal(looksOf(["constructor", "__proto__"]).size, 2);
});

test("any number of slices is drawn in as many boxes as the track has room for", () => {
  const slices = Array.from({ length: 100_000 }, (_, n) => slice("running", n / 100_000, (n + 0.25) / 100_000));
  const found = stretches(slices, "running", whole, 900, 2);
  assert.ok(found.length <= 900 / 8 + 1, String(found.length));
  assert.deepEqual(found.filter(({ share }) => share < 0.15 || share > 0.4), []);
  assert.ok(boxes(found, 5, 14).length < 100 * found.length);
});

test("a lone slice of no length is seen whole, one in sight only as far as it is", () => {
  assert.deepEqual(stretches([slice("running", 0.5, 0.5)], "running", whole, 100, 2), [{ left: 50, right: 52, share: 1 }]);
  assert.deepEqual(stretches([slice("running", 1, 1)], "running", whole, 100, 2), [{ left: 98, right: 100, share: 1 }]);
  assert.deepEqual(stretches([slice("running", 0, 1)], "running", { from: 0.25, to: 0.5 }, 100, 2), [{ left: 0, right: 100, share: 1 }]);
  assert.deepEqual(stretches([slice("running", 0, 0.1), slice("running", 0.9, 1)], "running", { from: 0.25, to: 0.5 }, 100, 2), []);
  assert.deepEqual(stretches([slice("ready", 0, 1)], "running", whole, 100, 2), []);
});

test("what lies under the pointer: the slice it is in, or all that are too small to point at", () => {
  const slices = [slice("waiting", 0, 0.5), slice("running", 0.5, 0.6), ...Array.from({ length: 50 }, (_, n) => slice("running", 0.7 + n / 1e4, 0.7 + (n + 0.5) / 1e4))];
  assert.deepEqual(slicesAt(slices, 0.2, 0.01).map(({ state }) => state), ["waiting"]);
  assert.deepEqual(slicesAt(slices, 0.505, 0.01).map(({ state }) => state), ["running"]);
  assert.deepEqual(slicesAt(slices, 0.65, 0.01), []);
  assert.equal(slicesAt(slices, 0.7025, 0.01).length, 50);
  assert.match(told(slicesAt(slices, 0.7025, 0.01)).join("; "), /^50 slices from 700\Dms; running for 2\.5\Dms; zoom in/);
  assert.deepEqual(told([slice("waiting", 0.1, 0.35, "Queue.get")]).map((line) => line.replace(/\u2009/g, " ")), ["waiting for 250 ms (0.25 s)", "from 100 ms to 350 ms", "Queue.get"]);
  assert.deepEqual(told([]), ["not there"]);
});

test("a search keeps the lanes above what it found", () => {
  const { lanes } = read(block([item("request", []), item("a", [], { depth: 1 }), item("b", [], { depth: 2, detail: "Cancelled" }), item("c", [], { depth: 1 }), item("other", [])]));
  assert.deepEqual(matching(lanes, " cancel").map(({ label }) => label), ["request", "a", "b"]);
  assert.deepEqual(matching(lanes, "").length, 5);
  assert.deepEqual(matching(lanes, "nobody"), []);
});

test("the table says the same: seconds in each state, and each slice below its lane", () => {
  const all = read(block([item("request", [slice("running", 0, 0.25), slice("waiting", 0.25, 1, "gather")]), item("child", [slice("running", 0.3, 0.4)], { depth: 1, detail: "returned", level: "warning", source: { file: "a.py", line: 3, function: null } })]));
  const table = asTable(all, "");
  assert.deepEqual(table.columns.map(({ title }) => title), ["Lane", "From", "Until", "running", "waiting", "Said", "At"]);
  assert.deepEqual(table.rows[0]?.cells, ["request", 0, 1, 0.25, 0.75, null, null]);
  assert.deepEqual([table.rows[1]?.depth, table.rows[1]?.level], [1, "warning"]);
  assert.match(laneWords(all.lanes[1] as never, all.states), /^warning, from 300\Dms to 400\Dms: running 100\Dms; returned$/);
  assert.equal(laneWords(read(block([item("x", [])])).lanes[0] as never, []), "never there");
  const long = read(block([item("x", Array.from({ length: 700 }, (_, n) => slice("running", n, n + 1)))])).lanes[0];
  assert.equal(sliceTable(long as never).rows.length, 500);
  assert.match(sliceTable(long as never).title ?? "", /700 slices \(200 later ones/);
});
