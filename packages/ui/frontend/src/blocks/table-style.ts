/** How a table looks. */
import { css } from "lit";

export const tableStyle = css`
  :host { container-type: inline-size; }
  .over { display: flex; flex-wrap: wrap; gap: 6px 12px; align-items: center; margin-bottom: 4px; min-height: 28px; }
  .over .field { width: 220px; max-width: 100%; margin-left: auto; }
  .over .link { font-size: 11px; }
  .head, .row { display: grid; grid-template-columns: var(--tracks); }
  .head {
    position: sticky; top: var(--dt-sticky, 0); z-index: 2; background: var(--dt-bg); border-bottom: 1px solid var(--dt-line);
    font: 600 11px/16px var(--dt-sans); color: var(--dt-muted);
  }
  .th, .cell { padding: 6px 8px; min-width: 0; }
  .th button { background: none; border: 0; padding: 0; font: inherit; color: inherit; cursor: pointer; text-align: inherit; max-width: 100%; overflow-wrap: anywhere; }
  .th button:hover { color: var(--dt-text); }
  .th .by { color: var(--dt-accent); }
  .r { text-align: right; white-space: nowrap; }
  .item { border-bottom: 1px solid color-mix(in srgb, var(--dt-line) 55%, transparent); scroll-margin: 34px 0 8px; }
  .item.warning { background: color-mix(in srgb, var(--dt-warn) 6%, transparent); }
  .item.error { background: color-mix(in srgb, var(--dt-bad) 7%, transparent); }
  .item.opened { background: var(--dt-surface); }
  .item.linked { box-shadow: inset 3px 0 0 var(--dt-accent); background: color-mix(in srgb, var(--dt-accent) 9%, transparent); }
  .row { font-size: 12px; line-height: 18px; }
  .row.can { cursor: pointer; }
  .row:hover { background: color-mix(in srgb, var(--dt-raised) 60%, transparent); }
  .row:focus-visible { outline-offset: -2px; }
  .cell { overflow-wrap: anywhere; }
  .clamp { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
  .arrow { padding-inline: 2px; color: var(--dt-faint); text-align: center; }
  .no { color: var(--dt-faint); }
  .time { font-weight: 600; color: var(--dt-text); }
  .under { display: flex; flex-wrap: wrap; gap: 0 6px; align-items: baseline; margin-top: 2px; font-size: 12px; color: var(--dt-faint); }
  .stem { display: flex; align-items: baseline; padding-left: calc(var(--depth) * 14px); min-width: 0; }
  .stem .leaf { min-width: 0; }
  .fold { flex: none; width: 16px; color: var(--dt-faint); text-align: center; }
  .fold.can { cursor: pointer; }
  .fold.can:hover { color: var(--dt-text); }
  .more { margin-left: 10px; font-size: 11px; white-space: nowrap; }
  .spark { position: relative; height: 6px; border-radius: 3px; background: var(--dt-raised); margin-top: 6px; overflow: hidden; }
  .spark i { position: absolute; top: 0; bottom: 0; border-radius: 3px; min-width: 2px; }
  .details { padding: 2px 8px 12px 30px; }
  .details > * + * { margin-top: 10px; }
  .full > span { display: block; font-size: 11px; color: var(--dt-muted); margin-bottom: 2px; }
  .mark { text-align: right; }
  /* Where the columns have no room: each row as a few lines, its cells named. */
  .stacked .head { display: flex; flex-wrap: wrap; gap: 0 4px; }
  .stacked .head .arrow { display: none; }
  .stacked .th { padding: 4px 6px; text-align: left; }
  .stacked .row { display: flex; flex-wrap: wrap; padding: 4px 0; }
  .stacked .cell { padding: 2px 8px; text-align: left; max-width: 100%; }
  .stacked .cell[data-title]:not(.wide)::before { content: attr(data-title) " "; color: var(--dt-muted); font-size: 11px; font-weight: 400; }
  .stacked .cell:not(.wide) > div { display: inline; }
  .stacked .wide { flex: 1 1 100%; }
  .stacked .arrow { display: none; }
  .stacked .when, .tight .when { display: none; }
  .stacked .details { padding-left: 10px; }
`;
