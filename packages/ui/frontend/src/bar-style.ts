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
    "@media print{button{display:none}}",
    // Held at its right end by a transform: growing to the left is then no layout shift.
    `button{all:initial;position:fixed;left:calc(100% - 16px);bottom:16px;transform:translate(-100%);z-index:2147483647;display:flex;max-width:94vw;overflow:hidden;font:12px/34px system-ui;direction:ltr;color-scheme:light dark;cursor:pointer;touch-action:none;border:1px solid #8884;border-radius:18px;color:${lightDark("text")};background:${lightDark("surface")};box-shadow:0 6px 28px #0005}`,
    `:focus-visible{outline:2px solid}`,
    ".l{left:16px;transform:none}.t{bottom:auto;top:16px}",
    ".f{width:18px;height:18px}.f>*{display:none}",
    "span{padding:0 12px;white-space:pre;flex:none}span+span{border-left:1px solid #8884}",
    // When it gets narrow the counts give way, not the status, the findings or the handle.
    "span:has(i){overflow:hidden;flex:initial}",
    `i{display:inline-block;width:7px;height:7px;margin-right:6px;border-radius:18px;background:${lightDark("k-app")}}`,
    ...hued.map((name) => `${hue(name)}{background:${lightDark(name)}}`),
    "small{font-size:12px;opacity:.75}",
    "em{font:600 11px monospace;padding:2px 7px;border-radius:18px;background:color-mix(in srgb,currentcolor 14%,#0000)}",
    // A redirect has no page to be in, so there is no `.s3`.
    `.s2{color:${lightDark("ok")}}.s4{color:${lightDark("warn")}}.s5{color:${lightDark("bad")}}`,
  ].join("");
}
