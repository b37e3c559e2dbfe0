"""The end of an HTML page: its last real `</body>`, found in one pass over chunks that are cut anywhere.

"Real" is what a browser's tokenizer takes for that end tag: not one in a comment, an attribute value, CDATA,
a script, style, textarea, title or other raw text, nor (where no script of ours would run) in a template, SVG
or MathML. The work is done by regular expressions over whole chunks; of the past only a state and a few bytes
are kept.
"""

from __future__ import annotations

import re
from typing import Final

from debug_toolbar_core.pattern import pattern

LONGEST_TOKEN: Final = 65536
"""Bytes of one unfinished name or unquoted value that may be carried; beyond them the page is given up."""

_LONGEST_END: Final = 12  # bytes: more than the longest "</noframes" that ends a state


def _compile(text: bytes) -> re.Pattern[bytes]:
    """Return a pattern in which `~` stands for HTML's white space."""
    return pattern(text.replace(b"~", rb"\t\n\f\r "), re.IGNORECASE | re.DOTALL)


# Attributes as HTML's tokenizer reads them, the usual ` name="value"` first. A name or value that touches the
# end of the data is left for the next chunk: what it is depends on what follows. All is possessive (`++`), so
# that an open quote is never read in another way.
_NAME = rb"(?:=[^~/>=]*+|[^~/>=]++)"
_ATTRIBUTES = (
    rb"""(?:[~]++[^~/>="']++="[^"]*+"|[~/]++(?=[^~/>])|""" + _NAME + rb"(?:(?=[~]*+[^~=])|"
    rb"""[~]*+=[~]*+(?:"[^"]*+"|'[^']*+'|[^~>"'][^~>]*+(?=[~>])|(?=>))))*+"""
)
_RAW = rb"script|style|textarea|title|xmp|iframe|noembed|noframes|noscript"
# The same names, plaintext, template, svg and math, ordered for speed.
_NOT_SPECIAL = (
    rb"(?!(?:s(?:cript|tyle|vg)|t(?:extarea|itle|emplate)|xmp|iframe|no(?:embed|frames|script)"
    rb"|plaintext|math)[~/>])"
)

_BORING = _compile(
    rb"[^<]*+(?:<(?:(?:/(?!body[~/>])|" + _NOT_SPECIAL + rb")[a-z][^~/>]*+(?:>|" + _ATTRIBUTES + rb"[~/]*+>)"
    rb"|(?=[^a-z/!?]))[^<]*+)*+"
)
_MARKUP = _compile(
    rb"<(?:(?P<tag>(/?)([a-z][^~/>]*+)(?=[~/>]))|(?P<text>(?=[^a-z/!?]))"
    rb"|(?P<comment>!(?=---?>)|!--(?=[^>-]|-[^>]))|(?P<cdata>!\[(?-i:CDATA)\[)"
    rb"|(?P<bogus>\?|/(?=[^a-z])|!(?!-?\Z|--|\[C?D?A?T?A?\Z|\[(?-i:CDATA)\[)))"
)
_TAG = _compile(
    _ATTRIBUTES + rb"(?:(?P<text>[~/]*+>)|" + _NAME + rb"[~]*+=[~]*+(?:(?P<double_quoted>\")|(?P<single_quoted>')))?"
)
# What ends each state but text and tag; the group that matched is the name of the next state.
_ENDS: Final = {
    "comment": _compile(rb"(?P<text>--!?>)"),
    "bogus": _compile(rb"(?P<text>>)"),
    "cdata": _compile(rb"(?P<text>\]\]>)"),
    "double_quoted": _compile(rb'(?P<tag>")'),
    "single_quoted": _compile(rb"(?P<tag>')"),
    "plaintext": _compile(rb"(?!)"),
    "script": _compile(rb"<(?:(?P<escaped>!(?=--))|(?P<tag>/script(?=[~/>])))"),
    "escaped": _compile(rb"(?P<script>-->)|<(?:(?P<tag>/script(?=[~/>]))|(?P<double_escaped>script(?=[~/>])))"),
    "double_escaped": _compile(rb"(?P<script>-->)|(?P<escaped></script(?=[~/>]))"),
} | {name.decode(): _compile(rb"(?P<tag></" + name + rb"(?=[~/>]))") for name in _RAW.split(b"|") if name != b"script"}
_SWITCHES: Final = frozenset({*_RAW.split(b"|"), b"plaintext"})

# After `</svg` and `</math`: where CDATA exists, raw text does not, and `/>` closes.
_FOREIGN: Final = frozenset({b"svg", b"math"})
_BACK_IN_HTML: Final = {
    b"svg": frozenset({b"foreignobject", b"desc", b"title"}),
    b"math": frozenset({b"mi", b"mo", b"mn", b"ms", b"mtext", b"annotation-xml"}),
}
_LEAVES_FOREIGN: Final = frozenset(
    b"b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing "
    b"menu meta nobr ol p pre ruby s small span strong strike sub sup table tt u ul var".split()
)

_CLOSING = rb"(?:[~]++|</html[~]*+>|<!--(?:-?>|(?>.*?--!?>)))*+"
_SHORT: Final = 24  # more than any of these has, so that one that is found ends the page
_ENDS_OF_MOST: Final = frozenset(
    b"</body>" + between + b"</html>" + after for between in (b"", b"\n", b"\r\n") for after in (b"", b"\n", b"\r\n")
)
_ENDED = _compile(rb"</body[~]*+>" + _CLOSING)
_ENDING = _compile(rb"</body(?:[~]*+|[~]*+>" + _CLOSING + rb"(?:<(?:/(?:[a-z]{1,4}[~]*+)?|!(?:-(?:-.*+)?)?)?)?)")
_MAYBE_BODY = _compile(rb"<(?:/(?:b(?:o(?:dy?)?)?)?)?")


