/** What a state looks like: a shape and a pattern beside its colour. */
import { svg, type SVGTemplateResult, type TemplateResult, html } from "lit";
import { look } from "../look";

/** Pixels from the top of its track, and high; what it is filled with; `edge` draws only its outline. */
export interface Look {
  readonly name: string;
  readonly top: number;
  readonly height: number;
  readonly colour: string;
  readonly pattern: "solid" | "hatch" | "bars" | "dots" | "cross" | "hollow";
}

const LOOKS: Readonly<Record<string, Look>> = {
  running: { name: "running", top: 5, height: 14, colour: "color-mix(in oklab, var(--dt-ok) 80%, var(--dt-bg))", pattern: "solid" },
  ready: { name: "ready", top: 5, height: 14, colour: "var(--dt-warn)", pattern: "hatch" },
  waiting: { name: "waiting", top: 11, height: 2, colour: "var(--dt-faint)", pattern: "solid" },
  blocking: { name: "blocking", top: 3, height: 18, colour: "var(--dt-bad)", pattern: "cross" },
};

const OTHERS: readonly Look[] = [
  { name: "o1", top: 7, height: 10, colour: "var(--dt-k-http)", pattern: "bars" },
  { name: "o2", top: 7, height: 10, colour: "var(--dt-k-dependency)", pattern: "dots" },
  { name: "o3", top: 7, height: 10, colour: "var(--dt-k-task)", pattern: "hollow" },
  { name: "o4", top: 9, height: 6, colour: "var(--dt-k-ws)", pattern: "solid" },
  { name: "rest", top: 8, height: 8, colour: "var(--dt-k-app)", pattern: "hollow" },
];

/** The looks of states, in the order of a legend: the known ones their own, others one each, the last for all further. */
export function looksOf(states: readonly string[]): ReadonlyMap<string, Look> {
  let other = 0;
  return new Map(states.map((state) => {
    const known = Object.hasOwn(LOOKS, state) ? LOOKS[state] : undefined;
    return [state, known ?? (OTHERS[Math.min(other++, OTHERS.length - 1)] as Look)];
  }));
}

/** What is drawn first lies below: waiting is a line behind all. */
export function inOrder(states: readonly string[]): readonly string[] {
  const rank = (state: string): number => (state === "waiting" ? 0 : state === "running" ? 2 : state === "blocking" ? 3 : 1);
  return [...states].sort((a, b) => rank(a) - rank(b));
}

const MARKS: Readonly<Partial<Record<Look["pattern"], SVGTemplateResult>>> = {
  hatch: svg`<path d="M-1 1l2-2M0 6l6-6M5 7l2-2" stroke-width="1.4" />`,
  cross: svg`<path d="M-1 1l2-2M0 6l6-6M5 7l2-2" stroke-width="1.6" class="light" />`,
  bars: svg`<path d="M1.5 0v6" stroke-width="2" />`,
  dots: svg`<circle cx="2" cy="2" r="1.4" /><circle cx="5" cy="5" r="1.4" />`,
};

/** The patterns that looks refer to, once in each shadow root. */
export function patterns(looks: Iterable<Look>): SVGTemplateResult {
  return svg`<defs>${[...looks].filter(({ pattern }) => pattern in MARKS).map(({ name, pattern, colour }) => svg`
    <pattern id=${`look-${name}`} width="6" height="6" patternUnits="userSpaceOnUse" ${look({ color: colour })}>
      <rect width="6" height="6" class=${pattern === "cross" ? "full" : "thin"} />${MARKS[pattern]}
    </pattern>`)}</defs>`;
}

/** A path in a look. */
export function drawn(path: string, { name, pattern, colour }: Look): SVGTemplateResult {
  const fill = pattern in MARKS ? `url(#look-${name})` : pattern === "hollow" ? "none" : "currentColor";
  return svg`<path d=${path} fill=${fill} class=${pattern === "solid" ? "" : "edge"} ${look({ color: colour })} />`;
}

/** A small picture of a look for the legend. */
export function swatch(one: Look): TemplateResult {
  const high = Math.min(one.height, 12);
  const path = `M1 ${7 - high / 2}h20v${high}h-20z`;
  return html`<svg class="swatch" width="22" height="14" aria-hidden="true">${drawn(path, one)}</svg>`;
}
