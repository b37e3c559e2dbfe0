import assert from "node:assert/strict";
import { test } from "node:test";
import { codeRuns, cut, plain, visible } from "./text";

const char = (code: number): string => String.fromCodePoint(code);

test("ordinary text, markup, emoji, newlines and right-to-left letters stay as they are", () => {
  for (const text of ["<img src=x onerror=alert(1)>", "a\n\tb\r\nc", "👨‍👩‍👧 👍🏽 ❤️", "שלום", "é"]) assert.deepEqual(visible(text), [{ text }]);
});

test("control characters become chips with their name", () => {
  assert.deepEqual(visible(`a${char(0x1b)}[31m`), [{ text: "a" }, { text: "ESC", name: "escape (U+001B)" }, { text: "[31m" }]);
  assert.equal(visible(char(0))[0]?.text, "NUL");
  assert.equal(visible(char(0x9b))[0]?.text, "\\u009b");
});

test("bidi overrides, zero-width characters, tags and lone surrogates become escapes", () => {
  for (const code of [0x202e, 0x2066, 0x200f, 0x200b, 0xfeff, 0x2028, 0xad, 0xe0041]) {
    const [part] = visible(char(code));
    assert.match(part?.text ?? "", /^\\u/);
    assert.match(part?.name ?? "", /U\+/);
  }
  assert.equal(visible("\ud800")[0]?.name, "lone surrogate (U+D800)");
  assert.equal(visible(`a${char(0x200d)}b`)[1]?.text, "\\u200d");
});

test("a lone carriage return is shown, one before a newline is a line end", () => {
  assert.equal(visible("a\rb")[1]?.text, "CR");
  assert.equal(visible("a\r\nb").length, 1);
});

test("the parts joined hold every character that was not replaced", () => {
  const text = `x${char(0x202e)}y${char(7)}z`;
  assert.equal(visible(text).filter((part) => !part.name).map((part) => part.text).join(""), "xyz");
});

test("a megabyte is made visible in well under a second", () => {
  const before = performance.now();
  visible(`ab${char(7)}`.repeat(350_000));
  assert.ok(performance.now() - before < 1000);
});

test("cutting never halves a character and plain marks what it cut", () => {
  assert.equal(cut("a😀b", 2), "a");
  assert.equal(cut("a😀b", 3), "a😀");
  assert.equal(plain("abcdef", 3), "abc…");
});

test("backticks make code, one without a partner stays", () => {
  assert.deepEqual(codeRuns("load `Book.author` now"), [{ text: "load ", code: false }, { text: "Book.author", code: true }, { text: " now", code: false }]);
  assert.deepEqual(codeRuns("a ` b"), [{ text: "a ` b", code: false }]);
});
