import assert from "node:assert/strict";
import { test } from "node:test";
import { colours, hueName, tokenCss } from "../src/tokens";

type Rgb = [number, number, number];

function rgb(hex: string): Rgb {
  const full = hex.length === 4 ? hex.slice(1).replace(/./g, "$&$&") : hex.slice(1);
  return [0, 2, 4].map((at) => parseInt(full.slice(at, at + 2), 16)) as Rgb;
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((each) => (each / 255 <= 0.04045 ? each / 255 / 12.92 : ((each / 255 + 0.055) / 1.055) ** 2.4)) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const mix = (a: Rgb, b: Rgb, share: number): Rgb => a.map((each, at) => each * share + (b[at] ?? 0) * (1 - share)) as Rgb;
const grounds = ["bg", "surface", "raised"] as const;
const texts = ["text", "muted", "faint", "accent", "ok", "warn", "bad", "info"] as const;
const themes = [["light", 0], ["dark", 1]] as const;

for (const [theme, at] of themes) {
  test(`every text colour is readable on every ground, AA, ${theme}`, () => {
    for (const text of texts) {
      for (const ground of grounds) {
        const found = contrast(rgb(colours[text][at]), rgb(colours[ground][at]));
        assert.ok(found >= 4.5, `${text} on ${ground}: ${found.toFixed(2)}`);
      }
    }
  });

  test(`pills are readable on their own tint, AA, ${theme}`, () => {
    for (const text of ["ok", "warn", "bad", "info", "muted", "accent"] as const) {
      for (const ground of grounds) {
        const colour = rgb(colours[text][at]);
        const found = contrast(colour, mix(colour, rgb(colours[ground][at]), 0.14));
        assert.ok(found >= 4.5, `${text} on its tint over ${ground}: ${found.toFixed(2)}`);
      }
    }
  });

  test(`hues stand out as graphics, 3 to 1, ${theme}`, () => {
    for (const name of Object.keys(colours).filter((each) => each.startsWith("k-")) as (keyof typeof colours)[]) {
      for (const ground of ["bg", "surface"] as const) {
        const found = contrast(rgb(colours[name][at]), rgb(colours[ground][at]));
        assert.ok(found >= 3, `${name} on ${ground}: ${found.toFixed(2)}`);
      }
    }
  });
}

test("a panel we do not know has the application's hue, also when it is named like a property of objects", () => {
  assert.equal(hueName("sqlalchemy"), "k-sql");
  assert.equal(hueName("constructor"), "k-app");
});

test("the tokens win over what a page says about every element", () => {
  assert.match(tokenCss(), /--dt-bg:light-dark\([^)]+\)!important/);
});
