/** The dashboard's records: pages from the API and what the live stream adds, newest first, each once. */
import { asApiError, type Api, type ApiError } from "../api";
import type { NoticeBlock, Summary } from "../types";

const most = 20_000;
const pageSize = 100;
/** Milliseconds after which what is wrong with the toolbar is asked for again, while records come or something is. */
const patience = 5_000;

export class Records {
  list: Summary[] = [];
  query = "";
  connected = false;
  everConnected = false;
  paused = false;
  waiting = 0;
  loading = false;
  error: ApiError | null = null;
  /** What is wrong with the toolbar itself. */
  notices: readonly NoticeBlock[] = [];

  #known = new Map<string, Summary>();
  #held = new Map<string, Summary>();
  /** What arrived since the list was asked for: the answer may be older than they are. */
  #since = new Map<string, Summary>();
  #next: string | null = null;
  #turn = 0;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #asking: ReturnType<typeof setTimeout> | undefined;
  #stop: (() => void) | null = null;

  constructor(
    private readonly api: Api,
    private readonly changed: (arrived: Summary | null) => void,
  ) {}

  /** Are there older ones to ask for? */
  get more(): boolean {
    return this.#next !== null;
  }

  /** Start over with this query, and follow it. */
  async search(query: string): Promise<void> {
    const turn = ++this.#turn;
    this.query = query;
    this.loading = true;
    this.#since.clear();
    this.#follow(turn);
    try {
      const page = await this.api.records({ limit: pageSize, q: query });
      if (turn !== this.#turn) return;
      this.#known = new Map([...page.records.map((record): [string, Summary] => [record.id, record]), ...this.#since]);
      this.#held.clear();
      this.#next = page.next;
      this.#told(page.notices);
      this.error = null;
    } catch (error) {
      if (turn === this.#turn) this.error = asApiError(error);
    }
    if (turn !== this.#turn) return;
    this.loading = false;
    this.#sort();
  }

  async older(): Promise<void> {
    const before = this.#next;
    if (!before || this.loading) return;
    const turn = this.#turn;
    this.loading = true;
    try {
      const page = await this.api.records({ limit: pageSize, before, q: this.query });
      if (turn !== this.#turn) return;
      for (const record of page.records) this.#known.set(record.id, record);
      this.#next = this.#known.size < most ? page.next : null;
    } catch (error) {
      if (turn === this.#turn) this.error = asApiError(error);
    }
    if (turn !== this.#turn) return;
    this.loading = false;
    this.#sort();
  }

  /** Hold what arrives back, or let it in. */
  pause(paused: boolean): void {
    this.paused = paused;
    if (!paused) {
      for (const [id, record] of this.#held) this.#known.set(id, record);
      this.#held.clear();
    }
    this.#sort();
  }

  async clear(): Promise<void> {
    await this.api.clear();
    await this.search(this.query);
  }

  close(): void {
    this.#turn += 1;
    clearTimeout(this.#soon);
    clearTimeout(this.#asking);
    this.#asking = undefined;
    this.#stop?.();
  }

  /** Read the newest page once more, into what is there. */
  async #fill(turn: number): Promise<void> {
    const page = await this.api.records({ limit: pageSize, q: this.query }).catch(() => null);
    if (!page || turn !== this.#turn) return;
    for (const record of page.records) if (!this.#known.has(record.id)) this.#known.set(record.id, record);
    this.#told(page.notices);
    this.#sort();
  }

  #told(notices: readonly NoticeBlock[] = []): void {
    this.notices = notices;
    if (notices.length) this.#ask();
  }

  /** Ask in a while what is wrong, once however much happens until then. */
  #ask(): void {
    this.#asking ??= setTimeout(async () => {
      const { notices } = await this.api.records({ limit: 1 }).catch(() => this);
      this.#asking = undefined;
      this.#told(notices);
      this.changed(null);
    }, patience);
  }

  #follow(turn: number): void {
    this.#stop?.();
    const arrived = (record: Summary): void => {
      if (turn !== this.#turn || record.kind === "app") return;
      const target = this.paused && !this.#known.has(record.id) ? this.#held : this.#known;
      target.set(record.id, record);
      if (this.loading) this.#since.set(record.id, record);
      // A burst is drawn once: sorting thousands for each of thousands would freeze the page.
      this.#soon ??= setTimeout(() => this.#sort(), 50);
      this.#ask();
      this.changed(record);
    };
    let opened = false;
    const connected = (now: boolean): void => {
      if (turn !== this.#turn) return;
      // What came after the list was read and before the stream began is in neither.
      if (now && !opened && !this.loading && !this.paused) void this.#fill(turn);
      opened ||= now;
      const back = now && !this.connected && this.everConnected;
      this.connected = now;
      this.everConnected ||= now;
      // What came while the line was cut is only in the list.
      if (back) void this.search(this.query);
      else this.changed(null);
    };
    this.#stop = this.api.live(this.query, arrived, connected);
  }

  #sort(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    this.list = [...this.#known.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, most);
    this.waiting = this.#held.size;
    this.changed(null);
  }
}
