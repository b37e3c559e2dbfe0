/** What is said of a call in words: in the tip, to a screen reader, and in the table. */
import { count, inUnit, percent, plural } from "../../format";
import type { FlameBlock, FlameFrame, FlameProfile, Json, TableBlock } from "../../types";
import { plain } from "../text";
import { heats, type Call } from "./stacks";

const LISTED = 2_000;

/** A frame's name; the root is all of it. */
export function nameOf({ frames }: FlameBlock, frame: number): string {
  return frame < 0 ? "all" : plain(frames[frame]?.name ?? "?", 200);
}

/** What is written on a frame: the user's own functions with their line. */
export function labelOf(block: FlameBlock, index: number): string {
  const frame = block.frames[index];
  const own = frame?.package === "app" && frame.file !== null;
  return own ? `${nameOf(block, index)} ${plain(frame.file?.split(/[/\\]/).pop() ?? "", 80)}${frame.line === null ? "" : `:${frame.line}`}` : nameOf(block, index);
}

/** `views.py:41`, else the package. */
export function placeOf(frame: FlameFrame | undefined): string {
  if (!frame) return "";
  if (frame.file === null) return plain(frame.package ?? "", 100);
  return plain(`${frame.file}${frame.line === null ? "" : `:${frame.line}`}`, 300);
}

/** The lines said of a call; `root` is all there is. */
export function told(block: FlameBlock, { unit }: FlameProfile, call: Call, root: Call, compared: boolean): string[] {
  const amount = (value: number): string => inUnit(value, unit);
  const lines = [`${amount(call.total)} with all it called (${percent(root.total ? call.total / root.total : 0)}), ${amount(call.own)} by itself`];
  if (call.parent && call.parent !== root) lines.push(`${percent(call.parent.total ? call.total / call.parent.total : 0)} of ${nameOf(block, call.parent.frame)}`);
  if (compared) {
    const change = call.total - call.before;
    lines.push(`before: ${amount(call.before)}; ${change === 0 ? "the same" : `${amount(Math.abs(change))} ${change > 0 ? "more" : "less"}`}`);
  }
  lines.push(`in ${plural(call.samples, "stack")}`);
  const place = placeOf(block.frames[call.frame]);
  return place ? [place, ...lines] : lines;
}

/** What the graph shows, as a table: for the keyboard, for a screen reader, and to sort. */
export function asTable(block: FlameBlock, profile: FlameProfile, root: Call): TableBlock {
  const found = heats(root);
  const { unit, before } = profile;
  const column = (title: string, of: TableBlock["columns"][number]["unit"]): TableBlock["columns"][number] => ({ title, unit: of, align: null });
  const rows = found.slice(0, LISTED).map((heat) => {
    const frame = block.frames[heat.frame];
    const source = frame?.file ? { file: frame.file, line: frame.line, function: frame.name } : (frame?.package ?? null);
    const cells: Json[] = [frame?.name ?? "?", source, frame?.package ?? null, heat.own, heat.total, ...(before ? [heat.total - heat.before] : []), heat.samples];
    return { cells, level: null, details: [], span: null };
  });
  const columns = [column("Function", "code"), column("Where", "source"), column("Package", null), column("Own", unit), column("Total", unit), ...(before ? [column("Change", unit)] : []), column("Stacks", "count")];
  const left = found.length - rows.length;
  return { type: "table", title: left > 0 ? `Functions (${count(left)} lighter ones are left out)` : "Functions", empty: "No stack was taken.", columns, rows };
}
