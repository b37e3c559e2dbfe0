/** Profiles as trees: left-heavy (equal stacks merged, heaviest first) or in the order of time. */
import type { FlameBlock, FlameFrame, FlameProfile } from "../../types";

/** A place in the tree: a frame under its callers. */
export interface Call {
  /** Its frame's index; -1 for the root. */
  readonly frame: number;
  readonly parent: Call | null;
  readonly depth: number;
  readonly children: Call[];
  /** Weight by itself, with all it called, and that before, in a difference. */
  own: number;
  total: number;
  before: number;
  /** Stacks it was in. */
  samples: number;
}

/** Calls of a tree in the order of time; finer ones are merged. */
const MOST = 200_000;

const call = (frame: number, parent: Call | null): Call =>
  ({ frame, parent, depth: parent ? parent.depth + 1 : 0, children: [], own: 0, total: 0, before: 0, samples: 0 });

const weightOf = (list: readonly number[] | null, index: number): number => {
  const weight = list?.[index];
  return typeof weight === "number" && weight > 0 && Number.isFinite(weight) ? weight : 0;
};

/** The parent of a node of the wire, or -1: parents come first, so that what points elsewhere makes no circle. */
function above({ nodes }: FlameProfile, index: number): number {
  const parent = nodes.parent[index] ?? -1;
  return Number.isInteger(parent) && parent >= 0 && parent < index ? parent : -1;
}

function add(profile: FlameProfile, at: Call, sample: number): void {
  at.own += weightOf(profile.weights, sample);
  at.before += weightOf(profile.before, sample);
  at.samples += 1;
}

/** Sum up what calls took, from the innermost outwards; `all` has parents before children. */
function sum(all: readonly Call[]): void {
  for (const each of all) each.total = each.own;
  for (let index = all.length - 1; index > 0; index--) {
    const each = all[index];
    if (!each?.parent) continue;
    each.parent.total += each.total;
    each.parent.before += each.before;
    each.parent.samples += each.samples;
  }
}

/** Equal stacks merged, the heaviest call first. */
export function leftHeavy(profile: FlameProfile): Call {
  const root = call(-1, null);
  const all: Call[] = [root];
  const made = profile.nodes.frame.map((frame, index) => {
    const parent = all[above(profile, index) + 1] ?? root;
    const one = call(frame, parent);
    parent.children.push(one);
    all.push(one);
    return one;
  });
  profile.samples.forEach((node, sample) => add(profile, made[node] ?? root, sample));
  sum(all);
  const weight = (each: Call): number => Math.max(each.total, each.before);
  for (const each of all) if (each.children.length > 1) each.children.sort((a, b) => weight(b) - weight(a));
  return root;
}

/** Stacks as they came, those that follow each other merged as far as they are the same. */
export function inTime(profile: FlameProfile): Call {
  const root = call(-1, null);
  const all: Call[] = [root];
  let path: { node: number; call: Call }[] = [];
  profile.samples.forEach((last, sample) => {
    const nodes: number[] = [];
    for (let node = last; node >= 0 && node < profile.nodes.frame.length; node = above(profile, node)) nodes.push(node);
    nodes.reverse();
    let same = 0;
    while (same < path.length && same < nodes.length && path[same]?.node === nodes[same]) same++;
    path = path.slice(0, same);
    for (const node of nodes.slice(same)) {
      if (all.length >= MOST) break;
      const parent = path.at(-1)?.call ?? root;
      const one = call(profile.nodes.frame[node] ?? -1, parent);
      parent.children.push(one);
      all.push(one);
      path.push({ node, call: one });
    }
    add(profile, path.at(-1)?.call ?? root, sample);
  });
  sum(all);
  return root;
}

/** What a frame weighs in a whole profile. */
export interface Heat {
  readonly frame: number;
  own: number;
  total: number;
  before: number;
  samples: number;
}

/** The frames of a left-heavy tree, those with the most weight of their own first; a recursion counts once. */
export function heats(root: Call): Heat[] {
  const found = new Map<number, Heat>();
  const running = new Map<number, number>();
  const stack: [Call, boolean][] = root.children.map((child) => [child, false]);
  for (let next = stack.pop(); next; next = stack.pop()) {
    const [each, leaving] = next;
    const depth = running.get(each.frame) ?? 0;
    running.set(each.frame, leaving ? depth - 1 : depth + 1);
    if (leaving) continue;
    const heat = found.get(each.frame) ?? { frame: each.frame, own: 0, total: 0, before: 0, samples: 0 };
    found.set(each.frame, heat);
    heat.own += each.own;
    if (depth === 0) {
      heat.total += each.total;
      heat.before += each.before;
      heat.samples += each.samples;
    }
    stack.push([each, true]);
    for (const child of each.children) stack.push([child, false]);
  }
  return [...found.values()].sort((a, b) => b.own - a.own || b.total - a.total);
}

/** What a graph is drawn from: a call and those of its callees that are wide enough. */
export interface Drawn {
  readonly call: Call;
  readonly name: string;
  readonly value: number;
  /** It is only there to lead to what is zoomed to. */
  readonly fade: boolean;
  readonly children: Drawn[];
}

