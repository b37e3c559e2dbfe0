import assert from "node:assert/strict";
import { test } from "node:test";
import { holds, parse, toggle, write } from "../src/search";

test("a query splits into terms with keys, minus and quotes", () => {
  const found = parse('path:/api -path:/health status:5xx,404 ms:>200 has:n+1 word path:"/a b"');
  assert.deepEqual(found.map(({ not, key, value }) => [not, key, value]), [
    [false, "path", "/api"], [true, "path", "/health"], [false, "status", "5xx,404"], [false, "ms", ">200"],
    [false, "has", "n+1"], [false, null, "word"], [false, "path", "/a b"],
  ]);
});

test("what is written is read back", () => {
  for (const value of ["/api", "two words", "a\\b c", ""]) {
    assert.deepEqual(parse(write("path", value, true)).map((term) => [term.not, term.key, term.value]), [[true, "path", value]]);
  }
});

test("a term is put in once, and taken out again", () => {
  assert.equal(toggle("path:/a", "has:error"), "path:/a has:error");
  assert.equal(toggle("path:/a has:error", "has:error"), "path:/a");
  assert.ok(holds("path:/a has:error", "has:error"));
});

test("any text is parsed in bounded time", () => {
  const before = performance.now();
  for (const text of ['"'.repeat(50_000), "-".repeat(50_000), "a:".repeat(50_000), `"${"\\".repeat(50_000)}`]) parse(text);
  assert.ok(performance.now() - before < 1000);
});

test("a quote, which the language cannot say, is left out", () => {
  assert.equal(write("path", 'say "x"'), 'path:"say x"');
});
