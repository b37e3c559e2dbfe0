"""The value rule: what is a secret by its own form, whatever its name: tokens, keys, credentials in URLs, cards."""

from __future__ import annotations

import re
from base64 import b64decode

from debug_toolbar_core.redaction_keys import REDACTED
from debug_toolbar_core.redaction_tokens import BEGINNINGS, ESCAPE, mask_tokens

_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY.*?(?:-----END [A-Z0-9 ]{0,40}-----|\Z)", re.DOTALL)
_PUTTY_KEY = re.compile(r"(?<=Private-Lines:).*", re.DOTALL)
_NOT_AUTHORITY = r"\s\"'<>`"
_USERINFO = re.compile(
    rf"(?<=://)(?P<user>[^{_NOT_AUTHORITY}:/?#@]{{0,128}}+):(?P<password>[^{_NOT_AUTHORITY}/?#]{{1,128}}(?=@)"
    rf"|(?!\d{{1,5}}/)[^{_NOT_AUTHORITY}@]{{1,128}}+(?=@))"
    rf"|(?<=://)(?P<token>[^{_NOT_AUTHORITY}:/?#@]{{16,256}}+)(?=@)"
)
_USERINFO_ESCAPED = re.compile(
    r"(?:%(?:25)?3a(?:%(?:25)?2f|/){2}|:\\/\\/)(?P<user>[^\s&%:@/\"']{0,128}+)(?:%(?:25)?3a|:)(?P<password>[^\s&@\"']{1,128}?)(?=%(?:25)?40|@)",
    re.IGNORECASE,
)
_BEARER = re.compile(r"\b(?:bearer|token|dpop)(?:[ \t]+|%20|\+)(?P<value>[\w\-.~+/=]{8,}+)", re.IGNORECASE)
_BASIC = re.compile(r"\bbasic(?:[ \t]+|%20|\+)(?P<value>[\w\-+/]{6,}+(?:=|%3D){0,2})", re.IGNORECASE)
_HASH = re.compile(
    r"\$(?:2[abxy]?|argon2\w{1,2}|[1567y]|5r|pbkdf2(?:-\w{1,10})?|scrypt|apr1|bcrypt-sha256)\$[\w$=,./+\-]{20,}+"
    r"|\b(?:pbkdf2_\w{1,10}|bcrypt(?:_sha256)?|scrypt(?::\d+){0,3}|pbkdf2:\w{1,10}(?::\d+)?|argon2|sha1|md5)"
    r"\$[\w$=,./+\-:]{20,}+"
)
_LDAP_HASH = re.compile(r"\{S?SHA(?:256|512)?\}[\w+/=]{20,}+|\{S?MD5\}[\w+/=]{20,}+|\{CRYPT\}\S{10,}+")
_DIGITS = re.compile(r"\d{4}(?:[ +\-]|%20)?\d{4}(?:[ +\-]|%20)?\d{2}(?:[ +\-]|%20)?\d{2}", re.ASCII)
_NUMBER_START = rf"(?:(?<![\w.])(?<![0-9a-fA-F]-)|{ESCAPE})"
_CARD = re.compile(
    _NUMBER_START + r"(?:\d{4}(?P<gap>[ +\-]|%20)\d{4}(?P=gap)\d{4}(?P=gap)\d{4}"
    r"|\d{4}(?P<gap2>[ +\-]|%20)\d{6}(?P=gap2)\d{4,5}|\d{14,16})(?![\w]|[.\-]\d)",
    re.ASCII,
)
_SSN_SHAPE = re.compile(r"\d\d\d-\d\d-\d", re.ASCII)
_SSN = re.compile(_NUMBER_START + r"(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w]|[.\-]\d)", re.ASCII)
_ISSUERS = {  # by length: the ranges of the first four digits
    16: ((4000, 4999), (5100, 5599), (2221, 2720), (6011, 6011), (6440, 6599), (6200, 6299), (3528, 3589)),
    15: ((3400, 3499), (3700, 3799)),
    14: ((3000, 3059), (3600, 3699), (3800, 3899)),
}
_TAIL = re.compile(
    rf"(?:(?<![A-Za-z0-9])(?:{BEGINNINGS})[\w\-.~+/=:]{{0,400}}+|://[^\s/@\"'<>]{{1,256}}+|\d[\d \-]{{5,24}}+)\Z"
)


