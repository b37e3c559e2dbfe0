/** The dashboard: every record of the application as it comes, and beside the list the one that is open. */
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { Api, asApiError, type ApiError } from "./api";
import type { FilesApi } from "./dashboard/imported";
import { base, tokenSheet } from "./base";
import { heading } from "./shell/heading";
import "./dashboard/banners";
import "./dashboard/list";
import type { RecordList } from "./dashboard/list";
import { nowhere, readPlace, writePlace, type Place } from "./dashboard/place";
import { Records } from "./dashboard/records";
import type { RouteGroup } from "./dashboard/routes";
import "./dashboard/search-field";
import type { SearchField } from "./dashboard/search-field";
import { dashboardStyle, pageStyle } from "./dashboard/style";
import { count } from "./format";
import { ANY_LIST, applyTheme, prefer, preferences, type Theme } from "./preferences";
import { holds, toggle, write } from "./search";
import "./shell/actions";
import "./shell/detail";
import type { Detail } from "./shell/detail";
import "./shell/menu";
import { failure, severityDot } from "./shell/pieces";
import { popupItems } from "./shell/popup";
import "./shell/resizer";
import { useSetup } from "./sources";
import type { RecordDetail, Setup, Summary } from "./types";

const nextTheme: Readonly<Record<Theme, Theme>> = { auto: "light", light: "dark", dark: "auto" };
const severities = [["error", "Errors"], ["warning", "Warnings"]] as const;

function prefix(): string {
  return document.querySelector<HTMLElement>("script[data-prefix]")?.dataset["prefix"] ?? location.pathname.replace(/\/+$/, "");
}

@customElement("debug-toolbar-dashboard")
export class Dashboard extends LitElement {
  static override styles = [tokenSheet, base, popupItems, dashboardStyle];

  @state() private place: Place = readPlace(location.hash);
  @state() private detail: RecordDetail | null = null;
  @state() private setup: Setup | null = null;
  @state() private chosen = preferences();
  @query("dt-list") private list!: RecordList | null;
  @query("dt-search") private field!: SearchField;
  @query("dt-detail") private shown!: Detail | null;

