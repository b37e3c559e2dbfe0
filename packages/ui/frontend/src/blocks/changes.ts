/** Two texts line by line: what was taken out, what was put in, and what stayed; bounded in time. */

/** A line of the difference; `before` and `after` are its numbers in either text. */
export interface Change {
  readonly kind: "same" | "out" | "in";
  readonly text: string;
  readonly before: number | null;
  readonly after: number | null;
}

/** Texts with more lines than this, or more differences, are shown one after the other. */
const LINES = 5_000;
const DIFFERENCES = 700;

function sameAhead(a: readonly string[], b: readonly string[]): number {
  let count = 0;
  while (count < a.length && count < b.length && a[count] === b[count]) count++;
  return count;
}

/** For each number of differences, how far along `a` each diagonal got (Myers); null where there are too many. */
function trace(a: readonly string[], b: readonly string[]): Int32Array[] | null {
  const most = Math.min(a.length + b.length, DIFFERENCES);
  const reached = new Int32Array(2 * most + 3);
  const kept: Int32Array[] = [];
  for (let count = 0; count <= most; count++) {
    kept.push(reached.slice());
    for (let diagonal = -count; diagonal <= count; diagonal += 2) {
      const at = diagonal + most + 1;
      const down = diagonal === -count || (diagonal !== count && (reached[at - 1] ?? 0) < (reached[at + 1] ?? 0));
      let x = down ? (reached[at + 1] ?? 0) : (reached[at - 1] ?? 0) + 1;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x++;
      reached[at] = x;
      if (x >= a.length && x - diagonal >= b.length) return kept;
    }
  }
  return null;
}

/** The kinds of the lines from the first to the last, found by walking a trace backwards. */
function walk(a: readonly string[], b: readonly string[], kept: readonly Int32Array[]): Change["kind"][] {
  const most = Math.min(a.length + b.length, DIFFERENCES);
  const kinds: Change["kind"][] = [];
  let [x, y] = [a.length, b.length];
  for (let count = kept.length - 1; count >= 0; count--) {
    const reached = kept[count] ?? new Int32Array();
    const diagonal = x - y;
    const at = diagonal + most + 1;
    const down = diagonal === -count || (diagonal !== count && (reached[at - 1] ?? 0) < (reached[at + 1] ?? 0));
    const before = down ? (reached[at + 1] ?? 0) : (reached[at - 1] ?? 0);
    const start = count === 0 ? 0 : down ? before : before + 1;
    for (; x > start; x--, y--) kinds.push("same");
    if (count === 0) break;
    kinds.push(down ? "in" : "out");
    x = before;
    y = before - (down ? diagonal + 1 : diagonal - 1);
  }
  return kinds.reverse();
}

/** The difference of two texts, and whether it is the smallest there is: of texts that differ too much it is all of both. */
export function changes(before: string, after: string): { lines: Change[]; exact: boolean } {
  const [a, b] = [before.split(/\r?\n/), after.split(/\r?\n/)];
  const head = sameAhead(a, b);
  const tail = sameAhead(a.slice(head).reverse(), b.slice(head).reverse());
  const [inA, inB] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  const kept = inA.length > LINES || inB.length > LINES ? null : trace(inA, inB);
  const middle = kept ? walk(inA, inB, kept) : [...inA.map(() => "out" as const), ...inB.map(() => "in" as const)];
  const same = (count: number): "same"[] => Array.from({ length: count }, () => "same");
  let [x, y] = [0, 0];
  const lines = [...same(head), ...middle, ...same(tail)].map((kind): Change => {
    const text = (kind === "in" ? b[y] : a[x]) ?? "";
    return { kind, text, before: kind === "in" ? null : ++x, after: kind === "out" ? null : ++y };
  });
  return { lines, exact: kept !== null };
}

/** A run of lines to draw: `folded` ones are the same in both, and far from any change. */
export interface Run {
  readonly from: number;
  readonly to: number;
  readonly folded: boolean;
}

/** Runs of lines, with `around` unchanged ones kept beside each change. */
export function runs(lines: readonly Change[], around = 3): Run[] {
  const near = new Uint8Array(lines.length);
  lines.forEach(({ kind }, index) => {
    if (kind !== "same") near.fill(1, Math.max(0, index - around), index + around + 1);
  });
  const found: Run[] = [];
  for (let from = 0; from < lines.length; ) {
    let to = from + 1;
    while (to < lines.length && near[to] === near[from]) to++;
    found.push({ from, to, folded: near[from] === 0 && to - from > 1 });
    from = to;
  }
  return found;
}
