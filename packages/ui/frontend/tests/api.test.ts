import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { Api, ApiError } from "../src/api";

let server: Server;
let api: Api;
const seen: IncomingMessage[] = [];

before(async () => {
  server = createServer((request, response) => {
    seen.push(request);
    if (request.url?.includes("gone")) {
      response.writeHead(404, { "content-type": "application/json" });
      return response.end('{"error":{"code":"record_unknown","message":"Evicted.","hint":"Repeat it."}}');
    }
    if (request.url?.includes("proxy")) {
      response.writeHead(502, { "content-type": "text/html" });
      return response.end("<h1>Bad gateway</h1>");
    }
    return response.end("{}");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  api = new Api(`http://127.0.0.1:${(server.address() as AddressInfo).port}/_debug_toolbar`);
});

after(() => server.close());

test("a change carries the header that a foreign page cannot send", async () => {
  await api.clear();
  assert.equal(seen.at(-1)?.method, "POST");
  assert.equal(seen.at(-1)?.headers["x-debug-toolbar"], "1");
});

test("names are encoded into the path", async () => {
  await api.panel("a/../b", "x?y").catch(() => null);
  assert.equal(seen.at(-1)?.url, "/_debug_toolbar/api/records/a%2F..%2Fb/panels/x%3Fy");
});

test("a refusal says what happened and what to do", async () => {
  await assert.rejects(api.record("gone"), (error: ApiError) => error.message === "Evicted." && error.hint === "Repeat it." && error.code === "record_unknown");
});

test("an answer that is not the toolbar's is told from one that is", async () => {
  await assert.rejects(api.record("proxy"), (error: ApiError) => error.status === 502 && error.message.includes("502"));
});

test("a server that is gone is a failure with a hint", async () => {
  await assert.rejects(new Api("http://127.0.0.1:9").record("x"), (error: ApiError) => error.code === "unreachable" && error.hint !== "");
});
