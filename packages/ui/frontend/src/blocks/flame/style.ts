/** How a flame graph looks. */
import { css } from "lit";

export const flameStyle = css`
  :host { --more: light-dark(#c8322d, #f0716a); --less: light-dark(#1f63cf, #5b9dff); --ink: light-dark(#fff, #0b0e13); position: relative; }
  .bar { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin-bottom: 10px; }
  .bar .bar { margin: 0 6px 0 0; }
  .tools { margin-left: auto; display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
  .field { width: 190px; max-width: 100%; }
  .found { font-size: 11px; min-width: 84px; text-align: right; }
  .graph { position: relative; overflow: auto; max-height: min(64vh, 620px); border-radius: var(--dt-radius-small); }
  .graph:focus-visible { outline-offset: 2px; }
  svg { display: block; }
  svg rect { stroke: var(--dt-bg); stroke-width: 1; rx: 2px; cursor: pointer; }
  .frame.fade rect { fill-opacity: 0.45; }
  .frame.dim { opacity: 0.38; }
  .frame.match rect { stroke: var(--dt-text); stroke-width: 1.5; }
  .frame:hover rect { fill-opacity: 0.8; }
  .frame.current rect { stroke: var(--dt-text); stroke-width: 2; }
  .d3-flame-graph-label { overflow: hidden; padding: 0 6px; color: var(--ink); font: 11px/20px var(--dt-mono); white-space: nowrap; text-overflow: ellipsis; unicode-bidi: isolate; }
  .frame.fade .d3-flame-graph-label { color: var(--dt-text); }
  .tip { position: absolute; z-index: 5; max-width: min(440px, 90%); padding: 7px 10px; border: 1px solid var(--dt-line); border-radius: var(--dt-radius-small); background: var(--dt-surface); box-shadow: 0 6px 24px light-dark(#0002, #0009); font-size: 12px; pointer-events: none; overflow-wrap: anywhere; }
  .tip b { display: block; font: 600 12px/17px var(--dt-mono); }
  .tip span { display: block; color: var(--dt-muted); }
  .under { display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 8px 0 14px; font-size: 11px; color: var(--dt-muted); min-height: 18px; overflow-wrap: anywhere; }
  .under .kinds { display: flex; flex-wrap: wrap; gap: 2px 12px; }
  .under .kinds span { display: inline-flex; gap: 5px; align-items: center; }
`;
