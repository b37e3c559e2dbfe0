/** The chunks that load when first needed: the drawers of panels, the tokenizers and the SQL formatter. */
import type { Token } from "./lex";

type Lex = typeof import("./lex");

let lex: Lex | null = null;
let coming: Promise<Lex> | null = null;

/** The tokens of `text`, or null while the tokenizers load; then `again` is called. */
export function tokensOf(text: string, language: string, again: () => void): Token[] | null {
  if (lex) return lex.tokens(text, language);
  coming ??= import("./lex");
  coming.then(
    (loaded) => {
      lex = loaded;
      again();
    },
    () => {
      // Without its chunk (server gone) code stays plain; the next drawing tries again.
      coming = null;
    },
  );
  return null;
}

/** `sql` laid out over several lines; throws when it is too long or cannot be read. */
export async function prettySql(sql: string): Promise<string> {
  return (await import("./pretty")).pretty(sql);
}

let drawers: Promise<unknown> | null = null;

/** Have the drawers of panels; false when they cannot be loaded now. Elements drawn before come alive then. */
export async function haveDrawers(): Promise<boolean> {
  drawers ??= import("./drawers");
  try {
    await drawers;
    return true;
  } catch {
    drawers = null;
    return false;
  }
}

/** Have the drawer of flame graphs: where it cannot be loaded now, the words in its place stay, and the next drawing tries again. */
export function haveFlame(): void {
  import("./flame/flame").catch(() => undefined);
}

/** Load the drawers while the browser has nothing to do. */
export function fetchDrawers(): void {
  const idle = typeof requestIdleCallback === "function" ? requestIdleCallback : (act: () => void) => setTimeout(act, 300);
  idle(() => void haveDrawers());
}

/** Have the drawer of lanes, in the same way. */
export function haveLanes(): void {
  import("./lanes/lanes").catch(() => undefined);
}
