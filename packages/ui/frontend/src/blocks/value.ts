/** One value in its unit: what a table's cell and a fact show. */
import { html, nothing, type TemplateResult } from "lit";
import { place } from "../api";
import { exact, inUnit, isPath } from "../format";
import type { BadgeLevel, Json, Source, Unit } from "../types";
import { visible } from "./text";
import "./source";
import "./text-element";

/** What lit can put into a text position. */
export type Drawn = TemplateResult | string | typeof nothing | readonly (TemplateResult | string)[];

const SHAPES: Readonly<Record<BadgeLevel, string>> = { ok: "✓", info: "●", warning: "▲", error: "■" };

/** Is this word one of our levels? */
export function isLevel(word: unknown): word is BadgeLevel {
  return typeof word === "string" && Object.hasOwn(SHAPES, word);
}

/** The shape that goes with a level's colour. */
export function shape(level: BadgeLevel): string {
  return SHAPES[level];
}

/** A level as a word and a shape beside its colour. */
export function levelPill(level: BadgeLevel, word: string = level): TemplateResult {
  return html`<span class="pill ${level}"><span aria-hidden="true">${shape(level)}</span> ${shown(word)}</span>`;
}

/** Text as it is, with chips for what would be invisible or would reorder its neighbours. */
export function shown(text: string): Drawn {
  const parts = visible(text);
  if (parts.length === 0) return "";
  if (parts.length === 1 && parts[0] && !parts[0].name) return parts[0].text;
  return parts.map((part) => (part.name ? html`<span class="chip" title=${part.name}>${part.text}</span>` : part.text));
}

/** Is this the id of a record? */
function isRecordId(value: Json): value is string {
  return typeof value === "string" && /^[0-9a-f]{16,32}$/.test(value);
}

/** Is this a place in source code? */
export function isSource(value: Json): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && typeof value.file === "string";
}

/** Nested values as JSON; a record may come from a file that nests deeper than the stack allows. */
export function jsonText(value: Json, indent = 0): string {
  try {
    return JSON.stringify(value, null, indent);
  } catch {
    return "(nested too deeply)";
  }
}

/** A value as one plain string: for sorting out, filtering, copying. */
export function valueText(value: Json, unit: Unit | null): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (unit === "source" && isSource(value)) {
    const source = value as unknown as Source;
    return source.line === null ? source.file : `${source.file}:${source.line}`;
  }
  return typeof value === "object" ? jsonText(value) : String(value);
}

/** Long text is cut here; the rest opens on demand. */
const LIMIT = 300;

function drawText(text: string, mono: boolean, limit: number): TemplateResult {
  return text.length > limit
    ? html`<dt-text .text=${text} .limit=${limit} ?mono=${mono}></dt-text>`
    : html`<span class=${mono ? "mono text" : "text"}>${shown(text)}</span>`;
}

/** Draw one value in its unit. */
export function drawValue(value: Json, unit: Unit | null, limit = LIMIT): TemplateResult {
  if (value === null || value === undefined) return html`<span class="faint" title="null">–</span>`;
  if (unit === "source" && isSource(value)) return html`<dt-source .source=${value as unknown as Source}></dt-source>`;
  if (unit === "level" && isLevel(value)) return levelPill(value);
  if (unit === "link" && isPath(value)) {
    return html`<a class="link" href=${value} target="_blank" rel="noopener" @click=${(event: Event) => event.stopPropagation()}>${shown(value)}</a>`;
  }
  if (unit === "record" && isRecordId(value)) {
    // Its click goes up: the dashboard's address changes by it, and the dock shows the record itself.
    return html`<a class="link mono" href=${place(value)}>${value}</a>`;
  }
  if (typeof value === "number") return html`<span class="num" title=${exact(value, unit)}>${inUnit(value, unit)}</span>`;
  if (typeof value === "boolean") return html`<span>${value ? "yes" : "no"}</span>`;
  if (typeof value === "object") return drawText(jsonText(value), true, limit);
  return drawText(value, unit === "code" || unit === "sql" || unit === "json", limit);
}
