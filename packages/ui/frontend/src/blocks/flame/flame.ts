/** `<dt-flame>`: profiles as flame graphs, with zoom, search, a difference, a table, and files for other tools. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { base } from "../../base";
import { inUnit, percent } from "../../format";
import { download } from "../../shell/pieces";
import type { FlameBlock, FlameProfile, TableBlock } from "../../types";
import { nothingKnown, type Context } from "../context";
import { look } from "../look";
import { sheet } from "../sheet";
import { cut } from "../text";
import { shown } from "../value";
import { differenceColour, packageColour } from "./colours";
import { collapsed, speedscope } from "./files";
import { Graph, NARROWEST } from "./graph";
import { inSight, inTime, leftHeavy, matchedWeight, type Call, type Width } from "./stacks";
import { flameStyle } from "./style";
import { asTable, labelOf, nameOf, placeOf, told } from "./words";
import "../table";

const KINDS = 10;

/** What is under the pointer, and where to say so. */
interface Hovered {
  readonly call: Call;
  readonly x: number;
  readonly y: number;
}

@customElement("dt-flame")
export class FlameElement extends LitElement {
  static override styles = [base, sheet, flameStyle];

  @property({ attribute: false }) block: FlameBlock | null = null;
  @property({ attribute: false }) context: Context = nothingKnown;
  @state() private chosen = 0;
  @state() private timed = false;
  @state() private down = true;
  /** Frames are as wide as they were before: in a difference. */
  @state() private past = false;
  @state() private search = "";
  @state() private focused: Call | null = null;
  @state() private current: Call | null = null;
  @state() private hovered: Hovered | null = null;
  @query(".graph") private place!: HTMLElement | null;
  #graph: Graph | null = null;
  #roots = new Map<string, Call>();
  #table: TableBlock | null = null;
  #matched: ReadonlySet<number> | null = null;
  #sizes = new ResizeObserver(() => this.#draw());

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes.disconnect();
    this.#graph = null;
  }

  get #profile(): FlameProfile | null {
    return this.block?.profiles[this.chosen] ?? null;
  }

  #root(timed = this.timed): Call | null {
    const profile = this.#profile;
    if (!profile) return null;
    const key = `${this.chosen} ${timed}`;
    const known = this.#roots.get(key) ?? (timed ? inTime(profile) : leftHeavy(profile));
    this.#roots.set(key, known);
    return known;
  }

  #width: Width = (call) => (this.past ? call.before : call.total);

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("block")) {
      this.#roots.clear();
      this.chosen = Math.min(this.chosen, Math.max(0, (this.block?.profiles.length ?? 1) - 1));
    }
    const other = ["block", "chosen", "timed"].some((name) => changed.has(name));
    if (other) this.focused = this.current = this.hovered = null;
    if (changed.has("block") || changed.has("chosen")) {
      const [profile, root] = [this.#profile, this.#root(false)];
      this.#table = this.block && profile && root ? asTable(this.block, profile, root) : null;
    }
    if (changed.has("search") || changed.has("block")) this.#matched = this.#find();
  }

  protected override updated(changed: PropertyValues): void {
    if (["block", "chosen", "timed", "down", "past", "focused"].some((name) => changed.has(name))) this.#draw();
    else if (changed.has("search") || changed.has("current")) this.#graph?.mark();
  }

  #find(): ReadonlySet<number> | null {
    const needle = this.search.trim().toLowerCase();
    if (!needle || !this.block) return null;
    const found = new Set<number>();
    this.block.frames.forEach((frame, index) => {
      if (`${frame.name}\n${frame.file ?? ""}\n${frame.package ?? ""}`.toLowerCase().includes(needle)) found.add(index);
    });
    return found;
  }

  #draw(): void {
    const { place, block } = this;
    const root = this.#root();
    if (!place || !block || !root?.children.length || !place.clientWidth) return;
    if (!this.#graph) {
      this.#sizes.observe(place);
      this.#graph = new Graph(place, {
        colour: (call) => (this.#profile?.before ? differenceColour(call) : packageColour(call.frame < 0 ? null : (block.frames[call.frame]?.package ?? null))),
        marks: (call) => `${this.#matched ? (this.#matched.has(call.frame) ? "match" : "dim") : ""} ${call === this.current ? "current" : ""}`,
        hover: (call, event) => this.#hover(call, event),
        choose: (call) => this.#zoom(call),
      });
    }
    const wide = place.clientWidth;
    this.#graph.draw(inSight(this.focused ?? root, NARROWEST / wide, this.#width, (frame) => labelOf(block, frame)), wide, this.down);
  }

  #hover(call: Call | null, event: PointerEvent): void {
    const box = this.getBoundingClientRect();
    this.hovered = call ? { call, x: event.clientX - box.left, y: event.clientY - box.top } : null;
  }

  #zoom(call: Call): void {
    this.current = call;
    this.focused = call.parent ? call : null;
  }

  #siblings(call: Call, step: number): Call {
    const all = call.parent?.children ?? [call];
    return all[Math.max(0, Math.min(all.length - 1, all.indexOf(call) + step))] ?? call;
  }

  #key = (event: KeyboardEvent): void => {
    const root = this.#root();
    if (!root || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.current ?? this.focused ?? root;
    const [inner, outer] = this.down ? ["ArrowDown", "ArrowUp"] : ["ArrowUp", "ArrowDown"];
    const acts: Readonly<Record<string, () => Call>> = {
      [inner]: () => at.children[0] ?? at, [outer]: () => at.parent ?? at,
      ArrowRight: () => this.#siblings(at, 1), ArrowLeft: () => this.#siblings(at, -1), Home: () => root,
    };
    const next = acts[event.key]?.();
    if (next) this.current = next;
    else if (event.key === "Enter" || event.key === " ") this.#zoom(at);
    else if (event.key === "Backspace" && this.focused) this.#zoom(this.focused.parent ?? root);
    else if (event.key === "Escape" && this.focused) this.#zoom(root);
    else return;
    event.preventDefault();
    event.stopPropagation();
    // A frame too narrow to be drawn is reached by zooming to its caller.
    if (next && !this.#graph?.elementOf(next)) this.focused = next.parent ?? null;
    void this.updateComplete.then(() => this.current && this.#graph?.elementOf(this.current)?.scrollIntoView({ block: "nearest" }));
  };

  #toggle(label: string, pressed: boolean, act: () => void, title: string): TemplateResult {
    return html`<button type="button" class="btn" aria-pressed=${String(pressed)} title=${title} @click=${act}>${label}</button>`;
  }

  #save(what: "speedscope" | "collapsed"): void {
    const { block } = this;
    const profile = this.#profile;
    if (!block || !profile) return;
    const { panel, detail } = this.context;
    const name = `${panel || "flame"}-${detail?.record.id ?? "graph"}`;
    if (what === "speedscope") download(`${name}.speedscope.json`, speedscope(block, this.chosen));
    else download(`${name}.${profile.name.replace(/\W+/g, "-").toLowerCase()}.txt`, collapsed(block, profile), "text/plain");
  }

  #bar(block: FlameBlock, profile: FlameProfile, root: Call): TemplateResult {
    const found = this.#matched ? matchedWeight(root, (frame) => this.#matched?.has(frame) ?? false, this.#width) : 0;
    const whole = this.#width(root);
    return html`<div class="bar">
      ${block.profiles.length > 1
        ? html`<div class="bar" role="group" aria-label="Profiles">${block.profiles.map((each, index) => this.#toggle(cut(each.name, 40), index === this.chosen, () => { this.chosen = index; }, `${each.name}: ${each.samples.length} stacks`))}</div>`
        : nothing}
      ${this.#toggle("Time order", this.timed, () => { this.timed = !this.timed; }, "Stacks as they came, instead of the heaviest first")}
      ${this.#toggle("Flame", !this.down, () => { this.down = !this.down; }, "Callers below their callees, instead of above them")}
      ${profile.before ? this.#toggle("Before", this.past, () => { this.past = !this.past; }, "Frames as wide as they were before") : nothing}
      ${this.focused ? html`<button type="button" class="btn" @click=${() => this.#zoom(root)}>Reset zoom</button>` : nothing}
      <div class="tools">
        <span class="found muted num" role="status">${this.#matched ? `${percent(whole ? found / whole : 0)} matched` : ""}</span>
        <input class="field" type="search" placeholder="Search frames" aria-label="Search frames" .value=${this.search} @input=${(event: Event) => { this.search = (event.target as HTMLInputElement).value; }} />
        <button type="button" class="btn" title="A file that speedscope.app opens" @click=${() => this.#save("speedscope")}>speedscope</button>
        <button type="button" class="btn" title="A line for each stack, for other tools" @click=${() => this.#save("collapsed")}>Collapsed</button>
      </div>
    </div>`;
  }

  #kinds(block: FlameBlock, profile: FlameProfile): TemplateResult {
    if (profile.before) {
      return html`<div class="kinds"><span><i class="dot" ${look({ background: "var(--more)" })}></i>more than before</span><span><i class="dot" ${look({ background: "var(--less)" })}></i>less</span></div>`;
    }
    const names = [...new Set(block.frames.map((frame) => frame.package))].filter((name) => name !== null);
    return html`<div class="kinds">${names.slice(0, KINDS).map((name) => html`<span><i class="dot" ${look({ background: packageColour(name) })}></i>${shown(cut(name, 40))}</span>`)}${names.length > KINDS ? html`<span>…</span>` : nothing}</div>`;
  }

  #tip(block: FlameBlock, profile: FlameProfile, root: Call): TemplateResult | typeof nothing {
    if (!this.hovered) return nothing;
    const { call, x, y } = this.hovered;
    const left = x > this.clientWidth / 2;
    return html`<div class="tip" aria-hidden="true" ${look({ top: `${y + 16}px`, ...(left ? { right: `${this.clientWidth - x + 8}px` } : { left: `${x + 12}px` }) })}>
      <b>${nameOf(block, call.frame)}</b>${told(block, profile, call, root, profile.before !== null).map((line) => html`<span>${line}</span>`)}</div>`;
  }

  override render(): TemplateResult | typeof nothing {
    const { block } = this;
    const profile = this.#profile;
    const root = this.#root();
    if (!block) return nothing;
    const title = block.title ? html`<h4>${shown(cut(block.title, 300))}</h4>` : nothing;
    if (!profile || !root) return html`${title}<div class="empty">No profile: where the time went would be drawn here.</div>`;
    const whole = inUnit(root.total, profile.unit);
    const said = this.current ? `${nameOf(block, this.current.frame)}: ${told(block, profile, this.current, root, profile.before !== null).join(", ")}` : "";
    return html`${title}${this.#bar(block, profile, root)}
      ${root.children.length
        ? html`<div class="graph" tabindex="0" role="application" aria-label=${`Flame graph of ${cut(profile.name, 60)}: ${whole}. Arrows move, Enter zooms, Escape shows all; the table beneath says the same.`} @keydown=${this.#key}></div>`
        : html`<div class="empty">No stack was taken: the work was too short, or nothing of it ran here.</div>`}
      <div class="under">${this.#kinds(block, profile)}<span class="said" role="status">${said}</span>
        ${this.focused ? html`<span class="mono">${nameOf(block, this.focused.frame)} ${placeOf(block.frames[this.focused.frame])}</span>` : nothing}</div>
      <dt-table .block=${this.#table} .context=${this.context}></dt-table>
      ${this.#tip(block, profile, root)}`;
  }
}
