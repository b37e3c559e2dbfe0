/** What every drawer is given beside its block. */
import type { Api } from "../api";
import type { RecordDetail } from "../types";

/** Go to a panel, or to one of its rows. */
export type Open = (panel: string, row?: number) => void;

export interface Context {
  readonly detail: RecordDetail | null;
  readonly api: Api | null;
  readonly panel: string;
  /** The deep-linked row: a span's index where rows have spans, else the row's own. */
  readonly row: number | null;
  readonly open: Open | null;
}

export const nothingKnown: Context = { detail: null, api: null, panel: "", row: null, open: null };
