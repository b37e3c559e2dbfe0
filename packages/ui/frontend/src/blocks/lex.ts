/** Small tokenizers for the languages a code block may hold; in a lazy chunk, and bounded in time. */

export type TokenKind = "kw" | "str" | "num" | "com" | "key" | "name" | "";

/** A run of the text; the runs joined are the text. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const SQL_WORDS =
  "ADD ALL ALTER ANALYZE AND ANY AS ASC BEGIN BETWEEN BY CASCADE CASE CAST CHECK COLLATE COLUMN COMMIT CONFLICT " +
  "CONSTRAINT CREATE CROSS CURRENT DEFAULT DELETE DESC DISTINCT DO DROP ELSE END ESCAPE EXCEPT EXISTS EXPLAIN FALSE " +
  "FETCH FILTER FIRST FOR FOREIGN FROM FULL GROUP HAVING IF ILIKE IN INDEX INNER INSERT INTERSECT INTERVAL INTO IS " +
  "JOIN KEY LAST LATERAL LEFT LIKE LIMIT LOCK MATERIALIZED NATURAL NEXT NOT NOTHING NULL NULLS OFFSET ON ONLY OR " +
  "ORDER OUTER OVER PARTITION PLAN PRAGMA PRIMARY QUERY RECURSIVE REFERENCES RELEASE REPLACE RETURNING RIGHT ROLLBACK " +
  "ROW ROWS SAVEPOINT SELECT SET SHARE SIMILAR SKIP SOME TABLE THEN TO TRANSACTION TRUE TRUNCATE UNION UNIQUE UPDATE " +
  "USING VALUES VIEW WHEN WHERE WINDOW WITH";
const PYTHON_WORDS =
  "False None True and as assert async await break case class continue def del elif else except finally for from " +
  "global if import in is lambda match nonlocal not or pass raise return try while with yield";
const GRAPHQL_WORDS =
  "directive enum extend false fragment implements input interface mutation null on query repeatable scalar schema " +
  "subscription true type union";

interface Language {
  readonly pattern: RegExp;
  readonly words: ReadonlySet<string>;
  readonly upper: boolean;
}

// Every alternative takes at least one character and cannot fail half-way, so each pattern runs in linear time.
const LANGUAGES: Readonly<Record<string, Language>> = {
  sql: {
    pattern:
      /(?<com>--[^\n]*|\/\*[^*]*(?:\*(?!\/)[^*]*)*(?:\*\/)?)|(?<str>'[^']*(?:''[^']*)*'?)|(?<key>"[^"]*"?|`[^`]*`?)|(?<num>\b\d+(?:\.\d+)?(?:e[+-]?\d+)?\b|\$\d+|\?|(?<![:\w]):[a-z_]\w*|%\(\w+\)s|%s)|(?<word>[a-z_]\w*)/gi,
    words: new Set(SQL_WORDS.split(" ")),
    upper: true,
  },
  python: {
    pattern:
      /(?<com>#[^\n]*)|(?<str>\b[rbfu]{0,2}(?:"""[^"]*(?:"(?!"")[^"]*)*(?:""")?|'''[^']*(?:'(?!'')[^']*)*(?:''')?|"[^"\\\n]*(?:\\.[^"\\\n]*)*"?|'[^'\\\n]*(?:\\.[^'\\\n]*)*'?)|"""[^"]*(?:"(?!"")[^"]*)*(?:""")?|"[^"\\\n]*(?:\\.[^"\\\n]*)*"?|'[^'\\\n]*(?:\\.[^'\\\n]*)*'?)|(?<key>@[\w.]+)|(?<num>\b0[xbo][\da-f_]+\b|\b\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?\b)|(?<word>[a-z_]\w*)/gi,
    words: new Set(PYTHON_WORDS.split(" ")),
    upper: false,
  },
  json: {
    pattern:
      /(?<key>"[^"\\]*(?:\\.[^"\\]*)*"(?=\s{0,20}:))|(?<str>"[^"\\]*(?:\\.[^"\\]*)*"?)|(?<num>-?\b\d+(?:\.\d+)?(?:e[+-]?\d+)?\b)|(?<word>[a-z]+)/gi,
    words: new Set(["true", "false", "null"]),
    upper: false,
  },
  graphql: {
    pattern:
      /(?<com>#[^\n]*)|(?<str>"""[^"]*(?:"(?!"")[^"]*)*(?:""")?|"[^"\\\n]*(?:\\.[^"\\\n]*)*"?)|(?<num>\$[A-Za-z_]\w*|-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)|(?<key>@[A-Za-z_]\w*|\b[A-Za-z_]\w*(?=[ \t]{0,9}:))|(?<name>\b[A-Z]\w*)|(?<word>[a-z_]\w*)/g,
    words: new Set(GRAPHQL_WORDS.split(" ")),
    upper: false,
  },
  http: { pattern: /(?<key>^[\w-]+(?=:))|(?<word>^(?:[A-Z]+|HTTP\/\d\S*)(?= ))/gm, words: new Set(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]), upper: false },
  html: { pattern: /(?<com><!--[^-]*(?:-(?!->)[^-]*)*(?:-->)?)|(?<key><\/?[a-z][\w:-]*|\/?>)|(?<str>"[^"<>]*"|'[^'<>]*')/gi, words: new Set(), upper: false },
};

function kindOf(language: Language, groups: Readonly<Record<string, string | undefined>>): TokenKind {
  const { word } = groups;
  if (word !== undefined) return language.words.has(language.upper ? word.toUpperCase() : word) ? "kw" : "";
  return (["com", "str", "key", "num", "name"] as const).find((kind) => groups[kind] !== undefined) ?? "";
}

/** Tokens of `text`; whatever is left after `budget` ms, or an unknown language, is one plain run. */
export function tokens(text: string, name: string, budget = 8): Token[] {
  const language = Object.hasOwn(LANGUAGES, name) ? LANGUAGES[name] : undefined;
  const result: Token[] = [];
  let from = 0;
  if (language) {
    const deadline = performance.now() + budget;
    for (const match of text.matchAll(language.pattern)) {
      const kind = kindOf(language, match.groups ?? {});
      if (kind) {
        if (match.index > from) result.push({ kind: "", text: text.slice(from, match.index) });
        result.push({ kind, text: match[0] });
        from = match.index + match[0].length;
      }
      if ((result.length & 63) === 0 && performance.now() > deadline) break;
    }
  }
  if (from < text.length) result.push({ kind: "", text: text.slice(from) });
  return result;
}
