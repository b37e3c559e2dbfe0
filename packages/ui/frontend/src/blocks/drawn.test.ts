import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json, PanelNotice, RecordDetail, Row, TableBlock, Unit } from "../types";
import { branches, member } from "./branches";
import { worstFirst, noticeFinder } from "./findings";
import { colour } from "./kinds";
import { tokens } from "./lex";
import { pretty } from "./pretty";

/** Milliseconds of the fastest of three runs: other programs of the machine make it slower, never faster. */
const fastest = (work: () => void): number => Math.min(...[1, 2, 3].map(() => {
  const before = performance.now();
  work();
  return performance.now() - before;
}));
const kinds = (text: string, language: string): string[] => tokens(text, language, 1000).filter((token) => token.kind).map((token) => `${token.kind}:${token.text}`);

test("tokens joined are the text, in every language, for hostile text too", () => {
  const texts = ["SELECT 'it''s' -- x\nFROM \"a\" /* open", "def f(): return '''x\n", '{"a": [1, "b\\"', "<a href='x", "'".repeat(999), "/*".repeat(999), "\"\"\"".repeat(333), "%(".repeat(500)];
  for (const text of texts) for (const language of ["sql", "python", "json", "http", "html", "graphql", "text", "__proto__", "toString"]) {
    assert.equal(tokens(text, language, 1000).map((token) => token.text).join(""), text);
  }
});

test("SQL, Python and JSON are told apart in keywords, strings, numbers, comments", () => {
  assert.deepEqual(kinds("select a from t where b = 'x' -- c", "sql"), ["kw:select", "kw:from", "kw:where", "str:'x'", "com:-- c"]);
  assert.deepEqual(kinds("x = ? AND y = %(y_1)s AND z = :z::int LIMIT $1", "sql"), ["num:?", "kw:AND", "num:%(y_1)s", "kw:AND", "num::z", "kw:LIMIT", "num:$1"]);
  assert.deepEqual(kinds("async def f(): return f'{x}' # no", "python"), ["kw:async", "kw:def", "kw:return", "str:f'{x}'", "com:# no"]);
  assert.deepEqual(kinds('{"a": "b", "c": [1, null]}', "json"), ['key:"a"', 'str:"b"', 'key:"c"', "num:1", "kw:null"]);
});

test("GraphQL is told apart in keywords, types, arguments, variables, directives, strings, comments", () => {
  const query = 'query Shelf($first: Int = 3) { books(genre: "a \\" {", first: $first) @skip(if: true) { title ...on Book { id } } } # all';
  assert.deepEqual(kinds(query, "graphql"), [
    "kw:query", "name:Shelf", "num:$first", "name:Int", "num:3", "key:genre", 'str:"a \\" {"', "key:first", "num:$first", "key:@skip", "key:if", "kw:true",
    "kw:on", "name:Book", "com:# all",
  ]);
  assert.deepEqual(kinds('"""A # book"""\ntype Book { title: String! }', "graphql"), ['str:"""A # book"""', "kw:type", "name:Book", "key:title", "name:String"]);
});

test("the tokenizer keeps its budget on long text and hands the rest over plain", () => {
  const text = "SELECT a, 1, 'x' ".repeat(60_000);
  assert.ok(fastest(() => tokens(text, "sql", 5)) < 250);
  assert.equal(tokens(text, "sql", 5).map((token) => token.text).join(""), text);
});

test("no text makes the tokenizers slow", () => {
  for (const text of ["'", '"', "/*", "a", "\\", "<!--", "#", "'\\", '"""', "-", "1e", "%(", "a ", "@", "$"]) for (const language of ["sql", "python", "json", "http", "html", "graphql"]) {
    const long = text.repeat(20_000);
    assert.ok(fastest(() => tokens(long, language, 10)) < 400, `${language} ${text}`);
  }
});

test("SQL is laid out with every driver's parameters left alone, and refused when too long", () => {
  assert.equal(pretty("select a from t where b = %(b_1)s and c in (?, :d, $1, %s)").includes("%(b_1)s"), true);
  assert.throws(() => pretty("x".repeat(20_001)), /20000|20.000/);
});

