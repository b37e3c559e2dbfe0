/** Where a source location opens: the user's editor, with paths translated out of a container. */
import { changes, preferences } from "./preferences";
import type { Setup, Source } from "./types";

/** Editors by name, as URL templates of `{path}` and `{line}`. */
export const editors: Readonly<Record<string, { title: string; url: string }>> = {
  vscode: { title: "VS Code", url: "vscode://file{path}:{line}" },
  "vscode-insiders": { title: "VS Code Insiders", url: "vscode-insiders://file{path}:{line}" },
  cursor: { title: "Cursor", url: "cursor://file{path}:{line}" },
  windsurf: { title: "Windsurf", url: "windsurf://file{path}:{line}" },
  zed: { title: "Zed", url: "zed://file{path}:{line}" },
  pycharm: { title: "PyCharm", url: "pycharm://open?file={path}&line={line}" },
  idea: { title: "IntelliJ IDEA", url: "idea://open?file={path}&line={line}" },
  sublime: { title: "Sublime Text", url: "subl://open?url=file://{path}&line={line}" },
  emacs: { title: "Emacs", url: "org-protocol://open-source?url=file://{path}&line={line}" },
  neovim: { title: "Neovim (nvim://)", url: "nvim://open?file={path}&line={line}" },
  textmate: { title: "TextMate", url: "txmt://open?url=file://{path}&line={line}" },
  none: { title: "No editor: copy the path", url: "" },
};

let server: { editor: string | null; paths: [string, string][] } = { editor: null, paths: [] };

/** Take over what the server's configuration says; the reader's own choice stays above it. */
export function useSetup(setup: Pick<Setup, "editor" | "paths">): void {
  server = { editor: setup.editor, paths: Object.entries(setup.paths) };
  changes.dispatchEvent(new Event("change"));
}

/** `/app/views.py` as the reader's machine knows it; the longest matching prefix wins. */
export function mapPath(file: string, paths: readonly (readonly [string, string])[]): string {
  const inside = ([from]: readonly [string, string]): boolean =>
    from !== "" && (file === from || file.startsWith(/[/\\]$/.test(from) ? from : `${from}/`));
  const match = paths.filter(inside).sort((a, b) => b[0].length - a[0].length)[0];
  return match ? match[1] + file.slice(match[0].length) : file;
}

/** A path as it may stand in a URL: each part encoded, a Windows drive with a slash before it. */
function urlPath(path: string): string {
  const slashed = path.replace(/\\/g, "/");
  const rooted = slashed.startsWith("/") ? slashed : `/${slashed}`;
  return rooted.split("/").map((part) => encodeURIComponent(part).replace(/%3A/gi, ":")).join("/");
}

// What a template may not be: it would run in the toolbar's or the page's own origin.
const unsafe = /^\s*(javascript|data|vbscript|blob|file|about)\s*:/i;

/** The URL that opens this source in an editor, or null when there is none or it names no file. */
export function editorUrl(source: Source): string | null {
  const chosen = preferences();
  const name = chosen.editor ?? server.editor ?? "vscode";
  const known = Object.hasOwn(editors, name) ? editors[name]?.url : undefined;
  const template = name === "custom" ? chosen.editorUrl : (known ?? (name.includes("{path}") ? name : ""));
  if (!template || unsafe.test(template) || !/^[a-z][a-z0-9+.-]*:/i.test(template) || /^[<(]/.test(source.file)) return null;
  const path = urlPath(mapPath(source.file, [...chosen.paths, ...server.paths]));
  return template.replace(/\{path\}/g, () => path).replace(/\{line\}/g, String(source.line ?? 1));
}

/** `views.py:48`, for a link. */
export function sourceLabel(source: Source): string {
  const name = source.file.split(/[/\\]/).pop() || source.file;
  return source.line === null ? name : `${name}:${source.line}`;
}

/** `/app/shop/views.py:48 in list_books`, for a title and for copying. */
export function sourceTitle(source: Source): string {
  const place = source.line === null ? source.file : `${source.file}:${source.line}`;
  return source.function ? `${place} in ${source.function}` : place;
}