  readonly #api = new Api(prefix());
  /** Records from files: loaded with the first of them. */
  @state() private files: FilesApi | null = null;
  @state() private dropping = false;
  @state() private refused: ApiError | null = null;
  readonly #records = new Records(this.#api, (arrived) => this.#changed(arrived));
  #searching: ReturnType<typeof setTimeout> | undefined;
  #stale: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    if (pageStyle.styleSheet) document.adoptedStyleSheets.push(pageStyle.styleSheet);
    addEventListener("hashchange", this.#moved);
    addEventListener("keydown", this.#key);
    addEventListener("pagehide", () => this.#records.close());
    addEventListener("pageshow", (event) => event.persisted && void this.#records.search(this.#records.query));
    this.addEventListener("preferred", () => this.#prefer({}));
    this.addEventListener("go", (event) => {
      const { panel, row } = (event as CustomEvent<{ panel: string | null; row: number | null }>).detail;
      this.#go({ ...this.place, panel, row }, false);
    });
    this.addEventListener("compare", (event) => this.#go({ ...nowhere, view: "compare", record: (event as CustomEvent<string>).detail, other: this.place.record }));
    this.addEventListener("dragover", this.#dragged);
    this.addEventListener("dragleave", this.#dragged);
    this.addEventListener("drop", this.#dropped);
    this.#prefer({});
    void this.#records.search("");
    this.#api.setup().then(
      (setup) => {
        useSetup(setup);
        this.setup = setup;
      },
      () => {
        // The list says what is wrong with the server; the defaults do until it answers.
      },
    );
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("place") && this.place.record) this.list?.reveal(this.place.record);
    if (this.place.view === "compare") void import("./shell/compare");
    if (this.place.view === "routes") void import("./dashboard/route-table");
    const { detail } = this;
    const name = this.setup?.title || "Debug toolbar";
    document.title = detail && this.place.record ? `${detail.summary.method} ${detail.summary.path} · ${name}` : name;
  }

  protected override render(): unknown {
    const { list, error } = this.#records;
    const open = this.place.view !== "records" || this.place.record !== null;
    return html`<header class="head">
        <span class="logo"><span aria-hidden="true">◧</span><span class="word"> debug<i>toolbar</i></span></span>
        <dt-search @searched=${this.#searched}></dt-search>
        ${this.#live()}<span class="grow"></span>${this.#tools()}
      </header>
      ${this.#lost()}
      ${this.refused ? html`<div class="banner" role="alert"><b>${this.refused.message}</b> ${this.refused.hint} <button class="btn icon" aria-label="Put away" @click=${() => (this.refused = null)}>✕</button></div>` : nothing}
      <dt-banners .notices=${this.#records.notices}></dt-banners>
      <div class="split ${open ? "opened" : ""}">
        <section class="left" aria-label="Records">
          ${this.#chips()}
          <dt-list .records=${list} .current=${this.place.record} .more=${this.#records.more}
            @chosen=${(event: CustomEvent<string>) => this.#choose(event.detail)} @older=${() => void this.#records.older()}></dt-list>
          ${list.length === 0 ? html`<div class="state list">${error ? failure(error, () => void this.#records.search(this.#records.query)) : this.#empty()}</div>` : nothing}
          <dt-resizer edge="left" label="Width of the list" .share=${this.chosen.list} @resized=${(event: CustomEvent<number>) => this.#prefer({ list: event.detail })}></dt-resizer>
        </section>
        <main class="right" aria-label="Record">${this.#main()}</main>
      </div>
      ${this.dropping ? html`<div class="drop" aria-hidden="true"><b>Drop a record’s JSON file to look at it</b><span>It is read in this page alone.</span></div>` : nothing}`;
  }

  #main(): TemplateResult {
    const { view, record, other, panel, row } = this.place;
    if (view === "routes") {
      return html`<dt-routes .records=${this.#records.list} @chosen=${(event: CustomEvent<string>) => this.#choose(event.detail)} @filter=${this.#filter}></dt-routes>`;
    }
    if (view === "compare") {
      const api = this.#apiOf(record, other);
      if (!api) return html`<div class="state" role="status">Loading…</div>`;
      return html`<dt-compare .api=${api} .left=${record} .right=${other} @close=${() => this.#go({ ...nowhere, record: other })}></dt-compare>`;
    }
    if (!record) return html`<div class="state"><b>Choose a record</b><br />Its notices, timeline and panels appear here. <kbd>j</kbd> and <kbd>k</kbd> go through the list.</div>`;
    const detail = this.detail?.record.id === record ? this.detail : null;
    const api = this.#apiOf(record);
    return html`<div class="tools">
        <dt-actions .api=${this.#api} .detail=${detail} .setup=${this.setup} .panel=${panel}></dt-actions>
        <button class="btn icon" title="Close (Esc)" aria-label="Close the record" @click=${() => this.#go(nowhere)}>✕</button>
      </div>
      ${api ? html`<dt-detail .api=${api} .record=${record} .panel=${panel} .row=${row} .heading=${heading}
        @loaded=${(event: CustomEvent<RecordDetail>) => (this.detail = event.detail)}></dt-detail>` : nothing}`;
  }

  #live(): TemplateResult {
    const { paused, waiting, connected } = this.#records;
    const [kind, word] = paused ? ["paused", waiting ? `paused · ${count(waiting)} new` : "paused"] : connected ? ["", "live"] : ["lost", "connecting…"];
    return html`<button class="btn live ${kind}" aria-pressed=${paused ? "true" : "false"} title="Pause or go on (space)" @click=${this.#pause}>
      <span class="dot" aria-hidden="true"></span><span role="status">${word}</span></button>`;
  }

  #lost(): TemplateResult | typeof nothing {
    const { connected, everConnected } = this.#records;
    if (connected || !everConnected) return nothing;
    return html`<div class="banner" role="alert">The connection to the server is lost; trying again. New records appear when it is back.</div>`;
  }

  #chips(): TemplateResult {
    const { list, query: q } = this.#records;
    return html`<div class="chips" role="group" aria-label="Only records with">
      ${severities.map(([level, title]) => {
        const on = holds(q, `has:${level}`);
        const n = list.filter(({ levels, error }) => levels[level] > 0 || (level === "error" && error !== null)).length;
        return html`<button class="btn" aria-pressed=${on ? "true" : "false"} @click=${() => this.#search(toggle(q, `has:${level}`))}>${severityDot(level)}${title} <span class="num">${count(n)}</span></button>`;
      })}
      <span class="grow"></span>
      <button class="btn" aria-pressed=${this.place.view === "routes" ? "true" : "false"} title="Group by route (g)" @click=${this.#routes}>By route</button>
    </div>`;
  }

  #tools(): TemplateResult {
    const { theme } = this.chosen;
    return html`<label class="btn import" title="Look at a record from a file; or drop it anywhere here">Import<input class="said" type="file" accept=".json,application/json" aria-label="Import a record" @change=${this.#picked} /></label>
      <dt-popup label="Clear">
        <span slot="label">Clear</span>
        <p class="note">Forget all records of this application? They cannot be brought back.</p>
        <button class="item" data-close @click=${this.#clear}>Forget all records</button><button class="item" data-close>Keep them</button>
      </dt-popup>
      <button class="btn icon" title="Theme: ${theme}" aria-label="Theme: ${theme}, next is ${nextTheme[theme]}" @click=${() => this.#prefer({ theme: nextTheme[theme] })}>◐</button>
      <dt-popup kind="icon" label="Settings" @opened=${() => import("./shell/settings")}>
        <span slot="label" aria-hidden="true">⚙</span><dt-settings .setup=${this.setup}></dt-settings>
      </dt-popup>
      <button class="btn icon" title="Help (?)" aria-label="Help" @click=${this.#help}>?</button>`;
  }

  #empty(): TemplateResult {
    const { loading, query: q } = this.#records;
    if (loading) return html`<span role="status">Loading…</span>`;
    if (q) return html`<b>Nothing matches.</b><br />No record fits <code>${q}</code>. <button class="btn" @click=${() => this.#search("")}>Show all</button>`;
    return html`<b>No records yet.</b><br />Every request, WebSocket and background job of the application appears here as it happens. Open a page of it, or call its API.`;
  }

  #changed(arrived: Summary | null): void {
    this.requestUpdate();
    if (!arrived || arrived.id !== this.place.record) return;
    clearTimeout(this.#stale);
    this.#stale = setTimeout(() => this.shown?.reload(), 300);
  }

  #go(place: Place, replace = true): void {
    this.place = place;
    const hash = writePlace(place);
    if (hash === location.hash) return;
    if (replace) history.replaceState(null, "", hash);
    else history.pushState(null, "", hash);
  }

  #moved = (): void => {
    this.place = readPlace(location.hash);
  };

  /** Another record: the same panel stays open, which is how one leafs through them. */
  #choose(record: string): void {
    const panel = this.place.view === "records" ? this.place.panel : null;
    this.#go({ ...nowhere, record, panel }, false);
  }

  #step(by: number): void {
    const { list } = this.#records;
    const at = list.findIndex(({ id }) => id === this.place.record);
    const next = list[at < 0 ? 0 : Math.max(0, Math.min(list.length - 1, at + by))];
    if (next) this.#go({ ...nowhere, record: next.id, panel: this.place.view === "records" ? this.place.panel : null });
  }

  #searched = (event: CustomEvent<string>): void => {
    clearTimeout(this.#searching);
    this.#searching = setTimeout(() => void this.#records.search(event.detail), 200);
  };

  #search(text: string): void {
    this.field.show(text);
    void this.#records.search(text);
  }

  #filter = (event: CustomEvent<RouteGroup>): void => {
    const { method, route, matched } = event.detail;
    this.#search(`${write("method", method)} ${write(matched ? "route" : "path", route)}`);
  };

  #pause = (): void => this.#records.pause(!this.#records.paused);

  #routes = (): void => this.#go(this.place.view === "routes" ? nowhere : { ...nowhere, view: "routes" }, false);

  #clear = async (): Promise<void> => {
    await this.#records.clear().catch(() => undefined);
    this.#go(nowhere);
  };

  /** Who answers about these records; null while what reads files is loaded. */
  #apiOf(...ids: readonly (string | null)[]): Api | null {
    if (!ids.some((id) => id?.startsWith("file:"))) return this.#api;
    if (!this.files) void this.#haveFiles();
    return this.files;
  }

  async #haveFiles(): Promise<FilesApi> {
    const { FilesApi } = await import("./dashboard/imported");
    return (this.files ??= new FilesApi(this.#api.prefix, this.setup?.panels ?? []));
  }

  async #import(file: File | undefined): Promise<void> {
    if (!file) return;
    this.refused = null;
    try {
      const record = await (await this.#haveFiles()).open(file);
      this.#go({ ...nowhere, record }, false);
    } catch (error) {
      this.refused = asApiError(error);
    }
  }

  #picked = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    void this.#import(input.files?.[0]);
    input.value = "";
  };

  #dragged = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.dropping = event.type === "dragover" || (event.relatedTarget !== null && this.contains(event.relatedTarget as Node));
  };

