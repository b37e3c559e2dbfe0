import assert from "node:assert/strict";
import { test } from "node:test";
import { fileName, fileType } from "./file-name";

test("a name of a file stays, and what would lead elsewhere goes", () => {
  for (const [wanted, name] of [
    ["timeline.json", "timeline.json"], ["Zeitplan für Bücher (2).txt", "Zeitplan für Bücher (2).txt"], ["../../.ssh/config", "config"], ["..\\..\\x.json", "x.json"],
    ["/etc/passwd", "passwd"], [".bashrc", "bashrc"], ["..", "download.txt"], ["", "download.txt"], ["   ", "download.txt"], ["con.txt", "download.txt"], ["NUL", "download.txt"],
    ["a\u0000b\u202etxt.exe\r\n", "a-b-txt.exe--"], ["x.json. . ", "x.json"], ["<img src=x>", "img src=x-"], ["a:b|c?*.json", "a-b-c--.json"], ["a/", "download.txt"],
  ] as const) assert.equal(fileName(wanted), name, JSON.stringify(wanted));
});

test("a long name keeps its ending", () => {
  const name = fileName(`${"x".repeat(5_000)}.json`);
  assert.equal(name.length, 100);
  assert.ok(name.endsWith("x.json"));
  assert.ok(fileName(`a.${"y".repeat(500)}`).length <= 100);
  assert.ok(fileName("𝒳🦀".repeat(300)).length <= 200);
});

test("no file is saved as something a browser would run", () => {
  assert.deepEqual(["a.json", "a.html", "a.svg", "a"].map(fileType), ["application/json", "text/plain", "text/plain", "text/plain"]);
});
