import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../api";
import { FilesApi, MOST, isFile, readRecord } from "./imported";

const good = { format: 1, id: "660", kind: "http", parent: "661", started_at: 1, duration: 0.5, open: true, imported: false, request: { method: "GET", path: "/books", headers: [["a", "b"], ["odd"], 7] }, response: { status: 200 },
  spans: [{ panel: "sqlalchemy", name: "SELECT 1", start: 0.1, end: 0.2, parent: null }, { panel: "sqlalchemy", name: "SELECT 2", start: 0.3, end: 0.1, parent: 0 }], data: { cache: { hits: 3 } }, dropped: { spans: 2, odd: "x" } };

test("a record of a file is drawn as imported, under an id of its own, with what it holds of each panel", async () => {
  const detail = readRecord(JSON.stringify(good), "file:1");
  const { record, summary } = detail;
  assert.deepEqual([record.id, record.imported, record.open, record.parent, summary.path, summary.status], ["file:1", true, false, null, "/books", 200]);
  assert.deepEqual(record.request?.headers, [["a", "b"]]);
  assert.deepEqual(record.spans.map(({ start, end, parent }) => [start, end, parent]), [[0.1, 0.2, null], [0.3, 0.3, 0]]);
  assert.deepEqual(record.dropped, { spans: 2 });
  assert.deepEqual(detail.panels.map(({ name, badge }) => [name, badge?.text]), [["request", undefined], ["response", undefined], ["cache", undefined], ["sqlalchemy", "2"]]);
  const files = new FilesApi("/x");
  const id = await files.open(new File([JSON.stringify(good)], "a.json"));
  assert.ok(isFile(id) && !isFile("660eaa888d5dbbf8a3938") && !isFile(null));
  assert.deepEqual((await files.panel(id, "cache")).blocks.map(({ type }) => type), ["tree"]);
  assert.deepEqual((await files.panel(id, "sqlalchemy")).blocks.map(({ type }) => type), ["timeline"]);
  await assert.rejects(files.record("file:99"), /no longer open/);
});

test("what is no record is refused with the reason", async () => {
  for (const [content, why] of [["", "JSON"], ["{", "JSON"], ["[]", "object"], ["null", "object"], ["7", "object"], ['{"format": 2}', "format"], ['{"format": 1}', "kind"], ['{"format": 1, "kind": "toString"}', "kind"], ['{"format": NaN}', "JSON"]] as const) {
    assert.throws(() => readRecord(content, "file:1"), (error: unknown) => error instanceof ApiError && error.hint.includes(why), content);
  }
  await assert.rejects(new FilesApi("").open({ size: MOST + 1 } as File), /too large/);
});

test("R66: whatever the fields hold, the record has the shape that everything draws", () => {
  const odd: unknown[] = [null, 7, "x", [], {}, [[]], [{}], true, 1e308, -1, "\ud800", { __proto__: 1 }];
  for (const value of odd) {
    const document = Object.fromEntries(Object.keys(good).map((name) => [name, value]));
    const { record, panels } = readRecord(JSON.stringify({ ...document, format: 1, kind: "task" }), "file:1");
    assert.ok(Array.isArray(record.spans) && Array.isArray(record.folded) && Number.isFinite(record.started_at) && Number.isFinite(record.cost) && panels.length <= 100);
    for (const span of record.spans) assert.ok(typeof span.name === "string" && Number.isFinite(span.start) && span.end >= span.start && typeof span.attributes === "object");
  }
  const nested = `{"format":1,"kind":"http","data":{"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`;
  assert.equal(readRecord(nested, "file:1").panels.length, 1);
});

test("R66: spans that are too many, too deep or in a circle become a tree of bounded size", () => {
  const chain = Array.from({ length: 20_000 }, (_, n) => ({ panel: "a", name: `${n}`, start: n, end: 1e9, parent: n - 1 }));
  const { record } = readRecord(JSON.stringify({ format: 1, kind: "http", spans: chain }), "file:1");
  assert.equal(record.spans.length, 5_000);
  assert.equal(record.dropped["spans of the file"], 15_000);
  const depth = (at: number): number => { let found = 0; for (let each = record.spans[at]?.parent ?? null; each !== null; each = record.spans[each]?.parent ?? null) found++; return found; };
  assert.ok(Math.max(...record.spans.map((_, n) => depth(n))) <= 100);
  const circle = readRecord(JSON.stringify({ format: 1, kind: "http", spans: [{ parent: 1 }, { parent: 0 }, { parent: 2 }, { parent: 1.5 }] }), "file:1").record.spans;
  assert.deepEqual(circle.map(({ parent }) => parent), [null, 0, null, null]);
});
