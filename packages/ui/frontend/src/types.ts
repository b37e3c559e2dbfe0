/** The JSON of the toolbar's API: records, summaries and panels; blocks are in `block-types.ts`. */
import type { Block, NoticeBlock } from "./block-types";

export type * from "./block-types";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Level = "info" | "warning" | "error";
export type BadgeLevel = Level | "ok";
export type Kind = "http" | "websocket" | "task" | "app";
export type Unit = "s" | "bytes" | "count" | "percent" | "code" | "source" | "json" | "time" | "sql" | "level" | "link" | "record";
export type Pair = [string, string];

/** A place in the user's code. */
export interface Source {
  file: string;
  line: number | null;
  function: string | null;
}

export interface Body {
  size: number;
  seen: number;
  truncated: boolean;
  kind: "json" | "form" | "text" | "binary";
  value: Json;
}

export interface RecordedRequest {
  method: string;
  scheme: string;
  path: string;
  root_path: string;
  query: Pair[];
  query_string: string;
  url: string;
  http_version: string;
  headers: Pair[];
  cookies: Pair[];
  client: string | null;
  subprotocols: string[];
  body: Body | null;
}

export interface RecordedResponse {
  status: number;
  reason: string;
  headers: Pair[];
  size: number | null;
  messages: number;
  started: number | null;
  ended: number | null;
  complete: boolean;
  encoding: string | null;
  body: Body | null;
}

export interface Route {
  path: string;
  name: string | null;
  handler: string | null;
  methods: string[];
  source: Source | null;
  path_params: { [key: string]: Json };
  details: { [key: string]: Json };
}

export interface RecordedError {
  type: string;
  module: string;
  message: string;
  handled: boolean;
  status: number | null;
}

/** Something timed: `start` and `end` are seconds since the record's start. */
export interface Span {
  panel: string;
  name: string;
  start: number;
  end: number;
  attributes: { [key: string]: Json };
  parent: number | null;
  task: string | null;
  source: Source | null;
}

export interface Folded {
  panel: string;
  name: string;
  count: number;
  seconds: number;
}

export interface Failure {
  message: string;
  hook?: string;
}

/** Everything known about one unit of work. */
export interface DebugRecord {
  format: number;
  id: string;
  kind: Kind;
  parent: string | null;
  started_at: number;
  duration: number | null;
  open: boolean;
  request: RecordedRequest | null;
  response: RecordedResponse | null;
  route: Route | null;
  error: RecordedError | null;
  spans: Span[];
  folded: Folded[];
  data: { [panel: string]: Json };
  failures: { [panel: string]: Failure };
  dropped: { [what: string]: number };
  cost: number;
  tags: { [key: string]: Json };
  imported: boolean;
}

export interface SummaryBadge {
  panel: string;
  title: string;
  text: string;
  detail: string | null;
  level: BadgeLevel | null;
}

export interface SummaryNotice {
  panel: string;
  level: Level;
  label: string | null;
  text: string;
}

/** One line of the list; also what the live stream sends and what the bar reads. */
export interface Summary {
  id: string;
  kind: Kind;
  parent: string | null;
  method: string;
  path: string;
  query: string;
  status: number | null;
  started_at: number;
  duration: number | null;
  open: boolean;
  route: string | null;
  handler: string | null;
  size: number | null;
  client: string | null;
  error: string | null;
  content_type: string | null;
  counts: { [panel: string]: { count: number; seconds: number } };
  badges: SummaryBadge[];
  levels: { [level in Level]: number };
  notices: SummaryNotice[];
}

export interface Action {
  name: string;
  title: string;
  description: string;
}

/** One entry of a record's menu. */
export interface PanelEntry {
  name: string;
  title: string;
  group: string;
  badge: { text: string; detail: string | null; level: BadgeLevel | null } | null;
  level: "warning" | "error" | null;
  empty: boolean;
  failure: Failure | null;
  needs: string | null;
  actions: Action[];
}

/** A notice, and whose it is. */
export type PanelNotice = NoticeBlock & { panel: string };

/** The answer of `GET /api/records/{id}`. */
export interface RecordDetail {
  record: DebugRecord;
  summary: Summary;
  panels: PanelEntry[];
  notices: PanelNotice[];
}

export interface RecordPage {
  records: Summary[];
  next: string | null;
  /** What is wrong with the toolbar itself, its store above all; older servers send none. */
  notices?: NoticeBlock[];
}

export interface PanelView {
  panel: PanelEntry;
  blocks: Block[];
}

export interface PanelInfo {
  name: string;
  title: string;
  group: string;
  kinds: Kind[];
  on_demand: boolean;
  needs: string | null;
  error: string | null;
}

/** The answer of `GET /api/panels`: what is installed, and how this toolbar is set up. */
export interface Setup {
  panels: PanelInfo[];
  version: string;
  editor: string | null;
  paths: { [inContainer: string]: string };
  title: string;
}
