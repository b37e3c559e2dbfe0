/** Records from files: read and drawn in this page alone; nothing of a file is sent to the server or kept. */
import { Api, ApiError } from "../api";
import type { Body, DebugRecord, Json, Kind, Pair, PanelEntry, PanelInfo, PanelNotice, PanelView, RecordDetail, RecordedRequest, RecordedResponse, Source, Span, Summary } from "../types";

/** Bytes of a file, spans of a record, how deep they nest, and panels: more is refused, cut, or left out. */
export const MOST = 16 * 1024 * 1024;
const SPANS = 5_000;
const DEEPEST = 100;
const PANELS = 100;
const LONG = 100_000;
/** How places of files begin: no record of a server is called so. */
const OWN = "file:";

const FORMAT = 1;
const KINDS: readonly string[] = ["http", "websocket", "task", "app"] satisfies Kind[];

type Fields = { [name: string]: Json };

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const fields = (value: unknown): Fields => (isFields(value) ? value : {});
const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);
const text = (value: unknown): string => (typeof value === "string" ? value.slice(0, LONG) : "");
const maybeText = (value: unknown): string | null => (typeof value === "string" ? value.slice(0, LONG) : null);
const maybe = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);
const number = (value: unknown): number => maybe(value) ?? 0;
const pairs = (value: unknown): Pair[] => list(value).slice(0, 1_000).filter((each) => Array.isArray(each) && each.length === 2).map((each) => [text((each as Json[])[0]), text((each as Json[])[1])]);

function source(value: unknown): Source | null {
  if (!isFields(value) || typeof value.file !== "string") return null;
  return { file: text(value.file), line: maybe(value.line), function: maybeText(value.function) };
}

function body(value: unknown): Body | null {
  if (!isFields(value)) return null;
  const kind = (["json", "form", "text", "binary"] as const).find((each) => each === value.kind) ?? "text";
  return { size: number(value.size), seen: number(value.seen), truncated: value.truncated === true, kind, value: value.value ?? null };
}

function request(value: unknown): RecordedRequest | null {
  if (!isFields(value)) return null;
  return {
    method: text(value.method), scheme: text(value.scheme), path: text(value.path), root_path: text(value.root_path), query: pairs(value.query), query_string: text(value.query_string),
    url: text(value.url), http_version: text(value.http_version), headers: pairs(value.headers), cookies: pairs(value.cookies), client: maybeText(value.client),
    subprotocols: list(value.subprotocols).map(text).slice(0, 50), body: body(value.body),
  };
}

function response(value: unknown): RecordedResponse | null {
  if (!isFields(value)) return null;
  return {
    status: number(value.status), reason: text(value.reason), headers: pairs(value.headers), size: maybe(value.size), messages: number(value.messages), started: maybe(value.started), ended: maybe(value.ended),
    complete: value.complete === true, encoding: maybeText(value.encoding), body: body(value.body),
  };
}

/** The spans, each under one that came before it and not too deep: what a file says else would be no tree. */
function spans(value: unknown): Span[] {
  const depths: number[] = [];
  return list(value).slice(0, SPANS).map((each, index) => {
    const span = fields(each);
    const start = Math.max(0, number(span.start));
    const above = maybe(span.parent);
    const depth = above !== null && Number.isInteger(above) && above >= 0 && above < index ? (depths[above] ?? 0) + 1 : 0;
    depths.push(depth > DEEPEST ? 0 : depth);
    return {
      panel: text(span.panel).slice(0, 200) || "app", name: text(span.name), start, end: Math.max(start, number(span.end)), attributes: fields(span.attributes),
      parent: depth > 0 && depth <= DEEPEST ? above : null, task: maybeText(span.task), source: source(span.source),
    };
  });
}

function recordOf(value: Fields, id: string): DebugRecord {
  const route = isFields(value.route) ? value.route : null;
  const error = isFields(value.error) ? value.error : null;
  const counted = Object.entries(fields(value.dropped)).filter(([, many]) => typeof many === "number").slice(0, 50);
  const cut = Math.max(0, list(value.spans).length - SPANS);
  return {
    format: FORMAT, id, kind: value.kind as Kind, parent: null, started_at: number(value.started_at), duration: maybe(value.duration), open: false, request: request(value.request),
    response: response(value.response),
    route: route && { path: text(route.path), name: maybeText(route.name), handler: maybeText(route.handler), methods: list(route.methods).map(text), source: source(route.source), path_params: fields(route.path_params), details: fields(route.details) },
    error: error && { type: text(error.type), module: text(error.module), message: text(error.message), handled: error.handled === true, status: maybe(error.status) },
    spans: spans(value.spans),
    folded: list(value.folded).slice(0, 500).map(fields).map((each) => ({ panel: text(each.panel), name: text(each.name), count: number(each.count), seconds: number(each.seconds) })),
    data: fields(value.data),
    failures: Object.fromEntries(Object.entries(fields(value.failures)).slice(0, PANELS).map(([name, each]) => [name, { message: text(fields(each).message) }])),
    dropped: { ...Object.fromEntries(counted.map(([name, many]) => [name, number(many)])), ...(cut ? { "spans of the file": cut } : {}) },
    cost: number(value.cost), tags: fields(value.tags), imported: true,
  };
}

