/** SQL laid out for reading; in a lazy chunk. */
import { formatDialect, postgresql } from "sql-formatter";

/** Longer statements would hold the page for more than about 150 ms. */
export const LONGEST = 20_000;

/** `sql` over several lines, with the parameters of every driver we know left alone. */
export function pretty(sql: string): string {
  if (sql.length > LONGEST) throw new Error(`Statements over ${LONGEST} characters are not laid out.`);
  return formatDialect(sql, {
    dialect: postgresql,
    keywordCase: "preserve",
    paramTypes: { positional: true, numbered: ["$", ":"], named: [":", "@"], custom: [{ regex: String.raw`%\(\w+\)s` }, { regex: "%s" }] },
  });
}
