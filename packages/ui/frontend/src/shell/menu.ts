/** The menu of panels: with its badges it is the summary of a record. */
import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { base } from "../base";
import { briefSeconds, line } from "../format";
import { prefer, preferences } from "../preferences";
import type { PanelEntry, RecordDetail } from "../types";
import { severityDot } from "./pieces";

/** A panel of the application's own record is `app:` and its name. */
export const applicationPrefix = "app:";

export interface Entry {
  key: string;
  panel: PanelEntry;
}

const order = ["request", "data", "runtime"];
const titles: Readonly<Record<string, string>> = { request: "Request", data: "Data", runtime: "Runtime", application: "Application" };

/** The menu's groups in their order: a stranger's groups come before the application's. */
export function groups(own: readonly PanelEntry[], application: readonly PanelEntry[]): [group: string, entries: Entry[]][] {
  const by = new Map<string, Entry[]>(order.map((group) => [group, []]));
  const add = (group: string, entry: Entry): void => void by.set(group, [...(by.get(group) ?? []), entry]);
  const shared = new Set(application.map(({ name }) => name));
  const late: Entry[] = [];
  for (const panel of own) {
    const entry = { key: panel.name, panel };
    if (panel.group !== "application") add(panel.group, entry);
    // What the application's own record shows too is, of this record, about the request: its route.
    else if (shared.has(panel.name)) add("request", entry);
    else late.push(entry);
  }
  by.set("application", [...late, ...application.map((panel) => ({ key: applicationPrefix + panel.name, panel }))]);
  return [...by].filter(([, entries]) => entries.length > 0);
}

/** Fewer empty panels than this stay where they are, greyed: one line instead of them would tell less. */
const fewEmpty = 4;

/** The entries of a group that are folded away: the empty ones where they are many, but not the one that is open. */
export function foldedOf(entries: readonly Entry[], current: string | null): Entry[] {
  const empty = entries.filter(({ key, panel }) => panel.empty && !panel.failure && !panel.level && key !== current);
  return empty.length < fewEmpty ? [] : empty;
}

