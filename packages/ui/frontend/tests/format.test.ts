import assert from "node:assert/strict";
import { test } from "node:test";
import { briefSeconds, bytes, count, cut, exact, inUnit, isPath, line, percent, plural, seconds, statusLevel, time, visible, worst } from "../src/format";

test("seconds choose µs, ms, s, min or h", () => {
  const said = [0, 3e-7, 0.000031, 0.0009999, 0.0412, 0.0995, 0.112, 0.99949, 1.64, 61, 7200].map(seconds);
  assert.deepEqual(said, ["0 ms", "0.3 µs", "31 µs", "1.0 ms", "41.2 ms", "99.5 ms", "112 ms", "999 ms", "1.64 s", "61.00 s", "2.0 h"]);
  assert.equal(seconds(null), "–");
  assert.equal(seconds(Number.NaN), "–");
});

test("brief seconds drop what a list does not need", () => {
  assert.deepEqual([0.0841, 0.0091, 1.64, 32.4, 120].map(briefSeconds), ["84 ms", "9.1 ms", "1.6 s", "32 s", "2.0 min"]);
});

test("bytes go in steps of a thousand", () => {
  assert.deepEqual([0, 999, 999.6, 12345, 1_200_000, -4200, 5e12].map(bytes), ["0 B", "999 B", "1.0 kB", "12.3 kB", "1.2 MB", "-4.2 kB", "5.0 TB"]);
});

test("counts have thin spaces between thousands", () => {
  assert.equal(count(1842), "1\u2009842");
  assert.equal(count(1.236), "1.24");
  assert.equal(plural(1, "finding"), "1 finding");
  assert.equal(plural(3, "fetch", "fetches"), "3 fetches");
});

test("a share is a percentage and never rounds to nothing", () => {
  assert.deepEqual([0, 0.49, 0.055, 0.0004, 1].map(percent), ["0 %", "49 %", "5.5 %", "< 0.1 %", "100 %"]);
});

test("a value is shown in its unit, and exactly on hover", () => {
  assert.equal(inUnit(0.0412, "s"), "41.2 ms");
  assert.equal(exact(0.0412, "s"), "0.0412 s");
  assert.equal(inUnit(null, "s"), "–");
  assert.equal(inUnit({ a: 1 }, "json"), '{"a":1}');
  assert.match(time(1795400000.123), /^\d\d:\d\d:\d\d\.123$/);
  assert.equal(time(1e300), "–");
});

test("a string of a megabyte is cut, and no character is halved", () => {
  assert.equal(cut("x".repeat(1_000_000), 300).length, 300);
  assert.equal(cut("ab😀cd", 4), "ab…");
  assert.equal(line("x".repeat(1_000_000)).length, 300);
});

test("controls and direction overrides are made visible", () => {
  assert.equal(visible("a\u202eb\u0000c"), "a\\u202eb\\u0000c");
  assert.equal(line("two\n  lines"), "two lines");
});

test("a status and its findings have a level", () => {
  assert.deepEqual([200, 302, 404, 500, 101, null].map(statusLevel), ["ok", "info", "warning", "error", "info", null]);
  assert.equal(worst({ info: 1, warning: 1, error: 0 }), "warning");
});

test("only a path on this site becomes a link", () => {
  assert.ok(["/docs", "/docs#/api/list", "/a%20b?c=d"].every(isPath));
  const others = ["", "docs", "//evil.example", "/\\evil.example", "/\t/evil.example", "data:,x", "https://evil.example", "/\u202edocs", null, 7];
  assert.ok(!others.some(isPath));
});
