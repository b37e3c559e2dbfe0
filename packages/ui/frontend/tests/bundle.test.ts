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
  for (const { path, text } of built.outputFiles) {
    assert.doesNotMatch(text, /insertAdjacentHTML|outerHTML|document\.write|\beval\(|new Function\b/, path);
    // Lit's `<template>.innerHTML = <its Trusted Types policy's answer>`: the only one there may be.
    assert.ok((text.match(/\.innerHTML\s*=/g) ?? []).length <= 1, path);
  }
});
