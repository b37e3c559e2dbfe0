/** A recorded request as a cURL command that can be pasted into a shell. */
import type { Body, DebugRecord } from "./types";

// cURL makes these itself, or they describe the one connection.
const own = new Set(["host", "content-length", "connection", "accept-encoding", "transfer-encoding", "http2-settings", "upgrade"]);

/** Quote for a POSIX shell: nothing in the text is special to it. */
export function quote(text: string): string {
  if (text !== "" && /^[\w@%+=:,./-]+$/.test(text)) return text;
  return `'${text.replace(/\0/g, "").replace(/'/g, `'\\''`)}'`;
}

function bodyArguments(body: Body): string[] {
  if (body.kind === "form" && Array.isArray(body.value)) {
    return body.value.flatMap((pair) =>
      Array.isArray(pair) ? [`--data-urlencode ${quote(`${String(pair[0])}=${String(pair[1])}`)}`] : [],
    );
  }
  if (body.kind === "binary") return [];
  const text = typeof body.value === "string" ? body.value : JSON.stringify(body.value);
  return [`--data-raw ${quote(text)}`];
}

function remarks(record: DebugRecord): string[] {
  const said: string[] = [];
  const body = record.request?.body;
  if (body?.truncated) said.push(`# The recorded body is cut: ${body.seen} of ${body.size} bytes.`);
  if (body?.kind === "binary") said.push("# The binary body is not part of this command.");
  if (JSON.stringify([record.request?.headers, body?.value]).includes("[redacted]")) {
    said.push("# Redacted values stay redacted: fill them in yourself.");
  }
  return said;
}

/** The request of a record as a cURL command, or null when the record has none. */
export function curl(record: DebugRecord): string | null {
  const { request } = record;
  if (!request) return null;
  const parts = [`curl ${quote(request.url)}`];
  if (request.method === "HEAD") parts.push("--head");
  else if (request.method !== "GET" || request.body) parts.push(`--request ${quote(request.method)}`);
  for (const [name, value] of request.headers) {
    if (!own.has(name.toLowerCase())) parts.push(`--header ${quote(`${name}: ${value}`)}`);
  }
  if (request.body) parts.push(...bodyArguments(request.body));
  if (request.headers.some(([name]) => name.toLowerCase() === "accept-encoding")) parts.push("--compressed");
  return [...remarks(record), parts.join(" \\\n  ")].join("\n");
}
