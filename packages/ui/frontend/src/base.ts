/** Style sheets every element shares: type, buttons, pills, focus. Tokens come from the outermost host. */
import { css, unsafeCSS } from "lit";
import { tokenCss } from "./tokens";

/** The tokens: only for the outermost hosts (dock, dashboard); all elements inside inherit them. */
export const tokenSheet = unsafeCSS(tokenCss());

/** What every element with a shadow root adopts. */
export const base = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  .mono {
    font-family: var(--dt-mono);
    font-size: var(--dt-size-small);
  }
  .num {
    font-variant-numeric: tabular-nums;
  }
  .muted {
    color: var(--dt-muted);
  }
  .faint {
    color: var(--dt-faint);
  }
  .grow {
    flex: 1;
  }
  .cut {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    min-width: 0;
  }
  .dot {
    width: 7px;
    height: 7px;
    border-radius: 50%;
    flex: none;
    background: var(--dt-k-app);
  }
  .dot.warning {
    background: var(--dt-warn);
    border-radius: 1px;
    transform: rotate(45deg);
  }
  .dot.error {
    background: var(--dt-bad);
    border-radius: 1px;
  }
  .pill {
    font: 600 11px/18px var(--dt-mono);
    padding: 0 7px;
    border-radius: var(--dt-radius-pill);
    white-space: nowrap;
    flex: none;
    color: var(--dt-muted);
    background: color-mix(in srgb, var(--dt-muted) 14%, transparent);
  }
  .pill.ok {
    color: var(--dt-ok);
    background: color-mix(in srgb, var(--dt-ok) 14%, transparent);
  }
  .pill.info {
    color: var(--dt-info);
    background: color-mix(in srgb, var(--dt-info) 14%, transparent);
  }
  .pill.warning {
    color: var(--dt-warn);
    background: color-mix(in srgb, var(--dt-warn) 14%, transparent);
  }
  .pill.error {
    color: var(--dt-bad);
    background: color-mix(in srgb, var(--dt-bad) 14%, transparent);
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
  }
  .btn {
    height: 28px;
    display: inline-flex;
    align-items: center;
    gap: 6px;
    padding: 0 10px;
    border: 1px solid var(--dt-line);
    border-radius: var(--dt-radius);
    color: var(--dt-muted);
    background: transparent;
    font-size: var(--dt-size-small);
    white-space: nowrap;
    cursor: pointer;
    text-decoration: none;
    flex: none;
  }
  .btn:hover,
  .btn[aria-expanded="true"] {
    color: var(--dt-text);
    background: var(--dt-raised);
  }
  .btn:disabled {
    opacity: 0.55;
    cursor: default;
  }
  .btn.icon {
    width: 28px;
    padding: 0;
    justify-content: center;
  }
  .btn.primary,
  .btn[aria-pressed="true"] {
    color: var(--dt-accent);
    border-color: color-mix(in srgb, var(--dt-accent) 40%, var(--dt-line));
  }
  .field {
    height: 28px;
    border: 1px solid var(--dt-line);
    border-radius: var(--dt-radius);
    background: var(--dt-raised);
    padding: 0 10px;
    font-size: var(--dt-size-small);
    min-width: 0;
  }
  .field::placeholder {
    color: var(--dt-faint);
    opacity: 1;
  }
  kbd {
    font: 11px var(--dt-mono);
    border: 1px solid var(--dt-line);
    border-bottom-width: 2px;
    border-radius: 4px;
    padding: 0 4px;
    color: var(--dt-muted);
  }
  code {
    font-family: var(--dt-mono);
    font-size: 0.94em;
  }
  a {
    color: var(--dt-accent);
  }
  :focus {
    outline: none;
  }
  :focus-visible {
    outline: 2px solid var(--dt-accent);
    outline-offset: 1px;
  }
  .said {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
      scroll-behavior: auto !important;
    }
  }
`;
