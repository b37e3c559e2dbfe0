/** Where in the dashboard we are, as the address says: a record, its panel and row; two to compare; the routes. */
import { place } from "../api";

export interface Place {
  view: "records" | "routes" | "compare";
  record: string | null;
  panel: string | null;
  row: number | null;
  /** The second record of a comparison. */
  other: string | null;
}

export const nowhere: Place = { view: "records", record: null, panel: null, row: null, other: null };

function decode(part: string | undefined): string | null {
  if (!part) return null;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Read `#/r/{id}/{panel}?row=N`, `#/compare/{a}/{b}` or `#/routes`. */
export function readPlace(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [view, first, second] = path.split("/");
  if (view === "routes") return { ...nowhere, view: "routes" };
  if (view === "compare" && first && second) return { ...nowhere, view: "compare", record: decode(first), other: decode(second) };
  if (view !== "r" || !first) return nowhere;
  const row = new URLSearchParams(query).get("row");
  return { ...nowhere, record: decode(first), panel: decode(second), row: row !== null && /^\d+$/.test(row) ? Number(row) : null };
}

/** The hash of a place. */
export function writePlace({ view, record, panel, row, other }: Place): string {
  if (view === "routes") return "#/routes";
  if (view === "compare" && record && other) return `#/compare/${encodeURIComponent(record)}/${encodeURIComponent(other)}`;
  return place(record, panel, row) || "#/";
}
