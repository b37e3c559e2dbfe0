"""Set-Cookie: what a response asks the browser to keep, and what of it others can read or send."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from debug_toolbar_core.fields import parameter

_SESSION = re.compile(r"sess|auth|token|jwt|login|remember", re.IGNORECASE)
_READ_BY_SCRIPTS = re.compile(r"csrf|xsrf", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie that is being set: its name and attributes, never its value."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, header: str) -> Cookie:
        """Read a Set-Cookie header.

        >>> Cookie.parse("id=7; Path=/; Secure")
        Cookie(name='id', attributes={'path': '/', 'secure': ''})
        """
        pair, *rest = header.split(";")
        name = pair.partition("=")[0].strip() if "=" in pair else ""
        return cls(name, dict(parameter(part) for part in rest if part.strip()))

    @property
    def same_site(self) -> str:
        """Its `SameSite` as it was written, empty when it has none."""
        return self.attributes.get("samesite", "")

    @property
    def lifetime(self) -> str:
        """Say until when the browser keeps it."""
        age = self.attributes.get("max-age")
        if age is not None:
            return "deleted" if age.startswith("-") or age == "0" else f"{age} s"
        return self.attributes.get("expires") or "until the browser closes"

    @property
    def deleted(self) -> bool:
        """Whether it is set only to be forgotten at once."""
        return self.lifetime == "deleted" or "01 Jan 1970" in self.lifetime

    @property
    def is_session(self) -> bool:
        """Whether its name says that it is a proof of who asks, which no script should read."""
        return bool(_SESSION.search(self.name)) and not _READ_BY_SCRIPTS.search(self.name)

    def missing(self, secure: bool) -> list[str]:
        """List the attributes that would protect it and that it has not: `HttpOnly` for a session, `Secure` on https.

        >>> Cookie.parse("session=7").missing(secure=True)
        ['HttpOnly', 'Secure', 'SameSite']
        """
        if self.deleted:
            return []
        wanted = {"HttpOnly": self.is_session, "Secure": secure, "SameSite": True}
        return [name for name, asked in wanted.items() if asked and name.lower() not in self.attributes]
