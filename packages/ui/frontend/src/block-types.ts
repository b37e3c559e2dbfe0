/** The JSON of blocks: what a panel shows. */
import type { BadgeLevel, Json, Level, Source, Unit } from "./types";

export interface BadgeBlock {
  type: "badge";
  text: string;
  detail: string | null;
  level: BadgeLevel | null;
}

export interface NoticeBlock {
  type: "notice";
  level: Level;
  text: string;
  label: string | null;
  hint: string | null;
  source: Source | null;
  saves: number | null;
  key: string | null;
}

export interface FactItem {
  label: string;
  value: Json;
  unit: Unit | null;
  hint: string | null;
}

export interface FactsBlock {
  type: "facts";
  items: FactItem[];
  headline: boolean;
}

export interface Column {
  title: string;
  unit: Unit | null;
  align: string | null;
}

export interface Row {
  cells: Json[];
  level: BadgeLevel | null;
  details: Block[];
  span: number | null;
  /** How deep in a tree; older servers send none. */
  depth?: number;
}

export interface TableBlock {
  type: "table";
  columns: Column[];
  rows: Row[];
  title: string | null;
  empty: string;
  /** Of a tree: how many levels are shown opened; null or none: all. */
  open?: number | null;
}

export interface TimelineBlock {
  type: "timeline";
  panel: string | null;
}

export interface TreeBlock {
  type: "tree";
  value: Json;
  title: string | null;
  open: number;
}

export interface CodeBlock {
  type: "code";
  text: string;
  language: string;
  start: number | null;
  highlight: number | null;
  source: Source | null;
  title: string | null;
  /** The values for an SQL statement's placeholders: a list, a mapping, or a list of those. */
  parameters?: Json;
  /** Where set, the text can be saved as a file of this name. */
  filename?: string;
}

export interface DiffBlock {
  type: "diff";
  before: string;
  after: string;
  language: string;
  title: string | null;
}

export interface FlameFrame {
  name: string;
  file: string | null;
  line: number | null;
  /** What it belongs to; `app` is the user's own code. */
  package: string | null;
}

export interface FlameProfile {
  name: string;
  unit: "s" | "bytes" | "count";
  /** A tree of stacks: each node's frame, and its parent's index, which is smaller, or -1. */
  nodes: { frame: number[]; parent: number[] };
  /** The innermost node of each stack, in the order of time, with its weight, and that before in a difference. */
  samples: number[];
  weights: number[];
  before: number[] | null;
}

export interface FlameBlock {
  type: "flame";
  title: string | null;
  frames: FlameFrame[];
  profiles: FlameProfile[];
}

export interface LaneSlice {
  state: string;
  /** Seconds since the record's start. */
  start: number;
  end: number;
  text: string;
}

export interface LaneItem {
  label: string;
  slices: LaneSlice[];
  source: Source | null;
  depth: number;
  detail: string;
  level: Level | null;
}

export interface LanesBlock {
  type: "lanes";
  lanes: LaneItem[];
  seconds: number;
  title: string | null;
  empty: string;
}

export interface SectionBlock {
  type: "section";
  title: string;
  blocks: Block[];
  open: boolean;
  tabs: boolean;
}

export interface ButtonBlock {
  type: "button";
  action: string;
  label: string;
  arguments: { [name: string]: Json };
  confirm: string | null;
}

/** What a panel yields. A newer server may send others: draw those as a placeholder with their `type`. */
export type Block =
  | BadgeBlock
  | NoticeBlock
  | FactsBlock
  | TableBlock
  | TimelineBlock
  | TreeBlock
  | CodeBlock
  | DiffBlock
  | FlameBlock
  | LanesBlock
  | SectionBlock
  | ButtonBlock;