@customElement("dt-menu")
export class Menu extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        width: var(--menu, 216px);
        flex: none;
        overflow: auto;
        padding: 8px;
        border-inline-end: 1px solid var(--dt-line);
        background: var(--dt-surface);
      }
      .group {
        padding: 0 8px;
        font: 600 10px/24px var(--dt-sans);
        letter-spacing: 0.08em;
        text-transform: uppercase;
        color: var(--dt-faint);
      }
      button {
        display: flex;
        align-items: center;
        gap: 8px;
        width: 100%;
        height: 28px;
        padding: 0 8px;
        border: 0;
        border-radius: 6px;
        background: none;
        text-align: start;
        white-space: nowrap;
        cursor: pointer;
      }
      button:hover {
        background: color-mix(in srgb, var(--dt-raised) 70%, transparent);
      }
      button[aria-current] {
        background: var(--dt-raised);
        box-shadow: inset 2px 0 0 var(--dt-accent);
      }
      /* What finds no room beside the first words wraps, out of sight: half a number tells nothing. */
      .badge {
        display: flex;
        flex-wrap: wrap;
        justify-content: flex-end;
        flex: 1 1 0;
        min-width: 0;
        height: 16px;
        overflow: hidden;
        color: var(--dt-muted);
        font: 11px/16px var(--dt-mono);
        white-space: pre;
      }
      .badge > span {
        max-width: 100%;
        white-space: pre;
      }
      .badge.warning {
        color: var(--dt-warn);
      }
      .badge.error {
        color: var(--dt-bad);
      }
      .off,
      .more {
        color: var(--dt-faint);
      }
      .more .title {
        font-size: var(--dt-size-tiny);
      }
      .title {
        flex: 0 0 auto;
        max-width: 75%;
      }
      :host([narrow]) {
        display: flex;
        gap: 2px;
        width: auto;
        padding: 4px 8px;
        border: 0;
        border-bottom: 1px solid var(--dt-line);
        overflow-x: auto;
      }
      :host([narrow]) .group,
      :host([narrow]) .more,
      :host([narrow]) .off:not([aria-current]) {
        display: none;
      }
      :host([narrow]) .badge {
        flex: none;
        max-width: 120px;
      }
      :host([narrow]) .title {
        max-width: 200px;
      }
      :host([narrow]) [role="group"] {
        display: contents;
      }
      :host([narrow]) button {
        width: auto;
        flex: none;
      }
      :host([narrow]) button[aria-current] {
        box-shadow: inset 0 -2px 0 var(--dt-accent);
      }
    `,
  ];

  @property({ attribute: false }) detail: RecordDetail | null = null;
  @property({ attribute: false }) application: PanelEntry[] = [];
  /** The key of the panel shown, or null for the overview. */
  @property({ attribute: false }) current: string | null = null;
  @state() private unfolded: readonly string[] = preferences().unfolded;

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute("role", "navigation");
    this.setAttribute("aria-label", "Panels");
    this.addEventListener("keydown", this.#key);
  }

  protected override render(): unknown {
    const all = groups(this.detail?.panels ?? [], this.application);
    if (all[0]?.[0] !== "request") all.unshift(["request", []]);
    return all.map(([group, entries], index) => {
      const id = `group-${index}`;
      return html`<div role="group" aria-labelledby=${id}>
        <div class="group" id=${id}>${titles[group] ?? line(group, 40)}</div>
        ${group === "request" ? this.#overview() : nothing} ${this.#entries(group, entries)}
      </div>`;
    });
  }

  #entries(group: string, entries: readonly Entry[]): TemplateResult {
    const folded = foldedOf(entries, this.current);
    const open = this.unfolded.includes(group);
    const shown = open ? entries : entries.filter((entry) => !folded.includes(entry));
    return html`${shown.map((entry) => this.#entry(entry))}${folded.length ? this.#more(group, folded, open) : nothing}`;
  }

  #more(group: string, folded: readonly Entry[], open: boolean): TemplateResult {
    const names = folded.map(({ panel }) => line(panel.title, 60)).join(", ");
    const turn = (): void => {
      this.unfolded = open ? this.unfolded.filter((each) => each !== group) : [...this.unfolded, group];
      prefer({ unfolded: [...this.unfolded] });
    };
    return html`<button class="more" tabindex="-1" aria-expanded=${open ? "true" : "false"} title="${open ? "Fold" : "Show"} what is empty here: ${names}" @click=${turn}>
      <span class="title cut">${folded.length} empty</span><span class="badge" aria-hidden="true"><span>${open ? "▴" : "▾"}</span></span>
    </button>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("current") || changed.has("detail")) {
      this.renderRoot.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }

  override focus(): void {
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>("[aria-current]")?.focus());
  }

  #overview(): TemplateResult {
    const record = this.detail?.record;
    const time = record ? briefSeconds(record.duration) : "";
    return this.#button(null, "Overview", html`<span class="badge num"><span>${time}</span></span>`, "", "What happened, and where the time went");
  }

  #entry({ key, panel }: Entry): TemplateResult {
    const { badge, failure, needs, level } = panel;
    const title = line(panel.title, 60);
    if (failure) {
      return this.#button(key, title, html`<span class="badge error"><span>failed</span></span>`, "", `${title} failed: ${line(failure.message)}`, "error");
    }
    if (needs) {
      return this.#button(key, title, html`<span class="badge"><span class="cut">needs ${line(needs, 30)}</span></span>`, "off", `${title} needs ${line(needs, 60)}`);
    }
    const words = badge ? [badge.text, badge.detail].filter(Boolean).map((each) => line(String(each), 40)) : [panel.empty ? "–" : ""];
    const [first = "", ...rest] = words;
    const tone = badge?.level === "warning" || badge?.level === "error" ? badge.level : "";
    return this.#button(key, title, html`<span class="badge num ${tone}"><span class="cut">${first}</span>${rest.map((each) => html`<span class="cut"> · ${each}</span>`)}</span>`, panel.empty ? "off" : "", `${title} ${words.join(" · ")}`, level);
  }

  #button(key: string | null, title: string, badge: TemplateResult, kind: string, hint: string, level: PanelEntry["level"] = null): TemplateResult {
    const on = this.current === key;
    return html`<button
      class=${kind}
      aria-current=${on ? "page" : nothing}
      tabindex=${on ? 0 : -1}
      title=${hint}
      data-key=${key ?? ""}
      @click=${() => this.#go(key)}
    >
      ${severityDot(level)}<span class="title cut">${title}</span>${badge}
    </button>`;
  }

  #go(panel: string | null): void {
    this.dispatchEvent(new CustomEvent("go", { detail: { panel, row: null }, bubbles: true, composed: true }));
  }

  #key = (event: KeyboardEvent): void => {
    const buttons = [...this.renderRoot.querySelectorAll("button")].filter((button) => button.offsetParent !== null);
    const at = buttons.findIndex((button) => button.matches(":focus"));
    const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    const button = to === undefined || at < 0 ? undefined : buttons[Math.max(0, Math.min(buttons.length - 1, to))];
    if (!button) return;
    event.preventDefault();
    button.focus();
    if (!button.matches(".more")) this.#go(button.dataset["key"] || null);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "dt-menu": Menu;
  }
}
