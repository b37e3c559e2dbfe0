/** The bar: what is in every page. All it loads before it is opened fits into 2,048 bytes, so it is terse. */
import type { Summary } from "./types";

declare const BAR_STYLE: string;

const name = "debug-toolbar";

const element = (tag: string, kind: string, ...inside: (string | Node)[]): HTMLElement => {
  const made = document.createElement(tag);
  made.className = kind;
  made.append(...inside);
  return made;
};

if (!document.querySelector(name)) {
  const host = element(name, "");
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  const button = element("button", "");
  const fetches = element("small", "");
  let record: string;
  let prefix: string;
  let seen: number;
  let timer = 0;
  let x: number;
  let y: number;

  // Its class names are its place: l(eft), t(op), f(olded).
  const place = (names: string): void => {
    button.className = names;
    try {
      localStorage[name] = names;
    } catch {}
  };
  const folded = (): boolean => button.matches(".f");
  const dragged = (): boolean => x * x + y * y > 25;

  const open = (): unknown =>
    import("./dock").then(
      (dock) => dock.toggle(shadow, prefix, record),
      () => window.open(prefix + "/#/r/" + record),
    );

  // A status' colour is that of its first digit; findings take the one of 4xx or 5xx.
  const section = (...inside: (string | Node)[]): HTMLElement => element("span", "", ...inside);
  // Numbers become text in `append`.
  const bold = (text: string | number): HTMLElement => element("b", "", text as string);
  const pill = (kind: unknown, text: unknown): HTMLElement => element("em", "s" + (kind + "")[0], text as string);

  const draw = (summary?: Summary): void => {
    button.replaceChildren(section("◧"));
    if (summary) {
      const { status, levels } = summary;
      const findings = levels.warning + levels.error;
      button.append(
        section(bold(summary.method), " ", pill(status, status),
          ` ${+(summary.duration! * 1e3).toPrecision(summary.duration! < 0.1 ? 2 : 3)} ms`),
        element("div", "", ...summary.badges
          // Of the levels only `warning` and `error` have a fifth letter.
          .filter((badge) => badge.level?.[4] || (summary.counts[badge.panel] && !/^(de|te)/.test(badge.panel)))
          .map((badge) =>
            section(element("i", badge.panel), badge.title, " ", bold(badge.text), " ", element("small", "", badge.detail ?? "")))),
        findings
          ? section(pill(levels.error ? 5 : 4, findings > 1 ? findings + " findings" : summary.notices[0]!.label ?? summary.notices[0]!.text))
          : "",
      );
    }
    button.append(section(fetches, "⌃"));
  };

  // The record is stored a moment after the page was sent, so a miss is asked for again.
  const load = async (id: string, tries: number): Promise<void> => {
    const answer = await fetch(prefix + "/api/records/" + id + "?summary").then((answer) => answer.json()).catch(() => {});
    if (id === record) {
      if (answer?.summary) draw(answer.summary);
      else if (tries) setTimeout(load, 2e3 / tries, id, tries - 1);
    }
  };

  // Turbo, HTMX and their like swap the page under us: come back, and follow its new record.
  const look = (): void => {
    const tag = [...document.querySelectorAll<HTMLElement>("script[data-record]")].pop()?.dataset;
    timer = 0;
    if (!host.isConnected) document.documentElement.append(host);
    if (tag && tag["record"] !== record) {
      record = tag["record"]!;
      prefix = tag["prefix"]!;
      seen = 0;
      fetches.replaceChildren();
      draw();
      load(record, 6);
    }
  };

  sheet.replaceSync(BAR_STYLE);
  shadow.adoptedStyleSheets = [sheet];
  shadow.append(button);
  button.title = "Debug toolbar (Ctrl+.)";
  button.onpointerdown = (event) => {
    x = y = 0;
    button.setPointerCapture(event.pointerId);
  };
  button.onpointermove = (event) => {
    if (event.buttons) {
      x += event.movementX;
      y += event.movementY;
      if (dragged()) button.style.translate = `${x}px ${y}px`;
    }
  };
  button.onpointerup = (event) => {
    button.style.translate = "";
    if (dragged()) place((event.x * 2 < innerWidth ? "l " : "") + (event.y * 2 < innerHeight ? "t " : "") + (folded() ? "f" : ""));
  };
  button.onclick = () => {
    if (dragged()) x = y = 0;
    else if (folded()) place(button.className.replace("f", ""));
    else open();
  };
  addEventListener("keydown", (event) => {
    if (event.key === "." && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      open();
    } else if (event.key === "Escape" && button.matches(":hover,:focus") && !folded()) place(button.className + " f");
  });
  try {
    button.className = localStorage[name] ?? "";
    button.style.colorScheme = localStorage[name + "-theme"] ?? "";
  } catch {}
  look();
  new MutationObserver(() => (timer ||= setTimeout(look, 99) as never)).observe(document, {
    childList: true, subtree: true, attributeFilter: ["data-record"],
  });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as PerformanceResourceTiming[]) {
      if (/^(fe|x)/.test(entry.initiatorType) && entry.name.startsWith(location.origin) && !entry.name.includes(prefix)) {
        fetches.replaceChildren("fetch ", bold(++seen), "  ");
      }
    }
  }).observe({ type: "resource", buffered: true });
}
