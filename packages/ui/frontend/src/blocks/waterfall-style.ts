/** How the waterfall looks. */
import { css } from "lit";

export const waterfallStyle = css`
  :host { container-type: inline-size; --name: clamp(min(200px, 42%), 27%, 300px); }
  .grid { position: relative; }
  .grid.zooming { user-select: none; }
  .axis { position: sticky; top: var(--dt-sticky, 0); z-index: 3; height: 22px; background: var(--dt-bg); border-bottom: 1px solid var(--dt-line); font: 11px/22px var(--dt-mono); color: var(--dt-faint); }
  .scale { position: absolute; left: var(--name); right: 0; top: 0; bottom: 0; overflow: hidden; }
  .scale span { position: absolute; white-space: nowrap; padding-left: 3px; }
  .lines { position: absolute; left: var(--name); right: 0; top: 22px; bottom: 0; pointer-events: none; }
  .lines i { position: absolute; top: 0; bottom: 0; width: 1px; background: color-mix(in srgb, var(--dt-line) 50%, transparent); }
  .picked { position: absolute; top: 22px; bottom: 0; background: color-mix(in srgb, var(--dt-accent) 18%, transparent); border-inline: 1px solid var(--dt-accent); pointer-events: none; z-index: 2; }
  .item { scroll-margin: 30px 0 8px; }
  .row { position: relative; display: flex; height: 24px; align-items: center; border-bottom: 1px solid color-mix(in srgb, var(--dt-line) 45%, transparent); cursor: pointer; }
  .row:hover { background: color-mix(in srgb, var(--dt-raised) 60%, transparent); }
  .row:focus-visible { outline-offset: -2px; }
  .row.warning { background: color-mix(in srgb, var(--dt-warn) 7%, transparent); }
  .row.error { background: color-mix(in srgb, var(--dt-bad) 8%, transparent); }
  .row.chosen { background: var(--dt-raised); }
  .name { width: var(--name); flex: none; display: flex; gap: 8px; align-items: center; padding-right: 12px; font: 12px/18px var(--dt-mono); overflow: hidden; }
  .name > .cut { unicode-bidi: isolate; white-space: pre; }
  .fold { width: 12px; margin-inline: -3px -5px; flex: none; color: var(--dt-faint); text-align: center; font-size: 10px; }
  .fold:hover { color: var(--dt-text); }
  .times { font-weight: 700; flex: none; }
  .track { flex: 1; position: relative; height: 100%; min-width: 0; overflow: hidden; touch-action: pan-y; }
  .track i { position: absolute; top: 6px; height: 12px; border-radius: 3px; min-width: 2px; }
  .track i.many { opacity: 0.35; }
  .track i.band { opacity: 0.3; top: 9px; height: 6px; }
  .track i.point { width: 8px; height: 8px; top: 8px; margin-left: -4px; border-radius: 1px; transform: rotate(45deg); min-width: 0; }
  .track em { position: absolute; top: 3px; font: normal 11px/18px var(--dt-mono); color: var(--dt-muted); white-space: nowrap; pointer-events: none; font-variant-numeric: tabular-nums; }
  .track em.after { padding-left: 6px; }
  .track em.before { padding-right: 6px; }
  .track em.inside { right: 6px; background: var(--dt-bg); color: var(--dt-text); border-radius: 3px; line-height: 14px; top: 5px; padding: 0 4px; }
  .track .point + em { padding-inline: 10px; }
  @container (max-width: 480px) {
    :host { --name: 46%; }
    .name { padding-right: 6px; gap: 5px; }
    .track em { display: none; }
  }
`;