def is_card(digits: str) -> bool:
    """Say whether digits are a payment card's: a known issuer, the Luhn sum, at least three different digits."""
    ranges = _ISSUERS.get(len(digits), ())
    if not any(first <= int(digits[:4]) <= last for first, last in ranges) or len(set(digits)) < 3:
        return False
    doubled = (int(digit) * 2 for digit in digits[-2::-2])
    return (sum(int(digit) for digit in digits[-1::-2]) + sum(n - 9 if n > 9 else n for n in doubled)) % 10 == 0


def _mask_card(match: re.Match[str]) -> str:
    digits = "".join(char for char in match[0].replace("%20", "") if char.isdigit())
    return REDACTED if is_card(digits) else match[0]


def _mask_value(match: re.Match[str], secret: bool) -> str:
    start = match.start("value") - match.start()
    return match[0][:start] + REDACTED if secret else match[0]


def _mask_bearer(match: re.Match[str]) -> str:
    value = match["value"]
    mixed = any(char.isdigit() for char in value) and not value.replace(".", "").isdigit()
    long = len(value) >= 20 and value[1:].lower() != value[1:] and not value.isupper()
    return _mask_value(match, (mixed and (len(value) >= 16 or match[0][0] in "bB")) or long)


def _mask_basic(match: re.Match[str]) -> str:
    encoded = match["value"].replace("%3D", "").rstrip("=")
    try:
        secret = b":" in b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_" if "-" in encoded else None)
    except ValueError:
        secret = False
    return _mask_value(match, secret)


def _mask_userinfo(match: re.Match[str]) -> str:
    if match["token"] is not None:
        return REDACTED if any(char.isdigit() for char in match["token"]) else match[0]
    masked = match["password"].startswith(REDACTED)
    user = REDACTED if len(match["user"]) >= 20 and any(char.isdigit() for char in match["user"]) else match["user"]
    return match[0] if masked else f"{user}:{REDACTED}"


def _mask_escaped(match: re.Match[str]) -> str:
    start = match.start("password") - match.start()
    return match[0][:start] + REDACTED


def mask_values(text: str, low: str) -> str:
    """Replace everything in a text that is a secret by its form; `low` is the text, or what it was, in lower case."""
    if "@" in low or "%40" in low or "%2540" in low:
        text = _USERINFO.sub(_mask_userinfo, text)
        if "3a%2" in low or "3a//" in low or ":\\/" in low:
            text = _USERINFO_ESCAPED.sub(_mask_escaped, text)
    if "private" in low:
        text = _PUTTY_KEY.sub(REDACTED, _PRIVATE_KEY.sub(REDACTED, text))
    if "bearer" in low or "token" in low or "dpop" in low:
        text = _BEARER.sub(_mask_bearer, text)
    if "basic" in low:
        text = _BASIC.sub(_mask_basic, text)
    text = mask_tokens(text)
    if "$" in text:
        text = _HASH.sub(REDACTED, text)
    if "}" in text and "{" in text:
        text = _LDAP_HASH.sub(REDACTED, text)
    if _DIGITS.search(text):
        text = _CARD.sub(_mask_card, text)
    return _SSN.sub(REDACTED, text) if "-" in text and _SSN_SHAPE.search(text) else text


def mask_tail(text: str) -> str:
    """Replace what may be the beginning of a secret at the end of a text that was cut there."""
    return text[:-512] + _TAIL.sub(REDACTED, text[-512:])
