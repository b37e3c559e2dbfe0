/** A flame as files of other tools: speedscope's JSON, and collapsed stacks. */
import type { FlameBlock, FlameProfile } from "../../types";

const UNITS = { s: "seconds", bytes: "bytes", count: "none" } as const;

/** Each sample's stack as frames, outermost first; equal ones share a list. */
function stacksOf({ nodes, samples }: FlameProfile): number[][] {
  const made = new Map<number, number[]>();
  const stack = (last: number): number[] => {
    const known = made.get(last);
    if (known) return known;
    const found: number[] = [];
    for (let node = last; node >= 0 && node < nodes.frame.length; ) {
      found.push(nodes.frame[node] ?? 0);
      const parent = nodes.parent[node] ?? -1;
      node = parent < node ? parent : -1;
    }
    made.set(last, found.reverse());
    return found;
  };
  return samples.map(stack);
}

/** The text of a file that speedscope opens: https://www.speedscope.app/file-format-schema.json. */
export function speedscope({ frames, profiles, title }: FlameBlock, active = 0): string {
  return JSON.stringify({
    $schema: "https://www.speedscope.app/file-format-schema.json",
    exporter: "debug-toolbar",
    name: title ?? "Debug Toolbar",
    activeProfileIndex: active,
    shared: {
      frames: frames.map(({ name, file, line }) => ({ name, ...(file === null ? {} : { file }), ...(line === null ? {} : { line }) })),
    },
    profiles: profiles.map((profile) => ({
      type: "sampled",
      name: profile.name,
      unit: UNITS[profile.unit] ?? "none",
      startValue: 0,
      endValue: profile.weights.reduce((sum, weight) => sum + weight, 0),
      samples: stacksOf(profile),
      weights: profile.weights,
    })),
  });
}

/** A frame's name without what separates frames and lines. */
function plainName(name: string): string {
  return name.replace(/;/g, ":").replace(/\s+/g, " ").trim() || "?";
}

/** Collapsed stacks, `outer;inner 12` a line: seconds as whole microseconds. */
export function collapsed({ frames }: FlameBlock, profile: FlameProfile): string {
  const weights = new Map<string, number>();
  const names = frames.map(({ name, file, line }) => plainName(file === null ? name : `${name} (${file.split(/[/\\]/).pop() ?? ""}${line === null ? "" : `:${line}`})`));
  stacksOf(profile).forEach((stack, sample) => {
    const key = stack.map((frame) => names[frame] ?? "?").join(";") || "(none)";
    weights.set(key, (weights.get(key) ?? 0) + (profile.weights[sample] ?? 0));
  });
  const factor = profile.unit === "s" ? 1e6 : 1;
  return [...weights].map(([stack, weight]) => `${stack} ${Math.round(weight * factor)}\n`).join("");
}
