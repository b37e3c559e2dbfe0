/** A statement with its parameters written in their places as literals: for reading and for a console, not for a program. */
import type { Json } from "../types";

/** Executions written out of many; the rest are counted. */
const MOST = 1_000;
const LONGEST = 5_000_000;

// Everything a placeholder cannot stand in comes first: comments, strings, quoted names, dollar-quoted texts, casts.
const PIECES =
  /(?<skip>--[^\n]*|\/\*[^*]*(?:\*(?!\/)[^*]*)*(?:\*\/)?|\bE'[^'\\]*(?:(?:\\[^]|'')[^'\\]*)*'?|'[^']*(?:''[^']*)*'?|"[^"]*"?|`[^`]*`?|\[[a-z_][\w ]{0,127}\]|(?<![\w$])\$(?<tag>[a-z_]*)\$|::|:=|%%|\?\||\?&|\?\?)|(?<named>%\((?<py>\w+)\)s|(?<![:\w])[:@$](?<name>[a-z_]\w*))|(?<numbered>(?<![:\w])[$:?](?<number>\d+)\b)|(?<plain>\?|%s)/gi;

type Style = "named" | "numbered" | "%s" | "?";

/** A piece of the statement: what is copied as it is, or a placeholder and what it asks for. */
interface Piece {
  readonly text: string;
  readonly style: Style | null;
  readonly key: string;
}

function pieces(sql: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  const add = (end: number, style: Style | null = null, key = ""): void => {
    if (end > from) found.push({ text: sql.slice(from, end), style, key });
    from = end;
  };
  PIECES.lastIndex = 0;
  for (let match = PIECES.exec(sql); match; match = PIECES.exec(sql)) {
    const { groups = {}, index } = match;
    let end = PIECES.lastIndex;
    if (groups["tag"] !== undefined) {
      const close = sql.indexOf(match[0], end);
      end = close < 0 ? sql.length : close + match[0].length;
      PIECES.lastIndex = end;
    }
    add(index);
    if (groups["skip"]) add(end);
    else if (groups["named"]) add(end, "named", groups["py"] ?? groups["name"] ?? "");
    else if (groups["numbered"]) add(end, "numbered", groups["number"] ?? "");
    else add(end, match[0].toLowerCase() === "%s" ? "%s" : "?");
  }
  add(sql.length);
  return found;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A value as SQL writes it: texts quoted, lists as arrays, mappings as JSON. */
export function literal(value: Json): string {
  if (value === null || value === undefined) return "NULL";
  if (typeof value === "string") return quoted(value);
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (typeof value === "number") return String(value);
  return Array.isArray(value) ? `ARRAY[${value.map(literal).join(", ")}]` : quoted(JSON.stringify(value));
}

/** The style of placeholders that these parameters fill; one statement has one. */
function styleOf(all: readonly Piece[], parameters: Json): Style | null {
  const used = new Set(all.map(({ style }) => style));
  const fits: Style[] = Array.isArray(parameters) ? ["numbered", "%s", "?"] : ["named", "numbered"];
  return fits.find((style) => used.has(style)) ?? null;
}

function one(all: readonly Piece[], parameters: Json): string {
  const style = styleOf(all, parameters);
  if (style === null || typeof parameters !== "object" || parameters === null) return all.map(({ text }) => text).join("");
  const values = new Map(Object.entries(parameters));
  const percents = style === "%s" || all.some(({ text }) => text.startsWith("%("));
  let next = 0;
  let written = "";
  for (const { text, style: own, key } of all) {
    const place = style === "numbered" && Array.isArray(parameters) ? String(Number(key) - 1) : style === own && key ? key : String(next);
    if (own !== null && own === style && values.has(place)) {
      const value = literal(values.get(place) ?? null);
      written += value.startsWith("-") && written.endsWith("-") ? `(${value})` : value;
    } else written += percents ? text.replaceAll("%%", "%") : text;
    if (own === style) next++;
  }
  return written;
}

/** Is this a list of the parameters of several executions? */
export function isMany(parameters: Json): parameters is Json[] {
  return Array.isArray(parameters) && parameters.length > 0 && parameters.every((each) => typeof each === "object" && each !== null);
}

/**
 * `sql` with `parameters` in the places of its placeholders: `?`, `%s`, `%(name)s`, `:name`, `$1`, `:1` and `@name`.
 *
 * Nothing within strings, comments and quoted names is touched; a placeholder without a value stays. Several
 * executions become several statements.
 */
export function filled(sql: string, parameters: Json): string {
  const all = pieces(sql);
  if (!isMany(parameters)) return one(all, parameters);
  const written: string[] = [];
  let size = 0;
  for (const each of parameters.slice(0, MOST)) {
    if (size > LONGEST) break;
    const text = one(all, each);
    size += text.length;
    written.push(text.replace(/;\s*$/, ""));
  }
  const left = parameters.length - written.length;
  return written.join(";\n") + (left ? `;\n-- and ${left} more executions` : "");
}
