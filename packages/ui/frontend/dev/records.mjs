// A few invented records of a bookshop, in the shape of the API: what the dev server serves.

const now = () => Date.now() / 1000;
let last = 0;
const newId = () => `0641f2c3a9b1e7d2${(0x10000 + ++last).toString(16)}`;
const source = (file, line, name) => ({ file: `/app/shop/${file}`, line, function: name });
const ms = (value) => value / 1000;

const authors = Array.from({ length: 19 }, (_, index) => [
  "sqlalchemy", "SELECT authors.id, authors.name FROM authors WHERE authors.id = ?", 29 + index * 1.52, 1.2, 6,
  { "db.statement": "SELECT authors.id, authors.name FROM authors WHERE authors.id = ?", "db.rows": 1, parameters: [index + 1] },
  source("views.py", 48, "list_books"),
]);

// [panel, name, start ms, length ms, parent, attributes, source]
const books = [
  ["app", "middleware: session", 1, 5, null, {}, null],
  ["cache", "redis GET session:9f2c", 1.4, 2.1, 0, { hit: true }, source("auth.py", 11, "session")],
  ["dependencies", "dependency: current_user", 6.5, 16, null, {}, source("auth.py", 12, "current_user")],
  ["async", "hashlib.scrypt", 7.6, 12.2, 2, { blocking: true }, source("auth.py", 21, "verify")],
  ["sqlalchemy", "SELECT users.id, users.email FROM users WHERE users.id = ?", 20.1, 1.3, 2, { "db.rows": 1 }, source("auth.py", 17, "current_user")],
  ["app", "unused", 22.8, 0.1, null, {}, null],
  ["app", "list_books", 23, 44, null, {}, source("views.py", 41, "list_books")],
  ["sqlalchemy", "SELECT books.id, books.title, books.author_id FROM books ORDER BY books.added DESC LIMIT ?", 23.6, 4.8, 6, { "db.rows": 50 }, source("views.py", 44, "list_books")],
  ...authors,
  ["http-client", "GET prices.internal/quotes", 31, 18, 6, { "http.status_code": 200 }, source("prices.py", 9, "quotes")],
  ["templates", "render books.html", 66, 6.2, null, {}, source("views.py", 60, "list_books")],
  ["sqlalchemy", "INSERT INTO views (book_id, seen_at) VALUES (?, ?)", 70, 2.2, null, {}, source("views.py", 61, "list_books")],
  ["saq", "enqueue send_receipt", 74, 1.1, null, {}, source("views.py", 63, "list_books")],
];

const notice = {
  type: "notice", panel: "sqlalchemy", level: "warning", label: "N+1", text: "19 similar queries load `Book.author` one row at a time",
  hint: "Load it with `selectinload(Book.author)`: 1 query instead of 19, about 29 ms of this request.", source: source("views.py", 48, "list_books"),
  saves: 0.0289, key: "n+1:Book.author",
};
const blocking = {
  type: "notice", panel: "async", level: "error", label: "BLOCKING", text: "The event loop was blocked for 12 ms by `hashlib.scrypt`",
  hint: "Run it in a thread: `await anyio.to_thread.run_sync(...)`.", source: source("auth.py", 21, "verify"), saves: 0.0122, key: null,
};

const span = ([panel, name, start, length, parent, attributes, place]) => ({
  panel, name, start: ms(start), end: ms(start + length), attributes, parent, task: null, source: place,
});

function record({ method = "GET", path, query = "", status = 200, duration, spans = [], error = null, kind = "http", ago = 0, client = "127.0.0.1:51234" }) {
  return {
    format: 1, id: newId(), kind, parent: null, started_at: now() - ago, duration: duration === null ? null : ms(duration), open: duration === null,
    request: {
      method, scheme: "http", path, root_path: "", query: [...new URLSearchParams(query)], query_string: query,
      url: `http://localhost:8000${path}${query ? `?${query}` : ""}`, http_version: "1.1",
      headers: [["host", "localhost:8000"], ["accept", "text/html"], ["cookie", "session=[redacted]"], ["user-agent", "it's <b>me</b>"]],
      cookies: [["session", "[redacted]"]], client, subprotocols: [],
      body: method === "POST" ? { size: 14, seen: 14, truncated: false, kind: "json", value: { book: 7 } } : null,
    },
    response: status && { status, reason: "", headers: [["content-type", "text/html; charset=utf-8"]], size: 12345, messages: 1, started: ms(duration ?? 0) * 0.97, ended: ms(duration ?? 0), complete: true, encoding: null, body: null },
    route: { path, name: "list_books", handler: "shop.views.list_books", methods: [method], source: source("views.py", 41, "list_books"), path_params: {}, details: {} },
    error: error && { type: error, module: "builtins", message: "invalid literal for int() with base 10: 'seven'", handled: false, status: 500 },
    spans: spans.map(span), folded: [], data: {}, failures: {}, dropped: {}, cost: 0.000031, tags: {}, imported: false,
  };
}