test("trees are flat, bounded, opened to a depth and by path", () => {
  const value: Json = { a: { b: { c: 1 } }, list: Array.from({ length: 250 }, (_, n) => n) };
  const openness = { depth: 0, toggled: new Set<string>(), shown: new Map<string, number>() };
  assert.deepEqual(branches(value, openness).map((line) => line.path), ["a", "list"]);
  assert.deepEqual(branches(value, { ...openness, toggled: new Set(["a", "a.b"]) }).map((line) => line.path), ["a", "a.b", "a.b.c", "list"]);
  const opened = branches(value, { ...openness, toggled: new Set(["list"]) });
  assert.equal(opened.length, 2 + 100 + 1);
  assert.equal(opened.at(-1)?.more, 150);
  assert.equal(branches(Array.from({ length: 500 }, () => 1), openness).at(-1)?.more, 400);
  assert.equal(branches("text", openness).length, 1);
});

test("paths read like code", () => {
  assert.equal(member(member(member("", "a"), 0), "x-y"), 'a[0]["x-y"]');
});

test("a deep value does not exhaust the stack", () => {
  let deep: Json = 1;
  for (let n = 0; n < 50_000; n++) deep = [deep];
  assert.equal(branches(deep, { depth: 100_000, toggled: new Set(), shown: new Map() }).length <= 3000, true);
});

test("known panels wear their token, strangers a stable hue of their own, never code from their name", () => {
  assert.equal(colour("sqlalchemy"), "var(--dt-k-sql)");
  assert.equal(colour("routes"), "var(--dt-k-app)");
  assert.equal(colour("acme"), colour("acme"));
  for (const name of ["acme", "constructor", "__proto__", "x);color:red", "", "🦀"]) assert.match(colour(name), /^oklch\(from var\(--dt-k-sql\) l c \d+\)$/);
});

const notice = (level: PanelNotice["level"], more: Partial<PanelNotice> = {}): PanelNotice =>
  ({ type: "notice", panel: "sqlalchemy", level, text: level, label: null, hint: null, source: null, saves: null, key: null, ...more });

test("notices come worst first, then what saves most, and are found at their line", () => {
  const all = [notice("info"), notice("warning", { saves: 1 }), notice("warning", { saves: 2, source: { file: "a.py", line: 3, function: null } }), notice("error")];
  assert.deepEqual(worstFirst(all).map((each) => [each.level, each.saves]), [["error", null], ["warning", 2], ["warning", 1], ["info", null]]);
  const find = noticeFinder({ notices: all } as unknown as RecordDetail);
  const at = (line: number): PanelNotice | null => find({ panel: "sqlalchemy", name: "", start: 0, end: 0, attributes: {}, parent: null, task: null, source: { file: "a.py", line, function: "f" } });
  assert.equal(at(3)?.saves, 2);
  assert.equal(at(4), null);
});

const column = (title: string, unit: Unit | null = null): TableBlock["columns"][number] => ({ title, unit, align: null });
const row = (cells: Json[], more: Partial<Row> = {}): Row => ({ cells, level: null, details: [], span: null, ...more });
const table = (columns: TableBlock["columns"], rows: Row[]): TableBlock => ({ type: "table", title: null, empty: "", columns, rows });

test("rows sort by number, text and level, stable, with nothing last both ways", async () => {
  const { sorted } = await import("./cells");
  const block = table([column("n", "s"), column("t"), column("l", "level")], [row([3, "b10", "error"]), row([null, "b9", "info"]), row([1, "a", "warning"]), row([3, "c", "ok"])]);
  const all = [0, 1, 2, 3];
  assert.deepEqual(sorted(block, all, { column: 0, descending: false }), [2, 0, 3, 1]);
  assert.deepEqual(sorted(block, all, { column: 0, descending: true }), [0, 3, 2, 1]);
  assert.deepEqual(sorted(block, all, { column: 1, descending: false }), [2, 1, 0, 3]);
  assert.deepEqual(sorted(block, all, { column: 2, descending: true }), [0, 2, 1, 3]);
  assert.deepEqual(sorted(block, all, null), all);
});