function summaryOf(record: DebugRecord): Summary {
  const { id, kind, request, response, route, error } = record;
  return {
    id, kind, parent: null, method: request?.method || kind, path: request?.path ?? "", query: request?.query_string ?? "", status: response?.status || null, started_at: record.started_at,
    duration: record.duration, open: false, route: route?.path ?? null, handler: route?.handler ?? null, size: response?.size ?? null, client: request?.client ?? null, error: error?.message ?? null,
    content_type: null, counts: {}, badges: [], levels: { info: 0, warning: 0, error: 0 }, notices: [],
  };
}

/** What a file holds of a panel, under the names that panels have. */
function held({ spans, data, request, response }: DebugRecord, name: string): { count: number; value: Json } {
  const value = Object.hasOwn(data, name) ? (data[name] ?? null) : name === "request" ? (request as unknown as Json) : name === "response" ? (response as unknown as Json) : null;
  return { count: spans.filter(({ panel }) => panel === name).length, value };
}

function entryOf(record: DebugRecord, name: string, known: readonly PanelInfo[]): PanelEntry {
  const { count } = held(record, name);
  const info = known.find((each) => each.name === name);
  const group = name === "request" || name === "response" ? "request" : "data";
  return { name, title: info?.title ?? name.slice(0, 60), group: info?.group ?? group, badge: count ? { text: String(count), detail: null, level: null } : null, level: null, empty: false, failure: record.failures[name] ?? null, needs: null, actions: [] };
}

const told: PanelNotice = {
  type: "notice", panel: "", level: "info", label: "imported", text: "This record is read from a file, in this page alone: the server knows nothing of it.",
  hint: "Panels show what was recorded, as it is in the file. Whoever made the file may have written anything into it.", source: null, saves: null, key: null,
};

/** The record that a text holds, as `id`; panels that are `known` have their titles. An `ApiError` says why it holds none. */
export function readRecord(content: string, id: string, known: readonly PanelInfo[] = []): RecordDetail {
  const wrong = (why: string): ApiError => new ApiError("This file is no record.", why, "import", 0);
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw wrong("It is not JSON. Records are exported with Export, Download as JSON.");
  }
  if (!isFields(value)) throw wrong("A record is a JSON object.");
  if (value.format !== FORMAT) throw wrong(`A record says "format": ${FORMAT}; this toolbar reads no other.`);
  if (typeof value.kind !== "string" || !KINDS.includes(value.kind)) throw wrong(`A record's kind is one of ${KINDS.join(", ")}.`);
  const record = recordOf(value, id);
  const own = [...(record.request ? ["request"] : []), ...(record.response ? ["response"] : [])];
  const names = [...new Set([...own, ...Object.keys(record.data), ...record.spans.map(({ panel }) => panel)])].filter((name) => name !== "app" && name !== "");
  const place = (name: string): number => known.findIndex((each) => each.name === name) + 1 || known.length + 1;
  const panels = names.slice(0, PANELS).sort((a, b) => place(a) - place(b)).map((name) => entryOf(record, name, known));
  return { record, summary: summaryOf(record), panels, notices: [told] };
}

/** The API for records from files: they are answered from memory, everything else by the server. */
export class FilesApi extends Api {
  #files = new Map<string, RecordDetail>();

  /** `known`: the panels of this server, whose names are a file's. */
  constructor(prefix: string, private readonly known: readonly PanelInfo[] = []) {
    super(prefix);
  }

  /** Read a file; the id under which its record is shown. */
  async open(file: File): Promise<string> {
    if (file.size > MOST) throw new ApiError("This file is too large.", `A record has at most ${MOST / 1024 / 1024} MB.`, "import", 0);
    const id = `${OWN}${this.#files.size + 1}`;
    this.#files.set(id, readRecord(await file.text(), id, this.known));
    return id;
  }

  override async record(id: string): Promise<RecordDetail> {
    if (!isFile(id)) return super.record(id);
    const found = this.#files.get(id);
    if (found) return found;
    throw new ApiError("This file is no longer open.", "Drop it here once more: a page forgets its files when it is loaded again.", "import", 0);
  }

  override async panel(id: string, name: string): Promise<PanelView> {
    if (!isFile(id)) return super.panel(id, name);
    const { record, panels } = await this.record(id);
    const entry = panels.find((panel) => panel.name === name) ?? entryOf(record, name, this.known);
    const { count, value } = held(record, name);
    const blocks: PanelView["blocks"] = [];
    if (entry.failure) blocks.push({ ...told, type: "notice", level: "error", label: null, text: entry.failure.message, hint: null });
    if (value !== null) blocks.push({ type: "tree", value, title: "As recorded", open: 2 });
    if (count) blocks.push({ type: "timeline", panel: name });
    return { panel: entry, blocks };
  }
}

/** Is this the place of a file? */
export function isFile(id: string | null): boolean {
  return id?.startsWith(OWN) ?? false;
}
