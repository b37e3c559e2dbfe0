/** How lanes look, beside what they share with the waterfall. */
import { css } from "lit";

export const lanesStyle = css`
  :host { position: relative; }
  .bar { display: flex; flex-wrap: wrap; gap: 6px 14px; align-items: center; margin-bottom: 8px; }
  .legend { display: flex; flex-wrap: wrap; gap: 4px 16px; flex: 1 1 240px; font-size: 11px; color: var(--dt-muted); min-width: 0; margin: 0; padding: 0; list-style: none; }
  .legend li { display: inline-flex; gap: 6px; align-items: center; overflow-wrap: anywhere; }
  .tools { margin-left: auto; display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
  .field { width: 190px; max-width: 100%; }
  .defs { position: absolute; width: 0; height: 0; }
  pattern .thin { fill: currentColor; fill-opacity: 0.16; }
  pattern .full { fill: currentColor; }
  pattern path { stroke: currentColor; fill: none; }
  pattern .light { stroke: var(--dt-bg); stroke-opacity: 0.75; }
  pattern circle { fill: currentColor; }
  .edge { stroke: currentColor; stroke-width: 1; stroke-opacity: 0.55; }
  .swatch { flex: none; }
  .track svg { position: absolute; left: 0; top: 0; overflow: hidden; display: block; }
  .track .here { fill: none; stroke: var(--dt-text); stroke-width: 1.5; }
  .name { gap: 6px; }
  .name .dot { margin-inline: 2px; }
  .cursor, .at { position: absolute; top: 0; width: 1px; pointer-events: none; }
  .cursor { bottom: 0; z-index: 1; background: color-mix(in srgb, var(--dt-accent) 70%, transparent); }
  .at { z-index: 4; height: 0; }
  .at span { position: absolute; top: 2px; left: 4px; padding: 0 4px; border-radius: 3px; background: var(--dt-accent); color: var(--dt-bg); font: 600 11px/18px var(--dt-mono); white-space: nowrap; font-variant-numeric: tabular-nums; }
  .at.late span { left: auto; right: 4px; }
  .tip { position: absolute; z-index: 5; max-width: min(420px, 90%); padding: 7px 10px; border: 1px solid var(--dt-line); border-radius: var(--dt-radius-small); background: var(--dt-surface); box-shadow: 0 6px 24px light-dark(#0002, #0009); font-size: 12px; pointer-events: none; overflow-wrap: anywhere; }
  .tip b { display: block; font: 600 12px/17px var(--dt-mono); }
  .tip span { display: block; color: var(--dt-muted); font-variant-numeric: tabular-nums; }
  .opened { position: relative; z-index: 2; padding: 8px 12px 12px; background: var(--dt-surface); border-bottom: 1px solid color-mix(in srgb, var(--dt-line) 45%, transparent); }
  .opened .facts { display: flex; flex-wrap: wrap; gap: 2px 18px; margin-bottom: 8px; font-size: 12px; align-items: baseline; }
  .opened .facts b { font-weight: 600; overflow-wrap: anywhere; }
  @container (max-width: 480px) { .tools, .field { width: 100%; } }
`;
