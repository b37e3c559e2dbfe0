/** Recorded strings, made safe and honest to look at: nothing in them may hide, reorder or flood. */

/** A run of text; with `name` it stands for one character that would be invisible or would reorder its neighbours. */
export interface Part {
  readonly text: string;
  readonly name?: string;
}

// Built from a raw string so that this file itself holds none of the characters it is about.
// A carriage return before a newline is a plain line end; a joiner between two emoji makes one emoji.
const HIDDEN = new RegExp(
  String.raw`[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200c\u200e\u200f` +
    String.raw`\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\r(?!\n)` +
    String.raw`|(?<![\p{Extended_Pictographic}\ufe0f\u{1f3fb}-\u{1f3ff}])\u200d|[\u{e0000}-\u{e007f}]|\p{Cs}`,
  "gu",
);

const NAMES: Readonly<Record<number, string>> = {
  0x00: "null", 0x07: "bell", 0x08: "backspace", 0x0d: "carriage return", 0x1b: "escape", 0x7f: "delete",
  0xad: "soft hyphen", 0x61c: "Arabic letter mark", 0x200b: "zero-width space", 0x200c: "zero-width non-joiner",
  0x200d: "zero-width joiner", 0x200e: "left-to-right mark", 0x200f: "right-to-left mark",
  0x2028: "line separator", 0x2029: "paragraph separator", 0x202a: "left-to-right embedding",
  0x202b: "right-to-left embedding", 0x202c: "pop directional formatting", 0x202d: "left-to-right override",
  0x202e: "right-to-left override", 0x2060: "word joiner", 0x2066: "left-to-right isolate",
  0x2067: "right-to-left isolate", 0x2068: "first strong isolate", 0x2069: "pop directional isolate",
  0xfeff: "byte order mark",
};

const CONTROLS =
  "NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US".split(" ");

function picture(code: number): string {
  if (code < 0x20) return CONTROLS[code] ?? "";
  if (code === 0x7f) return "DEL";
  const hex = code.toString(16);
  return code > 0xffff ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`;
}

function kindOf(code: number): string {
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return "control character";
  if (code >= 0xd800 && code < 0xe000) return "lone surrogate";
  return "invisible character";
}

function chip(character: string): Part {
  const code = character.codePointAt(0) ?? 0;
  const name = NAMES[code] ?? kindOf(code);
  return { text: picture(code), name: `${name} (U+${code.toString(16).toUpperCase().padStart(4, "0")})` };
}

/** Split `text` into what may be shown as it is and chips for control characters, bidi overrides and the like. */
export function visible(text: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > from) parts.push({ text: text.slice(from, match.index) });
    parts.push(chip(match[0]));
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}

/** The same as one plain string, for a title or a label. */
export function plain(text: string, limit = 1000): string {
  const shown = visible(cut(text, limit)).map((part) => part.text).join("");
  return text.length > limit ? `${shown}…` : shown;
}

/** The first `limit` UTF-16 units of `text`, never half a character. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? limit - 1 : limit);
}

/** A run of a sentence; `code` when it stood between backticks. */
export interface Run {
  readonly text: string;
  readonly code: boolean;
}

/** Split a sentence at its `backtick` spans; a backtick without a partner is just a backtick. */
export function codeRuns(sentence: string): Run[] {
  const runs: Run[] = [];
  let from = 0;
  for (const match of sentence.matchAll(/`([^`]+)`/g)) {
    if (match.index > from) runs.push({ text: sentence.slice(from, match.index), code: false });
    runs.push({ text: match[1] ?? "", code: true });
    from = match.index + match[0].length;
  }
  if (from < sentence.length) runs.push({ text: sentence.slice(from), code: false });
  return runs;
}
