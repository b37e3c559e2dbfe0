"""Names and values in free text: `password=x`, `"password": "x"`, `<password>x`, `--password x`, form parts, SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from debug_toolbar_core.redaction_keys import NOT_SECRET, REDACTED, SECRET, SECRET_TEXT, KeyRule

_Cut = tuple[int, int]

# All patterns see lower-case text, and none has two ways to match the same characters (possessive, bounded).
_NAME_END = (
    r"[\w.\-]{0,80}+(?: (?:key|token|code|number|string|id|phrase|password|secret|url)s?)?+"
    r"(?P<closed>(?:\\u0022|&(?:quot|#34|#39|#x27);|%(?:25)?(?:22|27|5b|5d)|[\\\"'`\[\]]){0,8}+)"
    r"(?P<sep>[ \t]{0,8}+(?:=>|:=|={1,3}+|!=|<>|:(?!:|//)|%(?:25)?3[da](?:\+|%20){0,4}+|(?<=[ \t])like(?=[ \t])|,)"
    r"[ \t]{0,8}+)"
)
_OPEN = re.compile(
    r"(?:[brfu]{1,2})?(?P<quote>\\{0,8}+(?:\"\"\"|'''|[\"'`])|\\u0022|&(?:quot|#34|#39|#x27);|%(?:25)?2[27])"
)
_ANOTHER = r"[\w.\-%\[\]]{1,40}+[=:]"  # what follows a separator that is not part of the value
_BARE = re.compile(
    r"(?:[^\s&;,\"'<`\\]|'(?=\w)|<(?![/a-z!])|\\(?![nrt\"'\\])"
    rf"|&(?!\s|#|quot;|{_ANOTHER}|$)|,(?![\s\"']|{_ANOTHER}|$)|;(?![\s\"']|[\w ]{{1,30}}+=|{_ANOTHER}|$))++"
)
_ENCODED = re.compile(r"(?:[^\s&;,\"'<>%\\]|%(?!(?:25)?(?:2[0267c]|3b|0[ad]|[57]d)))++")
_AUTHORIZATION = re.compile(
    r"(?:(?:digest|aws4-[\w-]+|hawk|oauth)[ \t][^\r\n]*+|(?:bearer|basic|token|negotiate|ntlm|apikey|api-key|key|dpop)"
    r"[ \t]+[^\s\"'`\\]++|[^\s\"'`\\]{8,}+)"
)
_COOKIE = re.compile(r"[^\s=\"'`\\]{1,100}+=[^\r\n\"'`\\]*+")
_LINES = ("authorization", "cookie")

_PLACEHOLDER = re.compile(
    r"%\(\w+\)s|%s|\?+|\$\d{1,3}|:\w{1,60}|@p\d+|\$?\{\{?[^{}]{0,80}\}?\}|\$[A-Z_][A-Z0-9_]*|<[^<>]{1,80}>|"
    r"\[[^\[\]]{1,40}\]?|%5bredacted%5d|[*•.…]+|x{3,}|none|null|nil|true|false|undefined|nan|",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_LAST_NUMBER = re.compile(r"\d+(?=\s?[)\]])")
_NUMERIC = re.compile(r"[\d.:/TZ+-]+")
_CALL = re.compile(r"[A-Za-z_][\w.]{2,}(?:\(.*|\[.*)")
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_CODE = re.compile(r"[A-Za-z_][\w.]{2,}[(\[]|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+\Z")
_DIGIT = re.compile(r"\d")
_WORDY = re.compile(r"[A-Z]*[a-z]*(?:[A-Z][a-z]{2,})*[A-Z]?")  # a name or a word: `expired`, `SecretStr`
_IDENTIFIER = re.compile(r"[A-Za-z_]+")
_OWNERS = frozenset(
    ("self", "cls", "request", "form", "settings", "config", "data", "user", "os", "args", "kwargs", "app", "excluded")
)
_SENTENCE = re.compile(r"[A-Z][^.!?]* [^.!?]* [^.!?]*[.!?]")

_XML = re.compile(r"<(?:[\w-]{1,30}:)?(?P<name>[\w.\-]{1,60})(?:\s[^<>]{0,200})?>(?P<value>[^<]{1,4000})(?=<|\Z)")
_FLAG = re.compile(
    r"(?<![\w-])--?(?P<name>[a-z_][\w.-]{2,60})[ \t]{1,4}(?P<value>[^\s'\"\-][^\s'\"]*+|'[^']*+|\"[^\"]*+)"
)
_SAID_NAME = re.compile(
    r"\b(?:name|key|field)[\"'\\]{0,4}\s?[:=]\s?\\{0,4}[\"'](?P<name>[\w.\-\[\]]{1,80})\\{0,4}[\"']"
)
_SAID_VALUE = re.compile(r"[^<>{}\r\n]{0,200}?\b(?:value|content)[\"'\\]{0,4}\s?[:=]\s?")
_PART = re.compile(r"(?:[^\r\n]{0,200}+\r?\n){1,5}?\r?\n(?P<value>.*?)(?=\r?\n--|\Z)", re.DOTALL)
_INSERT = re.compile(r"insert\s+(?:\w+\s+)?into\s+[^\s(]{1,100}\s*\((?P<columns>[^()]{1,4000})\)\s*values\s*")
_ITEM = re.compile(
    r"[\s(]*(?:'(?P<value>(?:[^'\\]|''|\\.)*+)(?:'|\Z)|[^',()]{1,200}+(?:\([^()]{0,200}\))?)\s*(?P<end>[,)]|\Z)"
)

_NEXT_ROW = re.compile(r"\s*,\s*(?=\()")


class _Pair(NamedTuple):
    """A name met in a text, and how its value is attached."""

    name: str
    level: int
    sep: str
    quoted_name: bool


def _may_pair(low: str) -> bool:
    """Tell quickly whether anything in a text can separate a name from a value."""
    return "=" in low or ":" in low or ("," in low and ("'" in low or '"' in low)) or "%" in low or " like " in low


def _plausible(value: str, level: int) -> bool:
    """Say whether a value looks chosen or random, and not like a word of a sentence or a piece of code."""
    if _DIGIT.search(value) is None:
        if len(value) >= 8 and value.isalnum():
            return _WORDY.fullmatch(value) is None
        if level == SECRET_TEXT or len(value) < 6 or value.strip(",.;:()[]|").isalpha():
            return False
        return "[" not in value and "|" not in value and not _CODE.match(value)
    if _CODE.match(value) or (level == SECRET_TEXT and _NUMERIC.fullmatch(value)):
        return False
    return len(value) >= (4 if level == SECRET else 8) or value.isdigit()


def _is_header(line: str, level: int) -> bool:
    return REDACTED not in line and (" " in line or "=" in line or _plausible(line, level))


def _close(low: str, quote: str, start: int) -> int:
    """Find where a quoted value ends: at the same quote, not an escaped or doubled one, or at the end of the text."""
    end = low.find(quote, start)
    while end >= 0:
        if end > start and low[end - 1] == "\\":
            end = low.find(quote, end + 1)
        elif quote == "'" and low.startswith("''", end) and end > start:
            end = low.find(quote, end + 2)
        else:
            return end
    return len(low)


def _trim(text: str, start: int, end: int) -> int:
    """Leave closing brackets and full stops that belong to the text around the value."""
    while end > start and text[end - 1] in ")]}.>:" and not any(bracket in text[start:end] for bracket in "([{<"):
        end -= 1
    return end


class PairScanner:
    """Finds the values that stand beside secret names in a text."""

    def __init__(self, rule: KeyRule) -> None:
        """Use one key rule; its stems are what is searched for."""
        self._rule = rule
        self._find = re.compile(f"{rule.stems}{_NAME_END}").search

    def mask(self, text: str, low: str) -> str:
        """Replace the values; `low` is the text in lower case, character by character."""
        cuts = self._named(text, low) if _may_pair(low) else []
        if "</" in low:
            cuts.extend(self._grouped(_XML, text, low))
        if "--" in low:
            cuts.extend(self._grouped(_FLAG, text, low))
        if "name" in low or "key" in low or "field" in low:
            cuts.extend(self._said(text, low))
        if "insert" in low and "values" in low:
            cuts.extend(self._inserted(text, low))
        return _replace(text, cuts) if cuts else text

    def _named(self, text: str, low: str) -> list[_Cut]:
        cuts = []
        match = self._find(low)
        while match is not None:
            resume = match.end()
            start = _name_start(low, match.start())
            level = self._rule.level(text[start : match.start("closed")])
            if level:
                name = low[start : match.start("closed")]
                pair = _Pair(name, level, match["sep"].strip(), bool(match["closed"]))
                cut = self._value(text, low, pair, start, resume)
                if cut is not None:
                    cuts.append(cut)
                    resume = cut[1]
            match = self._find(low, resume)
        return cuts

    def _value(self, text: str, low: str, pair: _Pair, name_start: int, start: int) -> _Cut | None:
        if pair.sep == "," and not _opens_pair(low, name_start):
            return None
        opened = _OPEN.match(low, start)
        if opened is not None:
            cut = opened.end(), _close(low, opened["quote"], opened.end())
            return (
                cut if self._counts_quoted(text[slice(*cut)], pair, low[cut[1] + len(opened["quote"]) :][:1]) else None
            )
        if low.startswith("[", start):
            return self._listed(text, low, start)
        if pair.sep == ",":
            number = _LAST_NUMBER.match(low, start) if pair.level == SECRET else None
            return number.span() if number else None
        return self._bare(text, low, pair, start)

    def _listed(self, text: str, low: str, start: int) -> _Cut | None:
        opened = _OPEN.match(low, start + 1)
        if opened is None:
            return None
        first = opened.end(), _close(low, opened["quote"], opened.end())
        bracket = low.find("]", first[1])
        last = low.rfind(opened["quote"], first[1], bracket) if bracket >= 0 else len(low)
        value = text[slice(*first)]
        sentence = _SENTENCE.fullmatch(value) is not None
        return None if sentence or _PLACEHOLDER.fullmatch(value) else (first[0], max(last, first[1]))

    def _bare(self, text: str, low: str, pair: _Pair, start: int) -> _Cut | None:
        if pair.sep == ":" and pair.name.endswith(_LINES):
            line = (_COOKIE if pair.name.endswith("cookie") else _AUTHORIZATION).match(low, start)
            return line.span() if line and _is_header(text[slice(*line.span())], pair.level) else None
        match = (_ENCODED if pair.sep.startswith("%") else _BARE).match(low, start)
        if match is None or (low[start] == "{" and pair.sep == ":"):
            return None
        end = _trim(text, start, match.end())
        spaced = low[start - 1].isspace()
        code = pair.sep in ("=", "==", "!=", "<>") and (spaced or low[end : end + 1] in (",", ")"))
        value = text[start:end]
        if (
            not value.strip("{[(")
            or _CALL.fullmatch(value)
            or (code and self._is_code(value, pair))
            or value.lower() == pair.name.rpartition(".")[2]
        ):
            return None
        if pair.sep == ":" and not pair.quoted_name and not _plausible(value, pair.level):
            return None  # a sentence: `Token: expired`
        return (start, end) if self._counts(value, pair) else None

    def _is_code(self, value: str, pair: _Pair) -> bool:
        """Tell an expression that names the secret (`password=form.password`) from the secret."""
        if value[:1] == "(" or (
            pair.level == SECRET_TEXT and _WORDY.fullmatch(value.replace("_", "").replace(".", ""))
        ):
            return True
        if _DOTTED.fullmatch(value):
            return value.split(".")[0] in _OWNERS or self._rule.level(value.rsplit(".")[-1]) > NOT_SECRET
        if _IDENTIFIER.fullmatch(value) is None:
            return False
        return "_" in value and self._rule.level(value) > NOT_SECRET

    def _counts_quoted(self, value: str, pair: _Pair, after: str) -> bool:
        if not self._counts(value, pair):
            return False
        if pair.sep == ",":  # two strings are a pair if nothing follows; two names (`("password", "token")`) are not
            pure = pair.level == SECRET and after == ")" and self._rule.level(value) == NOT_SECRET
            return pure or _plausible(value, pair.level)
        return pair.quoted_name or pair.sep != ":" or pair.level == SECRET or _plausible(value, pair.level)

    def _counts(self, value: str, pair: _Pair) -> bool:
        if _PLACEHOLDER.fullmatch(value) or value.startswith(REDACTED):
            return False
        return not (pair.level == SECRET_TEXT and _NUMBER.fullmatch(value))

    def _grouped(self, pattern: re.Pattern[str], text: str, low: str) -> Iterator[_Cut]:
        for match in pattern.finditer(low):
            level = self._rule.level(text[slice(*match.span("name"))])
            start, end = match.span("value")
            value = text[start:end].strip("'\"")
            if level and (level == SECRET or _plausible(value, level)) and not _PLACEHOLDER.fullmatch(value.strip()):
                yield start, end

    def _said(self, text: str, low: str) -> Iterator[_Cut]:
        for match in _SAID_NAME.finditer(low):
            if not self._rule.level(text[slice(*match.span("name"))]):
                continue
            value = _SAID_VALUE.match(low, match.end())
            opened = _OPEN.match(low, value.end()) if value else None
            part = None if value else _PART.match(low, match.end())
            if opened is not None and low[opened.end() : opened.end() + 1] != "":
                yield opened.end(), _close(low, opened["quote"], opened.end())
            elif part is not None:
                yield part.span("value")

    def _inserted(self, text: str, low: str) -> Iterator[_Cut]:
        for match in _INSERT.finditer(low):
            columns = text[slice(*match.span("columns"))].split(",")
            secret = [self._rule.level(column.strip(' \t\r\n"`[]')) > NOT_SECRET for column in columns]
            position, at = match.end(), 0
            while any(secret) and (item := _ITEM.match(low, position)) is not None and item.end() > position:
                if item["value"] and secret[min(at, len(secret) - 1)] and not _PLACEHOLDER.fullmatch(item["value"]):
                    yield item.span("value")
                position, at = item.end(), at + 1
                if item["end"] == ")":
                    comma = _NEXT_ROW.match(low, position)
                    if comma is None:
                        break
                    position, at = comma.end(), 0


def _name_start(low: str, stem: int) -> int:
    """Go back from the telling part of a name to its beginning, past the marks of an encoded text."""
    start, first = stem, max(0, stem - 100)
    while start > first and ((char := low[start - 1]).isalnum() or char in "_.-"):
        start -= 1
    before = low[start - 1 : start]
    if before == "%":
        return min(start + 2, stem)
    if before == "\\" and low[start] in "nrt" and start < stem:
        return start + 1
    return start


def _opens_pair(low: str, name_start: int) -> bool:
    """Say whether the name is the first of two: `("password", "x")`, or a command's flag: `"--password", "x"`."""
    if low.startswith("--", name_start):
        return True
    before = low[max(0, name_start - 4) : name_start]
    quote = before.rstrip("bru\"'\\")
    return before != quote and quote.endswith(("(", "["))


def _replace(text: str, cuts: list[_Cut]) -> str:
    parts: list[str] = []
    done = 0
    for start, end in sorted(cuts):
        if start >= done and end > start:
            parts += text[done:start], REDACTED
        done = max(done, end)
    return "".join((*parts, text[done:]))
