/** The name of a file to save: what a record says, without what could mislead or lead elsewhere. */

const LONGEST = 100;
const NONE = "download.txt";

/** Names that Windows keeps for devices, whatever their ending. */
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** A name without folders, controls, marks that turn the direction of reading, dots in front or behind; at most 100 characters. */
export function fileName(wanted: string): string {
  const last = wanted.slice(-1_000).split(/[/\\]/).pop() ?? "";
  const clean = last
    .normalize("NFKC")
    .replace(/[^\p{L}\p{M}\p{N} ._()+=@-]/gu, "-")
    .replace(/\s+/g, " ")
    .replace(/^[. -]+|[. ]+$/g, "");
  if (!clean || DEVICES.test(clean)) return NONE;
  const dot = clean.lastIndexOf(".");
  const ending = dot > 0 && clean.length - dot <= 12 ? clean.slice(dot) : "";
  return clean.length <= LONGEST ? clean : `${[...clean].slice(0, LONGEST - ending.length).join("")}${ending}`;
}

/** What the browser is told the file is: nothing that it would run. */
export function fileType(name: string): string {
  return /\.json$/i.test(name) ? "application/json" : "text/plain";
}
