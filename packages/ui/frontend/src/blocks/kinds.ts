/** One hue and one name for each kind of span: the tokens for the kinds we know, a stable one for a stranger's panel. */
import { hue, hueNames } from "../tokens";
import type { RecordDetail } from "../types";

// First-party panels that speak of the application itself wear its grey.
const OURS: ReadonlySet<string> = new Set([
  "app", "timer", "request", "response", "headers", "versions", "settings", "routes", "openapi", "exceptions", "alerts",
  "profiling", "memory", "async", "tasks",
]);

// Angles between the hues of the tokens, so that a stranger is not mistaken for one of ours.
const ANGLES = [25, 95, 150, 330] as const;

function hash(text: string): number {
  let value = 2166136261;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 16777619);
  return value >>> 0;
}

/**
 * The colour of a panel's spans, as CSS. A panel we do not know takes the lightness and the chroma of the theme's SQL
 * hue, turned: so it contrasts as well in both themes.
 */
export function colour(panel: string): string {
  if (panel === "tasks") return hue("saq");
  if (OURS.has(panel) || Object.hasOwn(hueNames, panel)) return hue(panel);
  return `oklch(from var(--dt-k-sql) l c ${ANGLES[hash(panel) % ANGLES.length]})`;
}

/** What a panel is called in a legend: its title, else its name. */
export function kindName(panel: string, detail: RecordDetail | null): string {
  if (panel === "app") return "app";
  return detail?.panels.find((entry) => entry.name === panel)?.title ?? panel;
}
