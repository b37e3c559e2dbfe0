/** The style sheet all drawers share, beside the toolbar's own. */
import { css } from "lit";

export const sheet = css`
  :host {
    display: block; min-width: 0;
    /* Hues as text: nearer to the text's own colour, for its contrast. */
    --ink-sql: color-mix(in oklab, var(--dt-k-sql) 78%, var(--dt-text)); --ink-cache: color-mix(in oklab, var(--dt-k-cache) 66%, var(--dt-text));
    --ink-name: color-mix(in oklab, var(--dt-k-dependency) 70%, var(--dt-text));
    --ink-template: color-mix(in oklab, var(--dt-k-template) 74%, var(--dt-text)); --ink-http: color-mix(in oklab, var(--dt-k-http) 78%, var(--dt-text));
  }
  .text { unicode-bidi: isolate; overflow-wrap: anywhere; }
  .chip {
    display: inline-block; padding: 0 3px; margin: 0 1px; border-radius: 3px; white-space: nowrap; unicode-bidi: isolate; text-transform: none;
    font: 600 10px/15px var(--dt-mono); color: var(--dt-warn); border: 1px solid color-mix(in srgb, var(--dt-warn) 45%, transparent);
  }
  .link {
    background: none; border: 0; padding: 0; margin: 0; color: var(--dt-accent); cursor: pointer; font: inherit; text-align: start;
  }
  .link:hover { text-decoration: underline; }
  .quiet { color: var(--dt-faint); }
  .quiet:hover { color: var(--dt-text); }
  [data-said]::after { content: " · " attr(data-said); color: var(--dt-ok); }
  .empty {
    border: 1px dashed var(--dt-line); border-radius: var(--dt-radius); padding: 14px 16px; color: var(--dt-muted);
    max-width: 72ch; overflow-wrap: anywhere;
  }
  h4 { margin: 0; font: 600 13px/20px var(--dt-sans); color: var(--dt-text); overflow-wrap: anywhere; }
`;