const DEEPEST = 400;
const DRAWN = 1_200;

/** How much of the graph a call takes. */
export type Width = (call: Call) => number;

/**
 * The calls to draw when zoomed to `focus`: those of at least `least` of its width, and the callers of it.
 *
 * Where that would be too many, the narrowest are left out: they appear when one zooms in.
 */
export function inSight(focus: Call, least: number, width: Width, name: (frame: number) => string): Drawn {
  const whole = width(focus);
  const build = (share: number): Drawn | null => {
    let count = 0;
    const make = (each: Call, fade: boolean): Drawn => ({ call: each, name: name(each.frame), value: width(each), fade, children: [] });
    const top = make(focus, false);
    const waiting = [top];
    for (let each = waiting.pop(); each; each = waiting.pop()) {
      if (each.call.depth - focus.depth >= DEEPEST) continue;
      for (const child of each.call.children) {
        if (width(child) < share * whole || width(child) === 0) continue;
        if (++count > DRAWN) return null;
        const drawn = make(child, false);
        each.children.push(drawn);
        waiting.push(drawn);
      }
    }
    return top;
  };
  let share = Math.max(least, 1e-9);
  let drawn = build(share);
  while (!drawn) drawn = build((share *= 1.6));
  for (let each = focus.parent; each; each = each.parent) {
    drawn = { call: each, name: name(each.frame), value: width(each), fade: true, children: [drawn] };
  }
  return drawn;
}

/** Weight of the calls that match, nested matches counted once. */
export function matchedWeight(root: Call, matches: (frame: number) => boolean, width: Width): number {
  let found = 0;
  const waiting = [root];
  for (let each = waiting.pop(); each; each = waiting.pop()) {
    if (each.frame >= 0 && matches(each.frame)) found += width(each);
    else waiting.push(...each.children);
  }
  return found;
}

/** What makes a frame the same in two flames: its line only where a function has several, for files are edited in between. */
function sameness(flames: readonly FlameBlock[]): (frame: FlameFrame) => string {
  const name = (frame: FlameFrame): string => JSON.stringify([frame.name, frame.file, frame.package]);
  const several = new Set<string>();
  for (const { frames } of flames) {
    const lines = new Map<string, number | null>();
    for (const frame of frames) {
      if (lines.has(name(frame)) && lines.get(name(frame)) !== frame.line) several.add(name(frame));
      lines.set(name(frame), frame.line);
    }
  }
  return (frame) => (several.has(name(frame)) ? `${name(frame)} ${frame.line}` : name(frame));
}

/** Two flames as one with a difference: the profiles of both by their names, with what each call weighed before. */
export function difference(before: FlameBlock, after: FlameBlock): FlameBlock {
  const same = sameness([before, after]);
  const frames: FlameFrame[] = [];
  const places = new Map<string, number>();
  const place = (frame: FlameFrame | undefined): number => {
    const one = frame ?? { name: "?", file: null, line: null, package: null };
    const key = same(one);
    const known = places.get(key) ?? frames.push(one) - 1;
    places.set(key, known);
    return known;
  };
  const alike = (list: readonly FlameProfile[], { name, unit }: FlameProfile): FlameProfile | undefined => list.find((each) => each.name === name && each.unit === unit);
  const gone = before.profiles.filter((early) => !alike(after.profiles, early)).map((early): FlameProfile => ({ ...early, nodes: { frame: [], parent: [] }, samples: [], weights: [] }));
  const profiles = [...after.profiles, ...gone].map((late): FlameProfile => {
    const early = alike(before.profiles, late);
    const nodes: { frame: number[]; parent: number[] } = { frame: [], parent: [] };
    const known = new Map<string, number>();
    const [weights, earlier] = [new Map<number, number>(), new Map<number, number>()];
    const join = (block: FlameBlock, profile: FlameProfile, into: Map<number, number>): void => {
      const ours: number[] = [];
      profile.nodes.frame.forEach((frame, index) => {
        const parent = ours[above(profile, index)] ?? -1;
        const key = `${parent} ${place(block.frames[frame])}`;
        let node = known.get(key);
        if (node === undefined) {
          node = nodes.frame.push(place(block.frames[frame])) - 1;
          nodes.parent.push(parent);
          known.set(key, node);
        }
        ours.push(node);
      });
      profile.samples.forEach((node, sample) => {
        const at = ours[node] ?? -1;
        into.set(at, (into.get(at) ?? 0) + weightOf(profile.weights, sample));
      });
    };
    join(after, late, weights);
    if (early) join(before, early, earlier);
    const samples = [...new Set([...weights.keys(), ...earlier.keys()])];
    return {
      name: late.name, unit: late.unit, nodes, samples,
      weights: samples.map((node) => weights.get(node) ?? 0), before: samples.map((node) => earlier.get(node) ?? 0),
    };
  });
  return { type: "flame", title: after.title, frames, profiles };
}
