"""R64: whatever was recorded is shown as text, in every field and on every page; nothing of it runs."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import Request as Asked
from urllib.request import urlopen

import pytest

from debug_toolbar_asgi import ASGIConfig, DebugToolbar
from debug_toolbar_core import Application, Panel, Record, Route, note, span
from debug_toolbar_core.blocks import (
    Badge,
    Block,
    Button,
    Code,
    Column,
    Fact,
    Facts,
    Notice,
    Row,
    Section,
    Table,
    Tree,
)
from debug_toolbar_core.source import Source
from debug_toolbar_tests.browsing import Watch

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
logger = logging.getLogger("hostile")

RUN = "window.__pwned=1"
TAGS = [
    "<script data-pwn>{run}</script>",
    "<img data-pwn src=x onerror={run}>",
    "<svg data-pwn onload={run}>",
    "<svg data-pwn><script>{run}</script></svg>",
    "<svg><animate data-pwn onbegin={run} attributeName=x dur=1s>",
    '<iframe data-pwn srcdoc="<script>parent.{run}</script>"></iframe>',
    "<iframe data-pwn src=javascript:parent.{run}></iframe>",
    "<body data-pwn onload={run}>",
    "<details data-pwn open ontoggle={run}>",
    "<input data-pwn autofocus onfocus={run}>",
    "<template data-pwn><img src=x onerror={run}></template>",
    '<object data-pwn data="javascript:{run}"></object>',
    '<embed data-pwn src="javascript:{run}">',
    '<a data-pwn href="javascript:{run}">click</a>',
    '<math data-pwn><mi xlink:href="javascript:{run}">x</mi></math>',
    '<form data-pwn action="javascript:{run}"><button>x</button></form>',
    '<link data-pwn rel=stylesheet href="http://evil.test/x.css">',
    "<style data-pwn>*{{background:url(http://evil.test/x)}}</style>",
    '<meta data-pwn http-equiv=refresh content="0;url=http://evil.test/">',
    '<noscript><p title="</noscript><img data-pwn src=x onerror={run}>">',
    "<math><mtext><table><mglyph><style><!--</style><img data-pwn src=x onerror={run}>",
    '<svg></p><style><a id="</style><img data-pwn src=x onerror={run}>">',
    '<select><template data-pwn><style><!--</style><a rel="--></style></template><img src onerror={run}>',
    "<video data-pwn><source onerror={run}></video>",
    "<marquee data-pwn onstart={run}>",
    "<x data-pwn contenteditable onblur={run}>",
]
BEFORE = ["", '"', "'", '">', "'>", "-->", "]]>", "</title>", "</script>", "</style>", "</textarea>", "`"]
OTHERS = [
    f"javascript:{RUN}",
    f"JaVaScRiPt:{RUN}",
    f"java\tscript:{RUN}",
    f"data:text/html,<script>parent.{RUN}</script>",
    f"vbscript:{RUN}",
    f"[link](javascript:{RUN})",
    "![picture](http://evil.test/picture.png)",
    f"`code` <img data-pwn src=x onerror={RUN}> `more`",
    f'" onmouseover="{RUN}" data-pwn="',
    f"' autofocus onfocus='{RUN}' data-pwn='",
    f"${{{RUN}}}",
    f"{{{{constructor.constructor('{RUN}')()}}}}",
    "\u202egnp.exe\u202c",
    "\u2066isolated\u2069",
    "zero\u200bwidth\ufeff",
    "tag\U000e0041\U000e0042",
    "\x1b[31mred\x1b]8;;http://evil.test\x07",
    "nul\x00bell\x07",
    "\ud83d lone".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "%3Cscript%3E" + RUN,
    "&lt;script&gt;" + RUN,
    "__proto__",
    "constructor",
    "<" * 5_000,
    "]]>-->" * 500,
]
PAYLOADS = [before + tag.format(run=RUN) for before in BEFORE for tag in TAGS] + OTHERS
BATCH = 48
BATCHES = [PAYLOADS[start : start + BATCH] for start in range(0, len(PAYLOADS), BATCH)]


class HostilePanel(Panel):
    """Puts the payloads into every text of every block."""

    name, title = "hostile", f"<img data-pwn src=x onerror={RUN}>"

    def collect(self, record: Record) -> Generator[None, None, Any]:
        """Keep which payloads the request was about."""
        yield
        return record.tags.get("batch", 0)

    def view(self, record: Record) -> Iterable[Block]:
        """Yield every kind of block."""
        payloads = [*BATCHES[record.data["hostile"]], *PAYLOADS][:BATCH]
        yield Badge(payloads[0][:200], payloads[1][:200], "warning")
        for text in payloads[:8]:
            yield Notice("warning", text, text, Source(text, 1, text), text[:40], 0.1, text)
        yield Facts([Fact(text, text, unit, text) for text in payloads for unit in (None, "code", "sql")])
        yield Facts([Fact(text, text) for text in payloads], headline=True)
        columns = [Column(payloads[2]), Column(payloads[3], "code"), Column("sql", "sql"), Column("where", "source")]
        rows = [
            Row([text, text, text, {"file": text, "line": 1, "function": text}], "error", [Code(text, "html")])
            for text in payloads
        ]
        yield Table(columns, rows, payloads[4])
        yield Tree({text: [text, {text: text}] for text in payloads}, payloads[5], 5)
        for language in ("sql", "python", "json", "http", "html", payloads[6][:40]):
            yield Code("\n".join(payloads), language, 1, 2, Source(payloads[7], 1, payloads[8]), payloads[9])
        tabs = [Section(text[:80], [Button(text, text, {text: text}, text)]) for text in payloads[:6]]
        yield Section(payloads[10], tabs, tabs=True)


class HostileApplication(Application):
    """An application whose routes have the payloads for names."""

    debug = True

    def matched(self, scope: Any) -> Route:
        """Return a route made of payloads."""
        one, two = PAYLOADS[1], PAYLOADS[30]
        return Route(path=one, name=two, handler=PAYLOADS[5], methods=["GET"], path_params={one: two})


async def hostile(scope: Any, receive: Any, send: Any) -> None:
    """Log, trace, note and raise what the request's batch says, after a page was sent with payloads in its headers."""
    from debug_toolbar_core import current

    number = int(dict(pair.split("=") for pair in scope["query_string"].decode().split("&")[:1]).get("batch", "0"))
    payloads = BATCHES[number]
    message = await receive()
    record = current()
    assert record is not None
    record.tags["batch"] = number
    for text in payloads:
        logger.warning(text, extra={"payload": text})
        note(text, text)
        with span(text, payload=text):
            pass
    headers = [(b"content-type", b"text/html"), *((f"x-{n}".encode(), header(text)) for n, text in enumerate(payloads))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    page = b"<!doctype html><html><head><link rel=icon href=data:,></head><body><p>Nothing to see</p></body></html>"
    await send({"type": "http.response.body", "body": page})
    if message["body"]:
        raise ValueError("\n".join(payloads[:4]))


def header(text: str) -> bytes:
    """Return a payload as a header's value may hold it."""
    return "".join(each if " " <= each <= "~" else "?" for each in text)[:900].encode()


def post(url: str, number: int, kind: str) -> None:
    """Send the payloads of a batch in every part of a request."""
    payloads = BATCHES[number]
    path = quote(payloads[0][:200]) + "?" + urlencode({"batch": number, **{text[:60]: text[:60] for text in payloads}})
    body = json.dumps({text: [text] for text in payloads}) if kind == "json" else urlencode([(t, t) for t in payloads])
    types = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
    names = {f"X-Field-{n}": header(text).decode() for n, text in enumerate(payloads[:12])}
    cookie = "; ".join(f"c{n}={quote(text[:60], safe='<>()=')}" for n, text in enumerate(payloads[:12]))
    asked = Asked(f"{url}/{path}", body.encode(), {"Content-Type": types[kind], "Cookie": cookie, **names})
    with urlopen(asked) as answer:
        answer.read()


OPEN = """() => { const opened = []; const all = (root) => { for (const each of root.querySelectorAll("*")) {
    if (each.matches("[aria-expanded=false], details:not([open]) > summary, [role=tab]") && !each.closest("dt-popup"))
      opened.push(each);
    if (each.shadowRoot && each.localName !== "dt-popup") all(each.shadowRoot); } };
  for (const host of document.querySelectorAll("debug-toolbar, debug-toolbar-dashboard")) {
    const main = host.shadowRoot.querySelector("dt-detail") ??
      host.shadowRoot.querySelector("debug-toolbar-dock")?.shadowRoot.querySelector("dt-detail");
    if (main) all(main.shadowRoot.querySelector(".main")); }
  opened.slice(0, 60).forEach((each) => each.click()); return opened.length; }"""
STRANGE = """() => { const found = []; const all = (root) => {
    found.push(...root.querySelectorAll("[data-pwn], iframe, object, embed, base, form, [onerror], [onload]"));
    for (const link of root.querySelectorAll("[href], [src], [xlink\\\\:href]"))
      for (const name of ["href", "src", "xlink:href"])
        if (/^\\s*(javascript|data:text|vbscript)/i.test(link.getAttribute(name) ?? "")) found.push(link);
    for (const each of root.querySelectorAll("*")) if (each.shadowRoot) all(each.shadowRoot); };
  all(document); return [window.__pwned ?? null, ...found.map((each) => each.outerHTML.slice(0, 200))]; }"""


async def settled(page: Page) -> None:
    """Check that nothing ran and nothing was made of markup, after everything that can be opened was."""
    await page.evaluate(OPEN)
    await page.wait_for_timeout(40)
    assert await page.evaluate(STRANGE) == [None]


@pytest.fixture
def hostile_url(server: Callable[[Any], str]) -> str:
    """Where an application that does nothing but record payloads runs, with one record of each batch and kind."""
    installed = ["exceptions", "headers", "logging", "request", "response", "routes", "timer", "versions"]
    toolbar = DebugToolbar(hostile, ASGIConfig(panels=[*installed, HostilePanel()], budget=2.0), HostileApplication())
    url = server(toolbar)
    for number in range(len(BATCHES)):
        try:
            post(url, number, "json" if number % 2 else "form")
        except OSError:
            continue  # the exception after the page breaks the connection off
    return url


async def test_nothing_recorded_runs_in_the_dashboard(page: Page, watch: Watch, hostile_url: str) -> None:
    """List, detail with every panel, comparison, routes and search show all payloads as text."""
    url = hostile_url
    await page.goto(f"{url}/_debug_toolbar/")
    rows = page.locator("dt-list .body .row")
    await rows.nth(len(BATCHES) - 1).wait_for()
    ids = await page.evaluate(
        "fetch('/_debug_toolbar/api/records').then((a) => a.json()).then((page) => page.records.map(({id}) => id))"
    )
    assert len(ids) == len(BATCHES)
    for id in ids:
        await page.goto(f"{url}/_debug_toolbar/#/r/{id}")
        await page.locator("dt-detail dt-overview").wait_for()
        await settled(page)
        keys = await page.locator("dt-menu button:not(.off)").evaluate_all("all => all.map((each) => each.dataset.key)")
        assert {"hostile", "logging", "request", "response", "headers", "exceptions"} <= set(keys)
        for key in keys:
            await page.locator(f'dt-menu [data-key="{key}"]').click()
            await page.locator("dt-detail .main[aria-busy=false]").wait_for()
            await settled(page)
    await page.goto(f"{url}/_debug_toolbar/#/compare/{ids[0]}/{ids[1]}")
    await page.locator("dt-compare table").first.wait_for()
    await settled(page)
    await page.goto(f"{url}/_debug_toolbar/#/routes")
    await page.locator("dt-routes").wait_for()
    await settled(page)
    await page.keyboard.press("/")
    for text in PAYLOADS[:3]:
        await page.keyboard.insert_text(f"{text} path:{text} ")
    await settled(page)
    watch.expected += ["404", "500"]  # an id with two slashes in it is a path of the application
    for text in PAYLOADS[::40]:
        await page.goto(f"{url}/_debug_toolbar/#/r/{quote(text, safe='')}/{quote(text, safe='')}?row={quote(text)}")
        await settled(page)
    assert watch.hosts == {urlsplit(url).netloc}


async def test_nothing_recorded_runs_in_the_page(page: Page, watch: Watch, hostile_url: str) -> None:
    """Bar and dock of a page whose path, query, headers and logs are payloads show them as text."""
    watch.expected.append("/_debug_toolbar/api/records/")
    for number, payloads in enumerate(BATCHES[:4]):
        await page.goto(f"{hostile_url}/{quote(payloads[1])}?batch={number}&q={quote(payloads[2])}")
        await page.locator("debug-toolbar button em").first.wait_for()
        await settled(page)
        await page.keyboard.press("Control+.")
        dock = page.locator("debug-toolbar-dock")
        await dock.locator("dt-overview").wait_for()
        await settled(page)
        for key in ("hostile", "logging", "request", "response", "headers"):
            await dock.locator(f'dt-menu [data-key="{key}"]').click()
            await dock.locator("dt-detail .main[aria-busy=false]").wait_for()
            await settled(page)
    assert watch.hosts == {urlsplit(hostile_url).netloc}
