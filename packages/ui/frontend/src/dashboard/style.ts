/** How the dashboard looks. */
import { css } from "lit";

export const pageStyle = css`
  html,
  body {
    margin: 0;
    height: 100%;
    color-scheme: light dark;
    background: light-dark(#f6f7f9, #0e1116);
  }
`;

export const dashboardStyle = css`
  :host {
    position: fixed;
    inset: 0;
    display: flex;
    flex-direction: column;
    color: var(--dt-text);
    background: var(--dt-bg);
    font: var(--dt-size) / 1.45 var(--dt-sans);
  }
  .head {
    display: flex;
    flex: none;
    align-items: center;
    gap: 10px;
    min-height: 44px;
    padding: 0 14px;
    border-bottom: 1px solid var(--dt-line);
    background: var(--dt-surface);
  }
  .logo {
    font-weight: 700;
    letter-spacing: -0.01em;
    white-space: nowrap;
  }
  .logo i {
    font-style: normal;
    color: var(--dt-accent);
  }
  .live {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    border: 0;
    color: var(--dt-ok);
  }
  .live .dot {
    background: currentColor;
  }
  .live.paused,
  .live.lost {
    color: var(--dt-warn);
  }
  .live.lost .dot {
    border-radius: 0;
  }
  .split {
    display: flex;
    flex: 1;
    min-height: 0;
  }
  .left {
    position: relative;
    display: flex;
    flex-direction: column;
    width: var(--list, min(47%, max(460px, 100% - 840px)));
    min-width: 280px;
    flex: none;
    border-inline-end: 1px solid var(--dt-line);
  }
  .chips {
    display: flex;
    gap: 6px;
    align-items: center;
    padding: 6px 10px;
    border-bottom: 1px solid var(--dt-line);
    overflow-x: auto;
    scrollbar-width: none;
  }
  .chips .btn {
    height: 22px;
    padding: 0 8px;
    border-radius: 11px;
  }
  dt-list,
  dt-routes {
    flex: 1;
    min-height: 0;
  }
  .right {
    --menu: 188px;
    display: flex;
    flex-direction: column;
    flex: 1;
    min-width: 0;
    min-height: 0;
  }
  .tools {
    display: flex;
    align-items: center;
    gap: 8px;
    height: 40px;
    flex: none;
    padding: 0 14px;
    border-bottom: 1px solid var(--dt-line);
  }
  .state {
    margin: auto;
    padding: 24px;
    max-width: 52ch;
    color: var(--dt-muted);
    overflow-wrap: anywhere;
  }
  .state b {
    color: var(--dt-text);
  }
  .state.list {
    position: absolute;
    inset: 80px 0 auto;
  }
  .head dt-popup {
    flex: none;
  }
  .import:focus-within {
    outline: 2px solid var(--dt-accent);
    outline-offset: 1px;
  }
  .drop {
    position: fixed;
    inset: 10px;
    z-index: 30;
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: 4px;
    border: 2px dashed var(--dt-accent);
    border-radius: 12px;
    background: color-mix(in srgb, var(--dt-bg) 88%, transparent);
    color: var(--dt-text);
    pointer-events: none;
  }
  .drop span {
    color: var(--dt-muted);
  }
  .failure p {
    margin: 4px 0 12px;
  }
  .banner {
    padding: 4px 12px;
    background: color-mix(in srgb, var(--dt-warn) 12%, transparent);
    color: var(--dt-warn);
    font-size: var(--dt-size-small);
  }
  @media (max-width: 900px) {
    .split {
      flex-direction: column;
    }
    .left {
      width: auto;
      min-width: 0;
      flex: 1;
      border: 0;
    }
    .split.opened .left {
      flex: none;
      height: 42%;
      border-bottom: 1px solid var(--dt-line);
    }
    .split:not(.opened) .right {
      display: none;
    }
    dt-resizer {
      display: none;
    }
  }
  @media (max-width: 640px) {
    .head {
      flex-wrap: wrap;
      gap: 8px;
      padding: 8px 10px;
    }
    .head dt-search {
      order: 9;
      flex: 1 1 100%;
    }
    .word {
      display: none;
    }
  }
  @media (max-width: 380px) {
    .head {
      gap: 6px 4px;
      padding-inline: 6px;
    }
  }
`;

