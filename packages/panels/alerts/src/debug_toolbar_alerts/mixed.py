"""Mixed content: what a page over https loads over plain http, found in what was kept of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from debug_toolbar_alerts.seen import Seen
from debug_toolbar_core.blocks import Notice
from debug_toolbar_core.place import host_of

_MOST = 65_536
_FOUND = 100
_ATTRIBUTES_MOST = 4_000
_TAG = re.compile(r"<(!--|[a-z]+)")
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""")
_RAW = frozenset({"script", "style", "textarea", "noscript", "title"})
_ACTIVE = {"script": "src", "iframe": "src", "frame": "src", "object": "data", "embed": "src", "form": "action"}
_PASSIVE = {"img": "src", "audio": "src", "video": "src", "source": "src", "track": "src", "input": "src"}
_LINKS = frozenset({"stylesheet", "icon", "preload", "modulepreload", "manifest", "prefetch"})
_TRUSTED = frozenset({"localhost", "127.0.0.1", "::1"})


def mixed(seen: Seen) -> Iterator[Notice]:
    """Tell what browsers block, or load by https whether it is there or not."""
    body = seen.response.body
    if not seen.is_page or not seen.secure or body is None or not isinstance(body.value, str):
        return
    if "upgrade-insecure-requests" in (seen.answered.get("content-security-policy") or ""):
        return
    page = _Page(body.value[:_MOST])
    if page.active:
        text = f"This https page loads by plain http: {_listed(page.active)}; browsers block it"
        yield Notice("warning", text, "Load it by https.", seen.source, "mixed content")
    elif page.passive:
        text = f"This https page shows by plain http: {_listed(page.passive)}"
        hint = "Browsers ask for it by https, or not at all: write `https:`."
        yield Notice("info", text, hint, seen.source, "mixed content")


def _listed(addresses: list[str]) -> str:
    first = [f"`{address[:80].replace('`', '%60')}`" for address in addresses[:3]]
    more = len(addresses) - len(first)
    return ", ".join(first) + (f" and {more} more" if more else "")


class _Page:
    """The addresses a page loads by plain http: those that can act in it, and those that are only shown."""

    def __init__(self, text: str) -> None:
        self.active: list[str] = []
        self.passive: list[str] = []
        for tag, attributes in _tags(text):
            self.look(tag, attributes)

    def look(self, tag: str, told: dict[str, str]) -> None:
        """Note what one tag loads."""
        if tag == "link" and _LINKS.isdisjoint(told.get("rel", "").lower().split()):
            return
        active = "href" if tag == "link" else _ACTIVE.get(tag, "")
        _note(self.active, told.get(active, ""))
        _note(self.passive, told.get(_PASSIVE.get(tag, ""), ""))
        for part in told.get("srcset", "").split(","):
            _note(self.passive, part.strip().partition(" ")[0])
        _note(self.passive, told.get("poster", "") if tag == "video" else "")


def _tags(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield a page's opening tags with their attributes, in one pass: comments and scripts are no tags."""
    lower, at = text.lower(), 0
    while (found := _TAG.search(lower, at)) is not None:
        tag = found[1]
        end = lower.find("-->" if tag == "!--" else ">", found.end())
        if end < 0:
            return
        at = end + 1
        if tag == "!--":
            continue
        pairs = _ATTRIBUTE.findall(text[found.end() : min(end, found.end() + _ATTRIBUTES_MOST)])
        yield tag, {name.lower(): double or single or bare for name, double, single, bare in pairs}
        if tag in _RAW:
            at = lower.find(f"</{tag}", at)
            if at < 0:
                return


def _note(found: list[str], address: str) -> None:
    address = address.strip()
    if address[:7].lower() != "http://" or address in found or len(found) >= _FOUND:
        return
    host = host_of(address)
    if host not in _TRUSTED and not host.endswith(".localhost"):  # browsers trust this machine
        found.append(address)
