/** What one can do with a record: profile the next one, compare, copy as cURL, export. Folds into one menu when narrow. */
import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { asApiError, place, type Api } from "../api";
import { base } from "../base";
import { copy } from "../blocks/copy";
import { curl } from "../curl";
import type { RecordDetail, Setup, Summary } from "../types";
import { download } from "./pieces";
import { popupItems } from "./popup";
import { recordItems } from "./record-list";

@customElement("dt-actions")
export class Actions extends LitElement {
  static override styles = [
    base,
    popupItems,
    css`
      :host {
        container-type: inline-size;
        flex: 1;
        min-width: 28px;
        align-self: stretch;
        display: flex;
        align-items: center;
        justify-content: flex-end;
      }
      /* As wide as there is room: what comes later, on the left, moves nothing. */
      .all {
        display: flex;
        flex: 1;
        gap: 8px;
        align-items: center;
        justify-content: flex-end;
      }
      .more {
        display: none;
      }
      @container (max-width: 460px) {
        .all {
          display: none;
        }
        .more {
          display: inline-flex;
        }
      }
      .said {
        color: var(--dt-ok);
      }
      .record {
        width: 9px;
        height: 9px;
        border-radius: 50%;
        background: var(--dt-accent);
      }
      .armed .record {
        background: var(--dt-bad);
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) detail: RecordDetail | null = null;
  @property({ attribute: false }) setup: Setup | null = null;
  @property({ attribute: false }) panel: string | null = null;
  @state() private said: { what: string; text: string } | null = null;
  @state() private others: Summary[] | null = null;

  protected override render(): unknown {
    return html`<div class="all">${this.#profile("btn primary")} ${this.#compare()} ${this.#curl("btn")} ${this.#export()}</div>
      <dt-popup class="more" kind="icon" label="More actions">
        <span slot="label" aria-hidden="true">⋯</span>
        ${this.#profile("item")} ${this.#curl("item")} ${this.#exports()}
        <div class="group">Compare with</div>
        <button class="item" @click=${this.#loadOthers}>Choose a record…</button>
        ${this.#choices()}
      </dt-popup>
      <span class="said" role="status">${this.said ? `${this.said.what}: ${this.said.text}` : ""}</span>`;
  }

  #profile(kind: string): TemplateResult | typeof nothing {
    const panels = (this.setup?.panels ?? []).filter(({ on_demand, needs }) => on_demand && !needs);
    if (panels.length === 0) return nothing;
    const names = panels.map(({ title }) => title).join(", ");
    const label = this.#label("profile", "Profile next request");
    return html`<button class=${kind} title="Runs once, with the next request: ${names}" @click=${() => this.#demand(panels.map(({ name }) => name))}>
      <span class="record" aria-hidden="true"></span>${label}
    </button>`;
  }

  #curl(kind: string): TemplateResult {
    return html`<button class=${kind} ?disabled=${!this.detail?.record.request} @click=${this.#copyCurl}>${this.#label("curl", "Copy cURL")}</button>`;
  }

  #compare(): TemplateResult {
    return html`<dt-popup label="Compare with another record" @opened=${this.#loadOthers}>
      <span slot="label">Compare</span>${this.#choices()}
    </dt-popup>`;
  }

  #choices(): TemplateResult | typeof nothing {
    if (!this.others) return nothing;
    const route = this.detail?.summary.route;
    const same = this.others.filter((each) => each.route !== null && each.route === route);
    const rest = this.others.filter((each) => !same.includes(each)).slice(0, 20);
    if (this.others.length === 0) return html`<p class="note">There is no other record yet. Make another request, then compare.</p>`;
    const choose = (id: string): void => void this.dispatchEvent(new CustomEvent("compare", { detail: id, bubbles: true, composed: true }));
    return html`${recordItems("Same route", same, null, choose)} ${recordItems("Others", rest, null, choose)}`;
  }

  #export(): TemplateResult {
    return html`<dt-popup label="Export">
      <span slot="label">${this.#label("export", "Export")} <span aria-hidden="true">▾</span></span>${this.#exports()}
    </dt-popup>`;
  }

  #exports(): TemplateResult {
    return html`<button class="item" data-close ?disabled=${!this.detail} @click=${this.#save}>Download as JSON</button>
      <button class="item" data-close ?disabled=${!this.detail} @click=${this.#copyJson}>Copy as JSON</button>
      <button class="item" data-close ?disabled=${!this.detail} @click=${this.#copyLink}>Copy link to this place</button>`;
  }

  #label(what: string, otherwise: string): string {
    return this.said?.what === what ? this.said.text : otherwise;
  }

  #say(what: string, text: string): void {
    const said = { what, text };
    this.said = said;
    setTimeout(() => {
      if (this.said === said) this.said = null;
    }, 2500);
  }

  async #demand(panels: string[]): Promise<void> {
    try {
      await this.api.demand(panels);
      this.#say("profile", "Armed: make a request");
    } catch (error) {
      this.#say("profile", asApiError(error).message);
    }
  }

  async #copy(what: string, text: string): Promise<void> {
    this.#say(what, (await copy(text)) ? "Copied" : "Could not copy");
  }

  #copyCurl = (): void => {
    const command = this.detail && curl(this.detail.record);
    if (command) void this.#copy("curl", command);
  };

  #json(): string {
    return JSON.stringify(this.detail?.record, null, 2);
  }

  #copyJson = (): void => void this.#copy("export", this.#json());

  #copyLink = (): void => {
    const id = this.detail?.record.id;
    void this.#copy("export", new URL(`${this.api.prefix}/${place(id, this.panel)}`, location.href).href);
  };

  #save = (): void => {
    const record = this.detail?.record;
    if (record) download(`record-${record.id}.json`, this.#json());
  };

  #loadOthers = async (): Promise<void> => {
    try {
      const { records } = await this.api.records({ limit: 60 });
      this.others = records.filter(({ id }) => id !== this.detail?.record.id);
    } catch (error) {
      this.#say("compare", asApiError(error).message);
    }
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "dt-actions": Actions;
  }
}