export function sample(which = 0) {
  const shapes = [
    { path: "/books", query: "sort=new", duration: 84.1, spans: books },
    { path: "/health", duration: 0.9 },
    { method: "POST", path: "/api/cart/items", status: 201, duration: 31, spans: books.slice(4, 5).map((s) => [...s.slice(0, 4), null, ...s.slice(5)]) },
    { path: "/books/7", status: 500, duration: 112, error: "ValueError", spans: books.slice(0, 3) },
    { method: "WS", kind: "websocket", path: "/ws/prices", status: 101, duration: null },
    { method: "GET", path: "/login", status: 302, duration: 14 },
    { method: "TASK", kind: "task", path: "send_receipt", status: null, duration: 1640, client: null },
    { path: `/a/very/long/path/${"segment/".repeat(40)}\u202egnp.exe<script>alert(1)</script>`, status: 404, duration: 2.2 },
  ];
  return record({ ...shapes[which % shapes.length], ago: 0 });
}

export function notices(record) {
  if (record.spans.length > 10) return [blocking, notice];
  if (record.error) return [{ ...blocking, panel: "exceptions", label: record.error.type, text: `${record.error.type}: ${record.error.message}`, hint: null }];
  return [];
}

export function counts(record) {
  const by = {};
  for (const { panel, start, end } of record.spans) {
    by[panel] ??= { count: 0, seconds: 0 };
    by[panel].count += 1;
    by[panel].seconds += end - start;
  }
  return by;
}

const entry = (name, title, group, text = null, detail = null, level = null, rest = {}) => ({
  name, title, group, badge: text === null ? null : { text, detail, level: null }, level, empty: text === null, failure: null, needs: null, actions: [], ...rest,
});

export function panels(record) {
  if (record.id === "app") {
    return [
      entry("settings", "Settings", "application", "41"), entry("versions", "Versions", "application", "3.13"), entry("routes", "Routes", "application", "37"),
      entry("openapi", "OpenAPI", "application", null, null, null, { failure: { message: "KeyError: 'paths'", hook: "view" } }),
    ];
  }
  const by = counts(record);
  const spans = (name) => (by[name] ? [String(by[name].count), `${Math.round(by[name].seconds * 1000)} ms`] : []);
  const levels = Object.fromEntries(notices(record).map((each) => [each.panel, each.level]));
  return [
    entry("request", "Request", "request", record.request.method), entry("response", "Response", "request", "12 kB"),
    entry("headers", "Headers", "request", "14 · 9"), entry("dependencies", "Dependencies", "request", ...spans("dependencies")),
    entry("exceptions", "Exceptions", "request", record.error?.type ?? null, null, levels.exceptions ?? null),
    entry("sqlalchemy", "SQL", "data", ...(by.sqlalchemy ? [...spans("sqlalchemy"), levels.sqlalchemy ?? null] : [])),
    entry("cache", "Cache", "data", ...(by.cache ? ["4", "/ 5 hits"] : [])), entry("http-client", "HTTP client", "data", ...spans("http-client")),
    entry("templates", "Templates", "data", ...spans("templates")), entry("saq", "Background tasks", "data", null, null, null, { needs: "saq" }),
    entry("logging", "Logging", "runtime", "2"), entry("profiling", "Profiling", "runtime"), entry("async", "Async", "runtime", "7", "tasks", levels.async ?? null),
    entry("memory", "Memory", "runtime", "+1.2 MB"), entry("websocket", "WebSocket", "runtime"),
  ];
}

export function summary(record) {
  const found = notices(record);
  const level = (word) => found.filter((each) => each.level === word).length;
  return {
    id: record.id, kind: record.kind, parent: record.parent, method: record.request.method, path: record.request.path, query: record.request.query_string,
    status: record.response?.status ?? null, started_at: record.started_at, duration: record.duration, open: record.open, route: record.route.path,
    handler: "list_books", size: 12345, client: "127.0.0.1", error: record.error?.type ?? null, content_type: "text/html", counts: counts(record),
    badges: panels(record).filter((each) => each.badge).map(({ name, title, badge }) => ({ panel: name, title, ...badge })),
    levels: { info: level("info"), warning: level("warning"), error: level("error") },
    notices: found.map(({ panel, level: severity, label, text }) => ({ panel, level: severity, label, text })),
  };
}

export function blocks(record, panel) {
  if (panel === "sqlalchemy") {
    const rows = record.spans.flatMap((each, index) => each.panel === "sqlalchemy"
      ? [{ cells: [index, each.name, each.attributes["db.rows"] ?? 1, each.end - each.start, each.source], level: null, span: index, details: [{ type: "code", text: each.name, language: "sql", start: null, highlight: null, source: each.source, title: null }] }] : []);
    return [
      { type: "facts", headline: true, items: [{ label: "queries", value: rows.length, unit: "count", hint: null }, { label: "of the request", value: 0.49, unit: "percent", hint: null }] },
      ...notices(record).filter((each) => each.panel === panel),
      { type: "table", title: null, empty: "No statements.", rows, columns: [{ title: "#", unit: "count", align: null }, { title: "Statement", unit: "sql", align: null }, { title: "Rows", unit: "count", align: null }, { title: "Time", unit: "s", align: null }, { title: "Where", unit: "source", align: null }] },
    ];
  }
  return [
    { type: "facts", headline: false, items: [{ label: "panel", value: panel, unit: null, hint: null }, { label: "<img src=x onerror=alert(1)>", value: "\u202eevil", unit: null, hint: null }] },
    { type: "tree", value: record.request, title: "Request", open: 1 }, { type: "hologram", beam: 1 },
  ];
}
