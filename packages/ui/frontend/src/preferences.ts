/** What the reader chose, kept in this browser: theme, edge, sizes, editor. Works without storage too. */

export type Theme = "auto" | "light" | "dark";
export type Edge = "bottom" | "top" | "left" | "right";

export interface Preferences {
  theme: Theme;
  edge: Edge;
  /** The dock's size as a share of the window, by orientation. */
  height: number;
  width: number;
  /** Width of the dashboard's list as a share of the window. */
  list: number;
  editor: string | null;
  editorUrl: string;
  paths: [string, string][];
  /** Groups of the menu whose empty panels are shown too. */
  unfolded: string[];
}

const key = "debug-toolbar-dock";
// The bar reads these two by itself, before any of this is loaded.
const themeKey = "debug-toolbar-theme";
const cornerKey = "debug-toolbar";
/** The share of the list that nobody chose: then the list leaves a narrow window's record more. */
export const ANY_LIST = 0.47;
const defaults: Preferences = {
  theme: "auto",
  edge: "bottom",
  height: 0.62,
  width: 0.5,
  list: ANY_LIST,
  editor: null,
  editorUrl: "",
  paths: [],
  unfolded: [],
};

let current: Preferences | null = null;

/** Says `change` when the reader chose something, or the server's configuration came. */
export const changes = new EventTarget();

function stored(): Partial<Preferences> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** What was chosen, with defaults for the rest and for what does not fit. */
export function preferences(): Preferences {
  if (current) return current;
  const found = stored();
  const fits = Object.entries(defaults).filter(([name, value]) => {
    const mine: unknown = found[name as keyof Preferences];
    return value === null ? typeof mine === "string" : typeof mine === typeof value && Array.isArray(mine) === Array.isArray(value);
  });
  current = { ...defaults, ...Object.fromEntries(fits.map(([name]) => [name, found[name as keyof Preferences]])) };
  return current;
}

/** Change some preferences and remember them. */
export function prefer(change: Partial<Preferences>): Preferences {
  current = { ...preferences(), ...change };
  try {
    localStorage.setItem(key, JSON.stringify(current));
    if (current.theme === "auto") localStorage.removeItem(themeKey);
    else localStorage.setItem(themeKey, current.theme);
  } catch {
    // No storage here (a sandboxed frame, a private window): it holds until the page goes.
  }
  changes.dispatchEvent(new Event("change"));
  return current;
}

/** The bar's corner: `l` for left, `t` for top, nothing for the others. */
export function corner(): string {
  try {
    return (localStorage.getItem(cornerKey) ?? "").replace(/[^lt ]/g, "").trim();
  } catch {
    return "";
  }
}

/** Remember a corner for the bar. */
export function moveBar(names: string): void {
  try {
    localStorage.setItem(cornerKey, names);
  } catch {
    // Then the bar only moves until the page goes.
  }
}

/** The host shows the chosen theme; `auto` follows the system. */
export function applyTheme(host: HTMLElement): void {
  const { theme } = preferences();
  if (theme === "auto") host.removeAttribute("theme");
  else host.setAttribute("theme", theme);
}
