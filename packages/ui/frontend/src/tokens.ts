/** The design tokens: every colour in both themes, one hue per kind of span, radii, type sizes. */

type Pair = readonly [light: string, dark: string];

/** Colours as [light, dark]; the custom property is `--dt-<name>`. */
export const colours = {
  bg: ["#f6f7f9", "#0e1116"],
  surface: ["#fff", "#151a21"],
  raised: ["#f1f3f6", "#1b212a"],
  line: ["#dfe3ea", "#262e3a"],
  text: ["#1b2230", "#d9dfe9"],
  muted: ["#566176", "#939db0"],
  faint: ["#626c7f", "#828da1"],
  accent: ["#1a50c8", "#7aa8ff"],
  ok: ["#116b33", "#4cc38a"],
  warn: ["#93460a", "#f0b429"],
  bad: ["#b52a26", "#f5837f"],
  info: ["#1a50c8", "#7aa8ff"],
  "k-app": ["#6f7a8c", "#8b95a7"],
  "k-sql": ["#1d6fd8", "#58a6ff"],
  "k-cache": ["#b85f0e", "#f0a35e"],
  "k-http": ["#8b46d6", "#c08cf7"],
  "k-template": ["#0c8470", "#4fc8b0"],
  "k-task": ["#b83280", "#e57fb8"],
  "k-ws": ["#527f18", "#9ccf5c"],
  "k-user": ["#8a6d00", "#d8c25a"],
  "k-log": ["#4f6f8f", "#8fb3d6"],
  "k-dependency": ["#0b7a99", "#5fc6e3"],
  "k-event": ["#7f6a4c", "#cdb594"],
  "k-graphql": ["#5b5bd6", "#9893f9"],
} as const satisfies Record<string, Pair>;

/** Sizes and faces; the custom property is `--dt-<name>`. */
export const sizes = {
  radius: "8px",
  "radius-small": "5px",
  "radius-pill": "9px",
  size: "13px",
  "size-small": "12px",
  "size-tiny": "11px",
  "size-big": "18px",
  mono: 'ui-monospace,"JetBrains Mono","SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace',
  sans: 'Inter,system-ui,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif',
} as const;

const hues: Readonly<Record<string, keyof typeof colours>> = {
  sqlalchemy: "k-sql",
  cache: "k-cache",
  "http-client": "k-http",
  templates: "k-template",
  saq: "k-task",
  events: "k-event",
  dependencies: "k-dependency",
  strawberry: "k-graphql",
  websocket: "k-ws",
  user: "k-user",
  span: "k-user",
  logging: "k-log",
};

/** The name of a panel's hue, e.g. `k-sql`; panels we do not know share the application's grey. */
export function hueName(panel: string): keyof typeof colours {
  return Object.hasOwn(hues, panel) ? (hues[panel] ?? "k-app") : "k-app";
}

/** A panel's hue as a CSS value, e.g. `var(--dt-k-sql)`. */
export function hue(panel: string): string {
  return `var(--dt-${hueName(panel)})`;
}

/** Panels with a hue of their own. */
export const hueNames = hues;

/** One colour for both themes as a CSS value. */
export function lightDark(name: keyof typeof colours): string {
  return `light-dark(${colours[name].join(",")})`;
}

/** All tokens as one rule for the outermost shadow host. `!important`: a page's `* {…}` must not win. */
export function tokenCss(): string {
  const names = Object.keys(colours) as (keyof typeof colours)[];
  const all = [
    ...names.map((name) => [name, lightDark(name)] as const),
    ...Object.entries(sizes),
    ["shadow", "0 -8px 40px light-dark(#0002,#0009)"] as const,
  ];
  return [
    `:host{${all.map(([name, value]) => `--dt-${name}:${value}!important`).join(";")};color-scheme:light dark}`,
    ":host([theme=light]){color-scheme:light!important}",
    ":host([theme=dark]){color-scheme:dark!important}",
  ].join("\n");
}