test("a deep link means the span's row, the row that holds it, or the row of that number", async () => {
  const { linkedRow, spansOf } = await import("./cells");
  const inner = table([column("x")], [row([1], { span: 7 }), row([1], { span: 9 })]);
  const block = table([column("x")], [row([1], { span: 4 }), row([2], { details: [inner] })]);
  assert.deepEqual([4, 9, 1, null].map((target) => linkedRow(block, target)), [0, 1, -1, -1]);
  assert.deepEqual(spansOf(block.rows[1] as Row), [7, 9]);
  assert.equal(linkedRow(table([column("x")], [row([1]), row([2])]), 1), 1);
});

test("a table says below which width its columns have no room, and a long text asks for little of it", async () => {
  const { layoutOf } = await import("./layout");
  const six = ["Field", "Calls", "Own", "Total", "Slowest", "Resolver"].map((title, at) => column(title, at === 1 ? "count" : at === 0 || at === 5 ? null : "s"));
  const least = (first: string): number => layoutOf(table(six, [row([first, 12, 0.2, 0.2, 0.02, "graph.py:37"])]), false).least[1];
  assert.ok(least("author") < 520, String(least("author")));
  assert.ok(least("x".repeat(150)) - least("author") < 120);
});

test("what panels usually show is a table beside the list of a window of 1280 pixels", async () => {
  const { layoutOf } = await import("./layout");
  const at = (file: string): Json => ({ file, line: 12, function: "f" });
  const counts = ["Operations", "Hits", "Misses"].map((title) => column(title, "count"));
  const rates = [column("Cache"), ...counts, column("Hit rate", "percent"), column("Bytes", "bytes"), column("Time", "s")];
  const renders = [column("Template", "code"), column("As"), column("Times", "count"), column("Time", "s"), column("Own", "s"), column("Source", "source")];
  const statements = [column("#"), column("Statement", "sql"), column("Times", "count"), column("Rows", "count"), column("Time", "s"), column("Source", "source")];
  const inner = table([column("x")], [row([1])]);
  for (const each of [
    table(rates, [row(["aiocache memory", 117, 0, 60, 0.5, 196_000, 0.0243]), row(["get", 60, 0, 60, 0, null, 0.0095], { depth: 1 })]),
    table(renders, [row(["home.html", "extended", 1, 0.0032, 0.0001, at("home.html")]), row(["cover.html", "include", 24, 0.012, 0.012, at("cover.html")], { depth: 5, details: [inner] })]),
    table(statements, [row([1, "SELECT a FROM b WHERE c = ? ".repeat(5), 23, 24, 0.0123, at("domain.py")], { level: "warning", details: [inner] })]),
  ]) assert.ok(layoutOf(each, true).least[1] <= 592, `${each.columns.map(({ title }) => title).join(" ")}: ${layoutOf(each, true).least[1]}`);
});

test("the id of a record leads to it, and nothing else does", async () => {
  const { drawValue } = await import("./value");
  const drawn = (value: Json): string => {
    const { strings, values } = drawValue(value, "record");
    return strings.join("|").includes("<a ") ? String(values[0]) : "";
  };
  assert.equal(drawn("660eaa888d5dbbf8a3938"), "#/r/660eaa888d5dbbf8a3938");
  for (const text of ["", "app", "660eaa888d5dbbf8a3938/../x", "660EAA888D5DBBF8A3938", "a".repeat(40), "660eaa888d5dbbf8a3938 "]) assert.equal(drawn(text), "", text);
  for (const other of [null, 7, true, ["660eaa888d5dbbf8a3938"]]) assert.equal(drawn(other), "");
});

test("rows are copied as tab-separated text, searched by what is shown, aligned by unit", async () => {
  const { asText, haystack, rightAligned, tracks } = await import("./cells");
  const block = table([column("a"), column("t", "s")], [row(["x\ty", 0.0123]), row([{ k: 1 }, null])]);
  assert.equal(asText(block, [0, 1]), 'a\tt\nx y\t0.0123\n{"k":1}\t');
  assert.match(haystack(block)[0] ?? "", /12\.3\sms/);
  assert.deepEqual(block.columns.map((each, index) => rightAligned(each, block.rows, index)), [false, true]);
  assert.equal(tracks(block, [0, 1]).length, 2);
});
