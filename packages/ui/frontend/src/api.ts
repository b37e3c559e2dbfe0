/** The typed client of the toolbar's API. Failures say what happened and what to do. */
import type { Block, Json, PanelView, RecordDetail, RecordPage, Setup, Summary } from "./types";

/** Something the API could not do: `message` is what happened, `hint` what to do. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly hint: string,
    readonly code: string,
    readonly status: number,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

const hints: Readonly<Record<number, [message: string, hint: string]>> = {
  401: ["This browser is not signed in to the toolbar.", "Open the login link that the server printed when it started."],
  403: ["The toolbar refused this request.", "Open the page from an allowed address, or with the login link the server printed."],
  404: ["This record was evicted or never existed.", "Repeat the request; a larger store keeps records longer."],
  413: ["That is too large for the toolbar.", "Ask for less, or raise the limit in the toolbar's configuration."],
  429: ["Too many requests to the toolbar at once.", "Wait a moment and try again."],
};

/** Any failure as an `ApiError`, so that views have one kind to draw. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof TypeError) {
    return new ApiError("The server does not answer.", "Is it still running? The toolbar tries again when you do.", "unreachable", 0);
  }
  const message = error instanceof Error ? error.message : String(error);
  return new ApiError(`Something went wrong in the toolbar: ${message}`, "Reload the page; if it stays, please report it.", "toolbar", 0);
}

interface Refusal {
  code?: unknown;
  message?: unknown;
  hint?: unknown;
}

async function refusal(response: Response): Promise<ApiError> {
  let said: Refusal = {};
  try {
    const body: unknown = await response.json();
    if (typeof body === "object" && body !== null && "error" in body && typeof body.error === "object") said = body.error ?? {};
  } catch {
    // Not JSON: a proxy or the application answered instead of the toolbar.
  }
  const [message, hint] = hints[response.status] ?? [`The server answered ${response.status}.`, "Its log says more."];
  const text = (value: unknown, otherwise: string): string => (typeof value === "string" && value ? value : otherwise);
  return new ApiError(text(said.message, message), text(said.hint, hint), text(said.code, "http"), response.status);
}

export class Api {
  /** @param prefix where the toolbar is mounted, e.g. `/_debug_toolbar`, without a slash at the end */
  constructor(readonly prefix: string) {}

  records(options: { limit?: number; before?: string | null; q?: string } = {}): Promise<RecordPage> {
    const query = new URLSearchParams();
    if (options.limit) query.set("limit", String(options.limit));
    if (options.before) query.set("before", options.before);
    if (options.q) query.set("q", options.q);
    return this.get(`/records?${query.toString()}`);
  }

  record(id: string): Promise<RecordDetail> {
    return this.get(`/records/${encodeURIComponent(id)}`);
  }

  panel(id: string, panel: string): Promise<PanelView> {
    return this.get(`/records/${encodeURIComponent(id)}/panels/${encodeURIComponent(panel)}`);
  }

  /** Run a panel's action on a stored record; its answer is blocks. */
  act(id: string, panel: string, action: string, values: { [name: string]: Json }): Promise<{ blocks: Block[] }> {
    const path = [id, "panels", panel, "actions", action].map(encodeURIComponent).join("/");
    return this.post(`/records/${path}`, values);
  }

  clear(): Promise<Json> {
    return this.post("/records/clear", {});
  }

  setup(): Promise<Setup> {
    return this.get("/panels");
  }

  /** Arm on-demand panels for the next requests. */
  demand(panels: string[], requests = 1): Promise<Json> {
    return this.post("/demand", { panels, requests });
  }

  /** The address of the dashboard, or of a place in it. */
  link(id?: string, panel?: string | null, row?: number | null): string {
    return `${this.prefix}/${place(id, panel, row)}`;
  }

  /** Follow records as they come. `changed` hears whether the stream is connected. Returns how to stop. */
  live(q: string, arrived: (summary: Summary) => void, changed: (connected: boolean) => void): () => void {
    const source = new EventSource(`${this.prefix}/api/live${q ? `?q=${encodeURIComponent(q)}` : ""}`);
    let again: ReturnType<typeof setTimeout> | undefined;
    let stop = (): void => {
      clearTimeout(again);
      source.close();
    };
    source.addEventListener("open", () => changed(true));
    source.addEventListener("record", (event) => arrived(JSON.parse((event as MessageEvent<string>).data) as Summary));
    source.addEventListener("error", () => {
      changed(false);
      // The browser gives up for good after an answer that is no stream: then try again ourselves.
      if (source.readyState === EventSource.CLOSED) {
        again = setTimeout(() => {
          stop = this.live(q, arrived, changed);
        }, 3000);
      }
    });
    return () => stop();
  }

  private async get<T>(path: string): Promise<T> {
    return this.send<T>(path, { headers: { accept: "application/json" } });
  }

  private async post<T>(path: string, body: Json): Promise<T> {
    const headers = { accept: "application/json", "content-type": "application/json", "x-debug-toolbar": "1" };
    return this.send<T>(path, { method: "POST", headers, body: JSON.stringify(body) });
  }

  private async send<T>(path: string, init: RequestInit): Promise<T> {
    try {
      const response = await fetch(`${this.prefix}/api${path}`, { credentials: "same-origin", cache: "no-store", ...init });
      if (!response.ok) throw await refusal(response);
      return (await response.json()) as T;
    } catch (error) {
      throw asApiError(error);
    }
  }
}

/** The hash of a place in the dashboard: `#/r/{id}/{panel}?row=N`. */
export function place(id?: string | null, panel?: string | null, row?: number | null): string {
  if (!id) return "";
  const where = panel ? `/${encodeURIComponent(panel)}` : "";
  return `#/r/${encodeURIComponent(id)}${where}${row === null || row === undefined ? "" : `?row=${row}`}`;
}
