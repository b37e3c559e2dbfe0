/** The bar's style sheet, made at build time with the few tokens it uses: it must fit into 2 kB with the bar. */
import { colours, hueNames, lightDark } from "./tokens";

/** The bar's whole style sheet, without white space. */
export function barStyle(): string {
  const hue = (name: keyof typeof colours): string =>
    Object.keys(hueNames)
      .filter((panel) => hueNames[panel] === name)
      .map((panel) => `.${panel}`)
      .join();
  const hued = ["k-sql", "k-cache", "k-http"] as const;
  return [
    ":host{all:initial!important;display:contents!important}",
    // Held at its right end by a transform: growing to the left is then no layout shift. The z-index is past the largest
    // there is, which browsers take instead. The order of these is the one that gzip makes the least of.
    `button{all:initial;z-index:9999999999;font:12px/34px system-ui;cursor:pointer;position:fixed;white-space:pre;width:max-content;touch-action:none;max-width:94vw;left:calc(100% - 16px);bottom:16px;transform:translate(-100%);box-shadow:0 6px 18px #0005;color-scheme:light dark;direction:ltr;color:${lightDark("text")};border-radius:18px;background:${lightDark("surface")};border:1px solid #8884}`,
    "button,div{display:flex;overflow:hidden}:focus-visible{outline:solid}",
    ".l{left:16px;transform:none}.t{bottom:auto;top:16px}",
    ".f{width:16px;height:16px}.f>*{display:none}",
    "span{padding:0 min(1em,2vw)}*+span,div>*{border-left:1px solid #8884}",
    // When it gets narrow the last counts, then times, wrap out of sight: not the status, the findings or the handle.
    "div{flex-flow:wrap;height:34px;white-space:normal}",
    `i{display:inline-block;padding:4px;margin-right:6px;border-radius:18px;background:${lightDark("k-app")}}`,
    ...hued.map((name) => `${hue(name)}{background:${lightDark(name)}}`),
    "small{font-size:12px;opacity:.7;white-space:pre}",
    "em{font:600 11px monospace;padding:2px 7px;border-radius:18px;background:color-mix(in srgb,currentcolor 14%,#0000)}",
    // A redirect has no page to be in, so there is no `.s3`.
    `.s2{color:${lightDark("ok")}}.s4{color:${lightDark("warn")}}.s5{color:${lightDark("bad")}}`,
    "@media print{button{display:none}}",
  ].join("");
}
