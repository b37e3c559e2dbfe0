import assert from "node:assert/strict";
import { test } from "node:test";
import { changes, runs } from "./changes";

const marks = (before: string, after: string): string => changes(before, after).lines.map(({ kind, text }) => `${{ same: " ", out: "-", in: "+" }[kind]}${text}`).join("|");

test("lines taken out and put in are found, with their numbers in either text", () => {
  assert.equal(marks("a\nb\nc", "a\nx\nc"), " a|-b|+x| c");
  assert.equal(marks("a\nb", "a\nb"), " a| b");
  assert.equal(marks("a\nb\nc\na\nb\nb\na", "c\nb\na\nb\na\nc").replaceAll(/[^|]*-[^|]*\|?/g, "").replaceAll(/[+ ]/g, ""), "c|b|a|b|a|c");
  assert.deepEqual(changes("a\nb", "b\nc").lines.map(({ before, after }) => [before, after]), [[1, null], [2, 1], [null, 2]]);
});

test("both texts can be had back from any difference", () => {
  let seed = 3;
  const random = (most: number): number => (seed = (seed * 16807) % 2147483647) % most;
  for (let turn = 0; turn < 200; turn++) {
    const text = (): string => Array.from({ length: random(40) }, () => "abc"[random(3)]).join("\n");
    const [before, after] = [text(), text()];
    const { lines } = changes(before, after);
    assert.equal(lines.filter(({ kind }) => kind !== "in").map((line) => line.text).join("\n"), before);
    assert.equal(lines.filter(({ kind }) => kind !== "out").map((line) => line.text).join("\n"), after);
  }
});

test("unlike texts of any size are shown one after the other, soon", () => {
  const [before, after] = ["a", "b"].map((letter) => Array.from({ length: 4_000 }, (_, n) => `${letter}${n}`).join("\n")) as [string, string];
  const start = performance.now();
  const { lines, exact } = changes(before, after);
  assert.ok(performance.now() - start < 1_500);
  assert.deepEqual([exact, lines.length], [false, 8_000]);
  assert.equal(changes(`${before}\nx`.repeat(9), `${before}\ny`.repeat(9)).lines.length > 0, true);
});

test("what is far from every change is folded", () => {
  const text = Array.from({ length: 30 }, (_, n) => String(n));
  const { lines } = changes(text.join("\n"), text.map((line) => (line === "15" ? "x" : line)).join("\n"));
  assert.deepEqual(runs(lines).map(({ from, to, folded }) => [from, to, folded]), [[0, 12, true], [12, 20, false], [20, 31, true]]);
});
