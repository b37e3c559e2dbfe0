import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../types";
import { filled, isMany, literal } from "./filled";
import { pretty } from "./pretty";

test("every driver's placeholders are filled in", () => {
  const cases: [string, Json, string][] = [
    ["a = ? AND b = ?", [1, "x"], "a = 1 AND b = 'x'"],
    ["a = %s AND b LIKE '%%x%%'", ["it's"], "a = 'it''s' AND b LIKE '%x%'"],
    ["a = %(a_1)s AND b = %(b)s", { a_1: null, b: true }, "a = NULL AND b = TRUE"],
    ["a = :a AND b = :b::text", { a: 1.5, b: "x" }, "a = 1.5 AND b = 'x'::text"],
    ["a = $2::INTEGER AND b = $1 AND c = $10", ["x", 7], "a = 7::INTEGER AND b = 'x' AND c = $10"],
    ["a = :1 AND b = :2", [1, 2], "a = 1 AND b = 2"],
    ["a = ?1 AND b = ?1", ["x"], "a = 'x' AND b = 'x'"],
    ["a = @a", { a: [1, [2]] }, "a = ARRAY[1, ARRAY[2]]"],
    ["a = :a", { a: { b: "it's" } }, `a = '{"b":"it''s"}'`],
  ];
  for (const [sql, parameters, expected] of cases) assert.equal(filled(sql, parameters), expected);
});

test("strings, comments, quoted names, casts and operators are not placeholders", () => {
  const skipped = `'?' '':a'' "?" \`?\` -- ?\n /* ? */ $tag$ ? :a $tag$ $$ ? $$ E'\\' ?' x::a '10:30' [a b] a ?| b ?& c`;
  assert.equal(filled(`${skipped} ?`, ["!"]), `${skipped} '!'`);
  assert.equal(filled("a ? 'key' AND b = $1", ["x"]), "a ? 'key' AND b = 'x'");
  assert.equal(filled("a = :a AND t = '12:b'", { a: 1, b: 2 }), "a = 1 AND t = '12:b'");
});

test("what has no value stays, and what nothing asks for is left out", () => {
  assert.equal(filled("a = ? AND b = ?", [1]), "a = 1 AND b = ?");
  assert.equal(filled("a = :a AND b = :toString", { a: 1 }), "a = 1 AND b = :toString");
  assert.equal(filled("SELECT 1", [1, 2]), "SELECT 1");
  for (const odd of [null, "x", 7, []] as Json[]) assert.equal(filled("a = ?", odd), "a = ?");
});

test("a literal cannot end early, become a comment or be a placeholder itself", () => {
  assert.equal(literal("'; DROP TABLE x; --"), "'''; DROP TABLE x; --'");
  assert.equal(filled("a -? b", [-1]), "a -(-1) b");
  assert.equal(filled("? ?", ["?", "$1 :a"]), "'?' '$1 :a'");
});

test("many executions are many statements, bounded", () => {
  assert.equal(filled("INSERT INTO a VALUES (?, ?);", [[1, 2], [3, 4]]), "INSERT INTO a VALUES (1, 2);\nINSERT INTO a VALUES (3, 4)");
  assert.match(filled("INSERT INTO a VALUES (:a)", Array.from({ length: 1200 }, (_, a) => ({ a }))), /-- and 200 more executions$/);
  assert.deepEqual([isMany([[1]]), isMany([{ a: 1 }]), isMany([1]), isMany([]), isMany({})], [true, true, false, false, false]);
});

test("no statement makes filling in or laying out slow", () => {
  const hostile = ["'", '"', "/*", "$a$", "?", ":", "%(", "[a", "E'\\", "-- ", "(", "CASE WHEN a THEN ", "a[", "BETWEEN "];
  const fastest = (work: () => void): number => Math.min(...[1, 2].map(() => { const from = performance.now(); work(); return performance.now() - from; }));
  for (const piece of hostile) {
    assert.ok(fastest(() => filled(piece.repeat(1_000_000 / piece.length), [1, { a: 1 }])) < 1_500, piece);
    assert.ok(fastest(() => { try { pretty(piece.repeat(20_000 / piece.length)); } catch { /* refused */ } }) < 1_500, piece);
  }
});