class PageEnd:
    """The place of a page's last real `</body>`, as far as the page has been fed.

    `last` is its offset in the page, or None. Memory does not grow with the page.
    """

    __slots__ = ("_after", "_base", "_nested", "_pushed", "_rest", "_state", "last")

    def __init__(self) -> None:
        self.last: int | None = None
        self._state = "text"
        self._after = "text"  # the state when the tag that is open now has ended
        self._rest = b""  # the beginning of a token that the next chunk finishes
        self._base = 0  # offset of _rest in the page
        self._nested: list[bytes] = []  # templates, SVG and MathML, and their islands of HTML, that are open
        self._pushed = False  # whether the open tag added to them

    def feed(self, chunk: bytes) -> None:
        """Read on."""
        data = self._rest + chunk if self._rest else chunk
        at, going = 0, True
        while going and at < len(data):
            if self._state == "text":
                at, going = self._text(data, at)
            elif self._state == "tag":
                at, going = self._tag(data, at)
            else:
                at, going = self._inside(data, at)
        self._rest = data[at:]
        self._base += at
        if len(self._rest) > LONGEST_TOKEN:
            self._state, self._rest = "plaintext", b""

    @property
    def undecided(self) -> int | None:
        """The offset of what the end of the chunk may have cut of a `</body`; else None."""
        if self._state == "text" and self._rest and _MAYBE_BODY.fullmatch(self._rest):
            return self._base
        return None

    @property
    def runs_here(self) -> bool:
        """Whether a script appended here would run: nothing that would swallow it is open."""
        return self._state == "text" and not (self._rest or self._nested)

    def _text(self, data: bytes, at: int) -> tuple[int, bool]:
        """Go to the next markup that matters and enter it."""
        at = self._skip(data, at)
        found = _MARKUP.match(data, at)
        if found is None:
            return at, False
        kind = found.lastgroup or "text"
        if kind == "tag":
            self._open(found[2] == b"/", found[3].lower(), self._base + at)
        self._state = "bogus" if kind == "cdata" and not self._is_foreign() else kind
        return found.end(), True

    def _skip(self, data: bytes, at: int) -> int:
        """Return where the next markup is (if nothing is nested, the next that matters), or the data ends."""
        if self._nested:
            found = data.find(b"<", at)
            return len(data) if found < 0 else found
        boring = _BORING.match(data, at)
        return boring.end() if boring else at

    def _tag(self, data: bytes, at: int) -> tuple[int, bool]:
        """Read attributes, up to the tag's end or to a quoted value that is still open."""
        found = _TAG.match(data, at)
        if found is None or found.lastgroup is None:
            return (found.end() if found else at), False
        if found.lastgroup == "text":
            self._tag_ended(closed=found["text"].endswith(b"/>"))
        else:
            self._state = found.lastgroup
        return found.end(), True

    def _inside(self, data: bytes, at: int) -> tuple[int, bool]:
        """Go to the end of a comment, a quoted value or raw text."""
        found = _ENDS[self._state].search(data, at)
        if found is None:
            return max(at, len(data) - _LONGEST_END), False
        self._state = found.lastgroup or "text"
        return found.end(), True

    def _open(self, closing: bool, name: bytes, at: int) -> None:
        """Note what a tag changes: the place we look for, what it is nested in, the state after it."""
        self._pushed = False
        if closing:
            self._close(name, at)
            return
        if name in _LEAVES_FOREIGN:
            self._leave_foreign()
        if self._is_foreign():
            self._pushed = name in _FOREIGN or name in _BACK_IN_HTML[self._nested[-1]]
        elif name in _SWITCHES:
            self._after = name.decode()
        else:
            self._pushed = name in _FOREIGN or name == b"template"
        if self._pushed:
            self._nested.append(name)

    def _close(self, name: bytes, at: int) -> None:
        """Close the innermost element of this name; nothing but its own end tag closes a template."""
        if name == b"body" and not self._nested:
            self.last = at
        if name in (b"p", b"br"):
            self._leave_foreign()
        for depth in range(len(self._nested) - 1, -1, -1):
            if self._nested[depth] == name:
                del self._nested[depth:]
                return
            if self._nested[depth] == b"template":
                return

    def _tag_ended(self, closed: bool) -> None:
        """Enter what comes after the tag; a `/>` closes only what is foreign."""
        self._state, self._after = self._after, "text"
        if closed and self._pushed and self._nested[-1] != b"template":
            self._nested.pop()
        self._pushed = False

    def _leave_foreign(self) -> None:
        while self._is_foreign():
            self._nested.pop()

    def _is_foreign(self) -> bool:
        return bool(self._nested) and self._nested[-1] in _FOREIGN


def place(page: bytes) -> int | None:
    """Return where in this whole page a script goes: before the last real `</body>`, without one at the end.

    None where no script would run: the page ends inside of something. Of the usual page, whose last bytes are
    `</body></html>`, nothing before them is read.
    """
    at = page.rfind(b"</body")
    if at >= 0 and (page[at : at + _SHORT] in _ENDS_OF_MOST or _ENDED.fullmatch(page, at)):
        return at
    end = PageEnd()
    end.feed(page)
    if end.last is not None:
        return end.last
    return len(page) if end.runs_here else None


def only_closing(tail: bytes) -> bool:
    """Whether this, from a `</body` on, is (or begins like) white space, comments and `</html>` only."""
    return _ENDING.fullmatch(tail) is not None
