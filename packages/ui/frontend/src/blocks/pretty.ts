/** SQL laid out for reading; in a lazy chunk. */
import { formatDialect, postgresql } from "sql-formatter";

/** Longer statements would hold the page for more than about 150 ms. */
export const LONGEST = 20_000;
const HARDEST = 1_000_000;
const BRACKETS = /(?<opens>[([{]|\/\*|\bCASE\b)|[)\]}]|\*\/|\bEND\b/gi;

/** The parser's time grows with the square of how deep each bracket lies: the sum of those squares. */
function hardness(sql: string): number {
  let depth = 0;
  let sum = 0;
  for (const { groups } of sql.matchAll(BRACKETS)) {
    depth = groups?.["opens"] ? depth + 1 : Math.max(0, depth - 1);
    if (groups?.["opens"]) sum += depth * depth;
  }
  return sum;
}

/** `sql` over several lines, with the parameters of every driver we know left alone. */
export function pretty(sql: string): string {
  if (sql.length > LONGEST) throw new Error(`Statements over ${LONGEST} characters are not laid out.`);
  if (hardness(sql) > HARDEST) throw new Error("A statement nested this deeply is not laid out.");
  return formatDialect(sql, {
    dialect: postgresql,
    keywordCase: "preserve",
    paramTypes: { positional: true, numbered: ["$", ":"], named: [":", "@"], custom: [{ regex: String.raw`%\(\w+\)s` }, { regex: "%s" }] },
  });
}
