/** The parts of a table's row that need nothing of the table: a statement, when it ran, and what opens beneath. */
import { html, nothing, type TemplateResult } from "lit";
import { seconds } from "../format";
import type { Column, Json, Row, Span } from "../types";
import { spansOf } from "./cells";
import { drawToken } from "./code";
import type { Context } from "./context";
import { colour } from "./kinds";
import { isLong } from "./layout";
import { tokensOf } from "./lazy";
import { look } from "./look";
import { cut } from "./text";
import { shown } from "./value";

const STATEMENT = 400;

/** A statement on one line, in its colours once the tokenizer is there; then `again` is called. */
export function statement(text: string, again: () => void): TemplateResult {
  const start = cut(text, STATEMENT * 4).replace(/\s+/g, " ");
  const short = cut(start, STATEMENT);
  const found = tokensOf(short, "sql", again);
  return html`<span class="mono text">${found ? found.map(drawToken) : shown(short)}${short.length < start.length || text.length > STATEMENT * 4 ? "…" : ""}</span>`;
}

/** When the spans of a row ran, on a line as long as the record. */
export function when(row: Row, context: Context, total: number): TemplateResult {
  const spans = spansOf(row).map((index) => context.detail?.record.spans[index]).filter((span): span is Span => span !== undefined);
  const from = spans.reduce((first, span) => Math.min(first, span.start), Infinity);
  const to = spans.reduce((last, span) => Math.max(last, span.end), -Infinity);
  const share = (value: number): string => `${Math.max(0, Math.min(100, (value / (total || 1)) * 100))}%`;
  return html`<div class="cell when" role="gridcell">${spans.length
    ? html`<div class="spark" title=${`at ${seconds(from)}`}><i ${look({ left: share(from), width: share(to - from), background: colour(spans[0]?.panel ?? "") })}></i></div>`
    : nothing}</div>`;
}

function whole(cell: Json, column: Column | undefined): TemplateResult {
  if (typeof cell === "object") return html`<dt-tree .block=${{ type: "tree", value: cell, title: null, open: 1 }}></dt-tree>`;
  const language = column?.unit === "sql" ? "sql" : column?.unit === "json" ? "json" : "text";
  return html`<dt-code .block=${{ type: "code", text: String(cell), language, start: null, highlight: null, source: null, title: null }}></dt-code>`;
}

/** Does a row's own statement open as a block of its details? Then it is not shown twice. */
function repeated(row: Row, cell: Json): boolean {
  return row.details.some((block) => block.type === "code" && block.language === "sql" && block.text === cell);
}

/** What opens beneath a row: its long cells whole, and its details. */
export function details(row: Row, columns: readonly Column[], context: Context): TemplateResult {
  const { detail, api, panel, row: target, open } = context;
  const long = row.cells.map((cell, index) => ({ cell, column: columns[index] })).filter(({ cell, column }) => isLong(cell, column) && !repeated(row, cell));
  return html`<div class="details" role="row"><div role="gridcell">
    ${long.map(({ cell, column }) => html`<div class="full"><span>${shown(column?.title ?? "")}</span>${whole(cell, column)}</div>`)}
    ${row.details.length ? html`<dt-blocks .blocks=${row.details} .detail=${detail} .api=${api} .panel=${panel} .row=${target} .open=${open}></dt-blocks>` : nothing}
  </div></div>`;
}
