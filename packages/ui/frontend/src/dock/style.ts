/** How the dock looks. */
import { css } from "lit";

export const dockStyle = css`
  :host {
    position: fixed;
    z-index: 2147483647;
    display: flex;
    flex-direction: column;
    color: var(--dt-text);
    background: var(--dt-bg);
    font: var(--dt-size) / 1.45 var(--dt-sans);
    text-align: start;
    box-shadow: var(--dt-shadow);
    overscroll-behavior: contain;
    cursor: default;
  }
  :host([edge="bottom"]) {
    inset: auto 0 0 0;
    height: var(--share);
    min-height: 140px;
    border-top: 1px solid var(--dt-line);
  }
  :host([edge="top"]) {
    inset: 0 0 auto 0;
    height: var(--share);
    min-height: 140px;
    border-bottom: 1px solid var(--dt-line);
  }
  :host([edge="left"]) {
    inset: 0 auto 0 0;
    width: var(--share);
    min-width: min(320px, 100vw);
    border-right: 1px solid var(--dt-line);
  }
  :host([edge="right"]) {
    inset: 0 0 0 auto;
    width: var(--share);
    min-width: min(320px, 100vw);
    border-left: 1px solid var(--dt-line);
  }
  .head {
    display: flex;
    flex: none;
    align-items: center;
    gap: 10px;
    height: 44px;
    padding: 0 14px;
    border-bottom: 1px solid var(--dt-line);
    background: var(--dt-surface);
    container-type: inline-size;
  }
  .logo {
    font-weight: 700;
    letter-spacing: -0.01em;
    white-space: nowrap;
    flex: none;
  }
  .logo i {
    font-style: normal;
    color: var(--dt-accent);
  }
  .switch {
    flex: 0 1 320px;
    min-width: 120px;
  }
  .shown {
    display: flex;
    align-items: center;
    gap: 8px;
    min-width: 0;
    flex: 1;
  }
  .icons {
    display: flex;
    gap: 8px;
    flex: none;
  }
  @container (max-width: 860px) {
    .word,
    .fetches {
      display: none;
    }
  }
  @container (max-width: 620px) {
    .optional {
      display: none;
    }
    .icons {
      gap: 4px;
    }
    .shown .took {
      display: none;
    }
  }
  @media print {
    :host {
      display: none !important;
    }
  }
`;