  #dropped = (event: DragEvent): void => {
    this.dropping = false;
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    void this.#import(event.dataTransfer.files[0]);
  };

  #help = (): void => {
    void import("./dashboard/help").then(() => this.renderRoot.append(document.createElement("dt-help")));
  };

  #prefer(change: Parameters<typeof prefer>[0]): void {
    this.chosen = prefer(change);
    applyTheme(this);
    if (this.chosen.list === ANY_LIST) this.style.removeProperty("--list");
    else this.style.setProperty("--list", `${this.chosen.list * 100}%`);
    document.documentElement.style.colorScheme = this.chosen.theme === "auto" ? "" : this.chosen.theme;
  }

  #escape(): void {
    if (this.shown?.matches(":focus-within")) this.list?.focus();
    else if (this.place.record || this.place.view !== "records") this.#go(nowhere, false);
  }

  #key = (event: KeyboardEvent): void => {
    const [target] = event.composedPath();
    const typing = target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
    const helping = this.renderRoot.querySelector("dt-help") !== null;
    if (event.defaultPrevented || helping || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const onControl = target instanceof HTMLElement && target.matches("button, a, summary, [role=button]");
    const down = target instanceof HTMLElement && target.matches(".scroll");
    const acts: Record<string, (() => void) | false> = {
      "/": () => this.field.focus(),
      j: () => this.#step(1),
      k: () => this.#step(-1),
      ArrowDown: down && (() => this.#step(1)),
      ArrowUp: down && (() => this.#step(-1)),
      Enter: !onControl && (() => this.shown?.focus()),
      Escape: () => this.#escape(),
      " ": !onControl && this.#pause,
      g: this.#routes,
      "?": this.#help,
    };
    const act = Object.hasOwn(acts, event.key) ? acts[event.key] : undefined;
    if (!act) return;
    event.preventDefault();
    act();
  };
}
