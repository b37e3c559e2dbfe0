/** The dock: what the bar opens. One record of this page, on any edge of the window. */
import { LitElement, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Api } from "./api";
import { base, tokenSheet } from "./base";
import { fetchCalls, pageRecord, pageRecords, type PageRecords } from "./dock/page";
import { dockStyle } from "./dock/style";
import { line, plural } from "./format";
import { applyTheme, corner, prefer, preferences, type Edge, type Theme } from "./preferences";
import "./shell/actions";
import "./shell/detail";
import type { Detail } from "./shell/detail";
import "./shell/menu";
import "./shell/resizer";
import { pathOf, statusPill, took } from "./shell/pieces";
import { popupItems } from "./shell/popup";
import { recordItems } from "./shell/record-list";
import { useSetup } from "./sources";
import type { RecordDetail, Setup } from "./types";

const nextTheme: Readonly<Record<Theme, Theme>> = { auto: "light", light: "dark", dark: "auto" };
const nextEdge: Readonly<Record<Edge, Edge>> = { bottom: "left", left: "top", top: "right", right: "bottom" };
const edgeSigns: Readonly<Record<Edge, string>> = { bottom: "⬓", left: "◧", top: "⬒", right: "◨" };

@customElement("debug-toolbar-dock")
export class Dock extends LitElement {
  static override styles = [tokenSheet, base, popupItems, dockStyle];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) record: string | null = null;
  @state() private panel: string | null = null;
  @state() private row: number | null = null;
  @state() private detail: RecordDetail | null = null;
  @state() private setup: Setup | null = null;
  @state() private records: PageRecords | null = null;
  @state() private fetches = 0;
  @state() private compareTo: string | null = null;
  @state() private chosen = preferences();

  #watch = new MutationObserver(() => this.#follow());
  #calls = new PerformanceObserver(() => this.#count());
  #followed: string | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Debug toolbar");
    this.#followed = pageRecord();
    this.#watch.observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["data-record"] });
    this.#calls.observe({ type: "resource" });
    this.#count();
    this.#place();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watch.disconnect();
    this.#calls.disconnect();
  }

  /** Show another record, its overview first unless the same panel can stay. */
  show(record: string): void {
    this.record = record;
    this.row = null;
    this.compareTo = null;
  }

  override focus(): void {
    this.renderRoot.querySelector<Detail>("dt-detail")?.focus();
  }

  protected override firstUpdated(): void {
    for (const kind of ["keydown", "keyup", "keypress", "input", "pointerdown", "click", "wheel"]) {
      // What is typed here is none of the page's business; its shortcuts stay quiet.
      this.addEventListener(kind, (event) => event.stopPropagation(), { passive: true });
    }
    this.renderRoot.addEventListener("click", (event) => this.#link(event));
    this.addEventListener("keydown", this.#key);
    this.addEventListener("preferred", () => this.#place());
    this.addEventListener("go", (event) => {
      const { panel, row } = (event as CustomEvent<{ panel: string | null; row: number | null }>).detail;
      [this.panel, this.row, this.compareTo] = [panel, row, null];
    });
    this.addEventListener("compare", (event) => void this.#compare((event as CustomEvent<string>).detail));
    this.api.setup().then(
      (setup) => {
        useSetup(setup);
        this.setup = setup;
      },
      () => {
        // Without it links open in VS Code and nothing can be profiled; the record says what is wrong.
      },
    );
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("record")) this.records = null;
  }

  protected override render(): unknown {
    const { edge, height, width } = this.chosen;
    return html`<dt-resizer .edge=${edge} .share=${edge === "left" || edge === "right" ? width : height} @resized=${this.#resized}></dt-resizer>
      <div class="head">
        <span class="logo"><span aria-hidden="true">◧</span><span class="word"> debug<i>toolbar</i></span></span>
        ${this.#switcher()}
        ${this.fetches ? html`<span class="muted fetches num" title="Since this page was loaded">+${plural(this.fetches, "fetch", "fetches")}</span>` : ""}
        <dt-actions .api=${this.api} .detail=${this.detail} .setup=${this.setup} .panel=${this.panel}></dt-actions>
        <div class="icons">${this.#icons()}</div>
      </div>
      ${this.compareTo
        ? html`<dt-compare .api=${this.api} .left=${this.compareTo} .right=${this.record} @close=${() => (this.compareTo = null)}></dt-compare>`
        : html`<dt-detail
            .api=${this.api}
            .record=${this.record}
            .panel=${this.panel}
            .row=${this.row}
            @loaded=${(event: CustomEvent<RecordDetail>) => (this.detail = event.detail)}
          ></dt-detail>`}`;
  }

  #switcher(): TemplateResult {
    const summary = this.detail?.record.id === this.record ? this.detail.summary : null;
    return html`<dt-popup class="switch" kind="wide" label="Which record" @opened=${this.#loadRecords}>
      <span slot="label" class="shown">
        ${summary
          ? html`${statusPill(summary)}<b>${line(summary.method, 12)}</b><span class="mono cut">${pathOf(summary)}</span>
              <span class="grow"></span><span class="muted took">${took(summary.duration)}</span>`
          : html`<span class="mono cut">${this.record ?? ""}</span><span class="grow"></span>`}<span class="faint" aria-hidden="true">▾</span>
      </span>
      ${this.#choices()}
    </dt-popup>`;
  }

  #choices(): TemplateResult {
    if (!this.records) return html`<p class="note" role="status">Loading…</p>`;
    const { page, redirects, fetches, recent } = this.records;
    const show = (id: string): void => this.show(id);
    return html`${recordItems("This page", page ? [page] : [], this.record, show)} ${recordItems("Redirected here", redirects, this.record, show)}
      ${recordItems("Fetched since", fetches, this.record, show)} ${recordItems("Recent", recent, this.record, show)}`;
  }

  #icons(): TemplateResult {
    const { theme, edge } = this.chosen;
    return html`<button class="btn icon optional" title="Theme: ${theme}" aria-label="Theme: ${theme}, next is ${nextTheme[theme]}"
        @click=${() => this.#prefer({ theme: nextTheme[theme] })}>◐</button>
      <button class="btn icon optional" title="Move to the ${nextEdge[edge]}" aria-label="Move to the ${nextEdge[edge]}"
        @click=${() => this.#prefer({ edge: nextEdge[edge] })}>${edgeSigns[nextEdge[edge]]}</button>
      <dt-popup kind="icon" label="Settings" @opened=${() => import("./shell/settings")}>
        <span slot="label" aria-hidden="true">⚙</span><dt-settings page .setup=${this.setup}></dt-settings>
      </dt-popup>
      <a class="btn icon" target="_blank" href=${this.api.link(this.record ?? undefined, this.panel)} title="Open in the dashboard" aria-label="Open in the dashboard">↗</a>
      <button class="btn icon" title="Close (Esc)" aria-label="Close" @click=${this.#close}>✕</button>`;
  }

  #prefer(change: Parameters<typeof prefer>[0]): void {
    prefer(change);
    this.#place();
  }

  /** Put the dock, and the bar behind it, where the reader wants them. */
  #place(): void {
    this.chosen = preferences();
    const { edge, height, width, theme } = this.chosen;
    const upright = edge === "left" || edge === "right";
    this.setAttribute("edge", edge);
    this.style.setProperty("--share", upright ? `${width * 100}vw` : `${height * 100}vh`);
    applyTheme(this);
    const bar = barOf(this);
    if (bar) {
      bar.className = corner();
      bar.style.colorScheme = theme === "auto" ? "" : theme;
    }
  }

  #resized = (event: CustomEvent<number>): void => {
    const { edge } = this.chosen;
    this.#prefer(edge === "left" || edge === "right" ? { width: event.detail } : { height: event.detail });
  };

  #close = (): void => void this.dispatchEvent(new CustomEvent("close"));

  #key = (event: KeyboardEvent): void => {
    const toggles = event.key === "." && (event.ctrlKey || event.metaKey);
    if (event.defaultPrevented || (event.key !== "Escape" && !toggles)) return;
    event.preventDefault();
    if (!toggles && this.compareTo) this.compareTo = null;
    else this.#close();
  };

  /** A link to another record: the dock shows it, the page's own address stays. */
  #link(event: Event): void {
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    const id = /^#\/r\/([0-9a-f]+)/.exec(link?.getAttribute("href") ?? "")?.[1];
    if (!id) return;
    event.preventDefault();
    this.show(id);
  }

  /** The page has become another one without a load: follow, if the reader was looking at the page's record. */
  #follow(): void {
    const id = pageRecord();
    if (!id || id === this.#followed) return;
    if (this.record === this.#followed) this.show(id);
    this.#followed = id;
  }

  #count(): void {
    this.fetches = fetchCalls(this.api.prefix).length;
  }

  #loadRecords = async (): Promise<void> => {
    this.records = await pageRecords(this.api).catch(() => ({ page: this.detail?.summary ?? null, redirects: [], fetches: [], recent: [] }));
  };

  async #compare(id: string): Promise<void> {
    await import("./shell/compare");
    this.compareTo = id;
  }
}

function barOf(dock: HTMLElement): HTMLElement | null {
  const root = dock.getRootNode();
  return root instanceof ShadowRoot ? root.querySelector("button") : null;
}

let before: Element | null = null;

/** Open the dock in the bar's shadow root, or close it. */
export function toggle(shadow: ShadowRoot, prefix: string, record: string): void {
  const bar = shadow.querySelector("button");
  const open = shadow.querySelector("debug-toolbar-dock");
  if (open) {
    open.remove();
    bar?.style.removeProperty("display");
    if (before instanceof HTMLElement && before !== shadow.host && before.isConnected) before.focus();
    else bar?.focus();
    return;
  }
  before = document.activeElement === document.body ? null : document.activeElement;
  const dock = new Dock();
  dock.api = new Api(prefix);
  dock.record = record;
  dock.addEventListener("close", () => toggle(shadow, prefix, record));
  shadow.append(dock);
  if (bar) bar.style.display = "none";
  void dock.updateComplete.then(() => dock.focus());
}
