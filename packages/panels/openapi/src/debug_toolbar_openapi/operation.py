"""An operation: what the document says of one method of one path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
_HOPS = 20


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a value if it is an object, else an empty one: a document may hold anything anywhere."""
    return value if isinstance(value, dict) else {}


@dataclass(frozen=True)
class Place:
    """A schema, and where in the document it stands, as a JSON pointer."""

    schema: Any
    pointer: str


@dataclass(frozen=True)
class Parameter:
    """One parameter: what it is called, where it is sent, and its schema."""

    name: str
    where: str
    required: bool
    schema: Any
    description: str


@dataclass(frozen=True)
class Operation:
    """What the document says of one method of one path; nothing in it is taken for granted."""

    document: Mapping[str, Any]
    path: str
    method: str
    content: Mapping[str, Any]
    shared: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its operationId, or an empty text."""
        return str(self.content.get("operationId") or "")

    @property
    def name(self) -> str:
        """What to call it: `GET /books`."""
        return f"{self.method.upper()} {self.path}"

    @property
    def summary(self) -> str:
        """What it does, in the document's words."""
        return str(self.content.get("summary") or self.content.get("description") or "")

    @property
    def tags(self) -> list[str]:
        """The groups it belongs to."""
        tags = self.content.get("tags")
        return [str(tag) for tag in tags] if isinstance(tags, list) else []

    @property
    def pointer(self) -> str:
        """Where in the document it stands."""
        return f"#/paths/{escaped(self.path)}/{self.method}"

    def fragment(self, page: str) -> str:
        """Return the part of an address that opens a page of documentation at this operation."""
        if not self.id:
            return ""
        tag = quote(self.tags[0]) if self.tags else "default"
        if page == "swagger":
            return f"#/{tag}/{quote(self.id)}"
        if page == "redoc":
            return f"#tag/{tag}/operation/{quote(self.id)}" if self.tags else f"#operation/{quote(self.id)}"
        if page == "scalar":
            return f"#tag/{tag}/{self.method.upper()}{quote(self.path)}"
        return ""

    def resolve(self, value: Any, pointer: str) -> Place:
        """Follow a reference within the document, for as long as it leads to another one."""
        for _ in range(_HOPS):
            reference = mapping(value).get("$ref")
            if not isinstance(reference, str) or not reference.startswith("#/"):
                return Place(value, pointer)
            value, pointer = at(self.document, reference), reference
        return Place(None, pointer)

    def parameters(self) -> list[Parameter]:
        """List its parameters, the path's own among them; what it says itself comes before those."""
        found: dict[tuple[str, str], Parameter] = {}
        for owner, pointer in ((self.content, self.pointer), (self.shared, "")):
            listed = owner.get("parameters")
            for item in listed if isinstance(listed, list) else ():
                said = mapping(self.resolve(item, pointer).schema)
                name, where = str(said.get("name") or ""), str(said.get("in") or "")
                schema, about = said.get("schema", {}), str(said.get("description") or "")
                if name:
                    made = Parameter(name, where, said.get("required") is True, schema, about)
                    found.setdefault((name, where), made)
        return list(found.values())

    def request(self) -> dict[str, Place]:
        """Return the schema of the request's body by media type."""
        body = self.resolve(self.content.get("requestBody"), f"{self.pointer}/requestBody")
        return dict(self._media(body))

    @property
    def needs_body(self) -> bool:
        """Whether a request must have a body."""
        return mapping(self.resolve(self.content.get("requestBody"), "").schema).get("required") is True

    def responses(self) -> dict[str, Place]:
        """Return the described responses by status: `200`, `4XX`, `default`."""
        pointer = f"{self.pointer}/responses"
        listed = mapping(self.content.get("responses"))
        return {str(status): self.resolve(said, f"{pointer}/{escaped(str(status))}") for status, said in listed.items()}

    def response(self, status: int) -> Place | None:
        """Return what is said of a status, by itself, by its class, or of all others."""
        described = self.responses()
        names = (str(status), f"{status // 100}XX", f"{status // 100}xx", "default")
        return next((described[name] for name in names if name in described), None)

    def bodies(self, response: Place) -> dict[str, Place]:
        """Return the schema of a response's body by media type."""
        return dict(self._media(response))

    def _media(self, owner: Place) -> Iterator[tuple[str, Place]]:
        for media, said in mapping(mapping(owner.schema).get("content")).items():
            schema = mapping(said).get("schema", {})
            yield str(media).lower(), Place(schema, f"{owner.pointer}/content/{escaped(str(media))}/schema")


def escaped(name: str) -> str:
    """Return a name as a step of a JSON pointer in a reference."""
    return quote(name.replace("~", "~0").replace("/", "~1"), safe="~{}:")


def at(document: Any, pointer: str) -> Any:
    """Return what stands at a pointer such as `#/components/schemas/Book`, or None."""
    from urllib.parse import unquote

    for step in pointer.removeprefix("#/").split("/"):
        name = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(document, list):
            document = document[int(name)] if name.isdecimal() and int(name) < len(document) else None
        else:
            document = mapping(document).get(name)
    return document


def chosen(described: Mapping[str, Place], media: str) -> Place | None:
    """Return the schema for a media type: its own, or that of a range such as `text/*`."""
    family = media.partition("/")[0]
    found = {name.partition(";")[0].strip(): place for name, place in described.items()}
    return found.get(media) or found.get(f"{family}/*") or found.get("*/*")
