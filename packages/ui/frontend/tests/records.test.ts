import assert from "node:assert/strict";
import { test } from "node:test";
import { place } from "../src/api";
import { readPlace, writePlace } from "../src/dashboard/place";
import { byRoute, percentile } from "../src/dashboard/routes";
import { recordIds, redirectsBefore } from "../src/dock/page";
import { differences, measures } from "../src/shell/differences";
import { foldedOf, groups } from "../src/shell/menu";
import { pathOf } from "../src/shell/pieces";
import { stillAway, subject, subjects } from "../src/dashboard/banners";
import type { NoticeBlock, PanelEntry } from "../src/types";
import { aRecord, aSpan, aSummary } from "./samples";

test("what one record did and the other did not is added or gone", () => {
  const before = aRecord({ spans: [aSpan("sql", "SELECT 1"), aSpan("sql", "SELECT 2"), aSpan("sql", "same")] });
  const after = aRecord({ spans: [aSpan("sql", "SELECT 1"), aSpan("sql", "SELECT 1"), aSpan("sql", "SELECT 3"), aSpan("sql", "same")] });
  const found = differences(before, after).map(({ name, left, right }) => [name, left, right]);
  assert.deepEqual(found, [["SELECT 1", 1, 2], ["SELECT 2", 1, 0], ["SELECT 3", 0, 1]]);
});

test("spans past the limit are counted in a comparison", () => {
  const [only] = differences(aRecord(), aRecord({ folded: [{ panel: "sql", name: "SELECT 1", count: 9500, seconds: 1.2 }] }));
  assert.equal(only?.right, 9500);
  const numbers = measures(aRecord(), aRecord({ duration: 1 }), String);
  assert.deepEqual(numbers[0], { label: "Duration", unit: "s", left: 0.08, right: 1 });
});

test("routes are grouped with nearest-rank percentiles, the slowest first", () => {
  const of = (path: string, durations: number[]) =>
    durations.map((duration, index) => aSummary({ id: `${path}${index}`, route: path, duration, error: duration > 1 ? "ValueError" : null }));
  const [slow, fast] = byRoute([...of("/fast", [0.01]), ...of("/slow", [0.1, 0.2, 0.3, 2])]);
  assert.equal(slow?.route, "/slow");
  assert.deepEqual([slow?.count, slow?.p50, slow?.p95, slow?.worst, slow?.failed, slow?.worstId], [4, 0.2, 2, 2, 1, "/slow3"]);
  assert.equal(fast?.p95, 0.01);
  assert.equal(percentile([], 0.5), null);
});

test("every place of the dashboard has an address that leads back to it", () => {
  const places = ["#/r/a1", "#/r/a1/sqlalchemy", "#/r/a1/app%3Aversions?row=7", "#/compare/a1/b2", "#/routes", "#/"];
  for (const hash of places) assert.equal(writePlace(readPlace(hash)), hash);
  assert.equal(place("a1", "x", 0), "#/r/a1/x?row=0");
  assert.equal(readPlace("#/r/%E0%A4%A/x?row=-1").row, null);
});

test("fetch calls are known by the id in Server-Timing, newest first and once", () => {
  const entry = (description: string) => ({ serverTiming: [{ name: "dtb", description }, { name: "total", description: "" }] }) as unknown as PerformanceResourceTiming;
  assert.deepEqual(recordIds([entry("a"), entry("b"), entry("a"), { serverTiming: [] } as unknown as PerformanceResourceTiming]), ["b", "a"]);
});

test("redirects of the page are those just before it from the same client", () => {
  const page = aSummary({ id: "5", started_at: 100, client: "127.0.0.1:9" });
  const recent = [
    aSummary({ id: "6", status: 302, started_at: 100 }), aSummary({ id: "4", status: 302, started_at: 99 }), aSummary({ id: "3", status: 200, started_at: 99 }),
    aSummary({ id: "2", status: 303, started_at: 99, client: "10.0.0.1" }), aSummary({ id: "1", status: 302, started_at: 10 }),
  ];
  assert.deepEqual(redirectsBefore(page, recent, 2).map(({ id }) => id), ["4"]);
});

test("the menu keeps its order; a stranger's group comes before the application's", () => {
  const entry = (name: string, group: string): PanelEntry => ({ name, title: name, group, badge: null, level: null, empty: false, failure: null, needs: null, actions: [] });
  const found = groups([entry("mine", "Shop"), entry("log", "runtime"), entry("request", "request")], [entry("versions", "application")]);
  assert.deepEqual(found.map(([group, entries]) => [group, entries.map(({ key }) => key)]), [
    ["request", ["request"]], ["runtime", ["log"]], ["Shop", ["mine"]], ["application", ["app:versions"]],
  ]);
  const twice = groups([entry("request", "request"), entry("routes", "application"), entry("git", "application")], [entry("routes", "application")]);
  assert.deepEqual(twice.map(([group, entries]) => [group, entries.map(({ key }) => key)]), [
    ["request", ["request", "routes"]], ["application", ["git", "app:routes"]],
  ]);
});

test("the empty panels of a group are folded where they are many, but not what failed, warns or is open", () => {
  const entry = (name: string, more: Partial<PanelEntry> = {}) => ({ key: name, panel: { name, title: name, group: "data", badge: null, level: null, empty: true, failure: null, needs: null, actions: [], ...more } });
  const few = ["a", "b", "c"].map((name) => entry(name));
  assert.deepEqual(foldedOf([...few, entry("full", { empty: false })], null), []);
  const many = [...few, entry("d"), entry("e"), entry("failed", { failure: { message: "no" } }), entry("warns", { level: "warning" }), entry("full", { empty: false })];
  assert.deepEqual(foldedOf(many, "c").map(({ key }) => key), ["a", "b", "d", "e"]);
});

test("a query is shown as one reads it, and what divides it or is no text as it was sent", () => {
  const shown = (query: string): string => pathOf({ path: "/a%20b", query });
  assert.equal(shown("q=%7Bbooks%20%C3%A9%7D"), "/a%20b?q={books é}");
  assert.equal(shown("q=a%26b%3Dc&p=100%25%32%30"), "/a%20b?q=a%26b%3Dc&p=100%2520");
  assert.equal(shown("q=%E0%A4%A&x=%00%E2%80%AE"), "/a%20b?q=%E0%A4%A&x=\\u0000\\u202e");
  assert.equal(shown(""), "/a%20b");
});

test("what was put away stays so while it is the matter, and is told again when it came back", () => {
  const notice = (label: string, text: string): NoticeBlock => ({ type: "notice", level: "error", text, label, hint: null, source: null, saves: null, key: null });
  const lost = notice("records lost", "The store lost 3 records.");
  const away = new Set([subject(lost)]);
  assert.deepEqual([...stillAway(away, [notice("records lost", "The store lost 4 records."), notice("store away", "x")])], ["records lost"]);
  assert.deepEqual([...stillAway(away, [])], []);
  const [both, other] = subjects([lost, notice("store away", "x"), notice("records lost", "y")]);
  assert.deepEqual([both?.length, other?.[0]?.text], [2, "x"]);
});
