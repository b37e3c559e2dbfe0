/** Small records to test with. */
import type { DebugRecord, RecordedRequest, Span, Summary } from "../src/types";

export function aRequest(change: Partial<RecordedRequest> = {}): RecordedRequest {
  return {
    method: "GET", scheme: "http", path: "/books", root_path: "", query: [], query_string: "", url: "http://localhost:8000/books",
    http_version: "1.1", headers: [], cookies: [], client: "127.0.0.1:1", subprotocols: [], body: null, ...change,
  };
}

export function aSpan(panel: string, name: string, start = 0, end = 0.01): Span {
  return { panel, name, start, end, attributes: {}, parent: null, task: null, source: null };
}

export function aRecord(change: Partial<DebugRecord> = {}): DebugRecord {
  return {
    format: 1, id: "a1", kind: "http", parent: null, started_at: 1795400000, duration: 0.08, open: false, request: aRequest(), response: null,
    route: null, error: null, spans: [], folded: [], data: {}, failures: {}, dropped: {}, cost: 0, tags: {}, imported: false, ...change,
  };
}

export function aSummary(change: Partial<Summary> = {}): Summary {
  return {
    id: "a1", kind: "http", parent: null, method: "GET", path: "/books", query: "", status: 200, started_at: 1795400000, duration: 0.08, open: false,
    route: "/books", handler: null, size: null, client: "127.0.0.1", error: null, content_type: null, counts: {}, badges: [],
    levels: { info: 0, warning: 0, error: 0 }, notices: [], ...change,
  };
}
