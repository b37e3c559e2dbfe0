/** The menu of panels: with its badges it is the summary of a record. */
import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { base } from "../base";
import { briefSeconds, line } from "../format";
import type { PanelEntry, RecordDetail } from "../types";
import { severityDot } from "./pieces";

/** A panel of the application's own record is `app:` and its name. */
export const applicationPrefix = "app:";

interface Entry {
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
      .badge {
        margin-inline-start: auto;
        color: var(--dt-muted);
        font: 11px var(--dt-mono);
      }
      .badge.warning {
        color: var(--dt-warn);
      }
      .badge.error {
        color: var(--dt-bad);
      }
      .off {
        color: var(--dt-faint);
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
      :host([narrow]) .off {
        display: none;
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
        ${group === "request" ? this.#overview() : nothing} ${entries.map((entry) => this.#entry(entry))}
      </div>`;
    });
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
    return this.#button(null, "Overview", html`<span class="badge num">${time}</span>`, "", "What happened, and where the time went");
  }

  #entry({ key, panel }: Entry): TemplateResult {
    const { badge, failure, needs, level } = panel;
    const title = line(panel.title, 60);
    if (failure) {
      return this.#button(key, title, html`<span class="badge error">failed</span>`, "", `${title} failed: ${line(failure.message)}`, "error");
    }
    if (needs) {
      return this.#button(key, title, html`<span class="badge cut">needs ${line(needs, 30)}</span>`, "off", `${title} needs ${line(needs, 60)}`);
    }
    const text = badge ? [badge.text, badge.detail].filter(Boolean).map((each) => line(String(each), 40)).join(" · ") : panel.empty ? "–" : "";
    const tone = badge?.level === "warning" || badge?.level === "error" ? badge.level : "";
    return this.#button(key, title, html`<span class="badge cut num ${tone}">${text}</span>`, panel.empty ? "off" : "", `${title} ${text}`, level);
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
    this.#go(button.dataset["key"] || null);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "dt-menu": Menu;
  }
}
