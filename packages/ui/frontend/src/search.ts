/** The search language: `path:/api -path:/health status:5xx method:POST ms:>200 sql:>10 has:n+1`, and words. */

export interface Term {
  /** As written, e.g. `-path:/health`. */
  text: string;
  not: boolean;
  /** Null for a bare word. */
  key: string | null;
  value: string;
}

/** What one can ask for, for the help and for completion. */
export const keys: readonly { key: string; example: string; meaning: string }[] = [
  { key: "path", example: "path:/api,/admin", meaning: "the path holds one of these; also route:, handler:, query:, type:, client:" },
  { key: "status", example: "status:5xx,404", meaning: "one of these statuses; 5xx means any of 500 to 599" },
  { key: "method", example: "method:POST", meaning: "the method; WS and TASK too" },
  { key: "kind", example: "kind:websocket", meaning: "http, websocket or task" },
  { key: "ms", example: "ms:>200", meaning: "took longer than this many milliseconds; size:>100000 likewise" },
  { key: "sql", example: "sql:>10", meaning: "more SQL statements than this; any panel's name works so" },
  { key: "has", example: "has:n+1", meaning: "has a finding with this label, or has:error, has:warning, has:exception" },
];

const term = /(-?)(?:([a-z][a-z0-9_-]*):)?("[^"]*"?|[^\s"]+)/giy;

/** Split a query into its terms; quotes keep spaces: `path:"/a b"`. */
export function parse(query: string): Term[] {
  const found: Term[] = [];
  let position = 0;
  while (position < query.length) {
    if (/\s/.test(query[position] ?? "")) {
      position += 1;
      continue;
    }
    term.lastIndex = position;
    const match = term.exec(query);
    if (!match) {
      position += 1;
      continue;
    }
    const [text, minus, key, raw = ""] = match;
    const value = raw.startsWith('"') ? raw.slice(1).replace(/"$/, "") : raw;
    found.push({ text, not: minus === "-", key: key?.toLowerCase() ?? null, value });
    position = term.lastIndex;
  }
  return found;
}

/** A term as text, quoted where it must be; the language cannot say a quote, so quotes are left out. */
export function write(key: string | null, value: string, not = false): string {
  const sayable = value.replace(/"/g, "");
  const quoted = /\s/.test(sayable) || sayable === "" ? `"${sayable}"` : sayable;
  return `${not ? "-" : ""}${key ? `${key}:` : ""}${quoted}`;
}

/** The query without this term, or with it, once. */
export function toggle(query: string, text: string): string {
  const all = parse(query).map((each) => each.text);
  const rest = all.filter((each) => each !== text);
  return (rest.length === all.length ? [...all, text] : rest).join(" ");
}

/** Does the query hold exactly this term? */
export function holds(query: string, text: string): boolean {
  return parse(query).some((each) => each.text === text);
}
