import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { curl, quote } from "../src/curl";
import { aRecord, aRequest } from "./samples";

test("a quoted text reaches the program unchanged, whatever is in it", () => {
  for (const text of ["", "plain", "it's", "$(touch /tmp/x)", "`id`", "a\nb", 'say "hi"', "!history", "\\", "-o file", "é 😀"]) {
    const said = execFileSync("sh", ["-c", `printf '%s' ${quote(text)}`], { encoding: "utf8" });
    assert.equal(said, text);
  }
});

test("a POST is copied with its headers and body", () => {
  const body = { size: 10, seen: 10, truncated: false, kind: "json" as const, value: { book: 7 } };
  const command = curl(aRecord({ request: aRequest({ method: "POST", headers: [["host", "x"], ["content-type", "application/json"]], body }) }));
  assert.match(command ?? "", /--request POST/);
  assert.match(command ?? "", /--header 'content-type: application\/json'/);
  assert.match(command ?? "", /--data-raw '\{"book":7\}'/);
  assert.doesNotMatch(command ?? "", /host: x/);
});

test("redacted values stay redacted, and it says so", () => {
  const command = curl(aRecord({ request: aRequest({ headers: [["authorization", "[redacted]"]] }) }));
  assert.match(command ?? "", /^# Redacted/);
  assert.match(command ?? "", /authorization: \[redacted\]/);
});

test("a cut or binary body is said to be missing", () => {
  const body = { size: 1000, seen: 10, truncated: true, kind: "binary" as const, value: "00ff" };
  const command = curl(aRecord({ request: aRequest({ method: "PUT", body }) })) ?? "";
  assert.match(command, /10 of 1000 bytes/);
  assert.match(command, /binary/);
  assert.doesNotMatch(command, /00ff/);
});

test("a record without a request has no command", () => {
  assert.equal(curl(aRecord({ request: null })), null);
});
