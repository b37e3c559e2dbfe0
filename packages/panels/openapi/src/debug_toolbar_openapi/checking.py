"""Checking: a body held against its schema, violation by violation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from importlib import import_module
from itertools import islice
from typing import Any

from debug_toolbar_core.exchange import Body
from debug_toolbar_core.redaction import REDACTED
from debug_toolbar_openapi.formats import FORMATS, has_format
from debug_toolbar_openapi.patterns import matches
from debug_toolbar_openapi.violation import ValidationError, Violation

_CUT = re.compile(r"… \((?:\d+ more|cycle|deeper)\)|<int of \d+ bits>")
_LONG = re.compile(r".*… \(\d+ more\)", re.DOTALL)


@dataclass(frozen=True)
class Checked:
    """What came of a check: its violations, how many values redaction hid from it, or why there was none."""

    violations: list[Violation] = field(default_factory=list)
    hidden: int = 0
    more: bool = False
    why: str = ""

    @property
    def words(self) -> str:
        """Say it in a few words."""
        if self.why:
            return f"not checked, because {self.why}"
        if not self.violations:
            return "conforms"
        count = sum(violation.times for violation in self.violations)
        return f"{count}{' or more' if self.more else ''} violation{'s' if count != 1 else ''}"


def unreadable(body: Body) -> str:
    """Say why a body cannot be checked, or nothing when it can."""
    if body.truncated:
        return f"only {body.seen:,} of its {body.size:,} bytes were kept (`Limits(body=…)`)"
    if body.kind == "json":
        return "it has more values than a record keeps" if _is_cut(body.value) else ""
    if body.kind == "form":
        return "it is a form, not JSON"
    media = body.content_type.partition(";")[0] or "of no type"
    if body.encoding and body.kind == "binary":
        return f"it is compressed with {body.encoding}, which is not undone here"
    return f"it is {media}, not JSON" if "json" not in media else "it says that it is JSON, and is not"


def _is_cut(value: Any) -> bool:
    """Tell whether redaction left items out of a list or an object."""
    if isinstance(value, dict):
        return "…" in value or any(_is_cut(item) for item in value.values())
    if isinstance(value, list):
        last = value[-1] if value else None
        return (isinstance(last, str) and bool(_CUT.fullmatch(last))) or any(_is_cut(item) for item in value)
    return False


def check(value: Any, document: Mapping[str, Any], pointer: str, most: int) -> Checked:
    """Hold a value against the schema at a pointer of a document whose schemas are of JSON Schema 2020-12."""
    try:
        jsonschema, referencing = import_module("jsonschema"), import_module("referencing")
    except ImportError:
        return Checked(why="`jsonschema` is not installed here")
    # The document is the schema's own resource, so its references stay inside of it; nothing is ever fetched.
    root = {**{key: document[key] for key in document if not key.startswith("$")}, "$ref": pointer}
    try:
        validator = _validator()(root, registry=referencing.Registry(), format_checker=_format_checker())
        found = list(islice(_seen(validator.iter_errors(value)), most + 1))
    except referencing.exceptions.Unresolvable as error:
        return Checked(why=f"the document has no `{str(error.ref)[:100]}`")
    except RecursionError:
        return Checked(why="its schema is nothing but references to itself")
    except (jsonschema.exceptions.UnknownType, TypeError, ValueError, AttributeError, KeyError) as error:
        return Checked(why=f"its schema is none: {type(error).__name__}")
    told = [error for error in found if error is not None]
    return Checked(_grouped(told[:most]), len(found) - len(told), len(found) > most)


def _seen(errors: Iterator[ValidationError]) -> Iterator[ValidationError | None]:
    """Yield the errors that count, seen through alternatives; None for one about what redaction hid."""
    for error in errors:
        yield from _expanded(error)


def _expanded(error: ValidationError) -> Iterator[ValidationError | None]:
    if _is_hidden(error.instance):
        yield None
        return
    if error.validator not in ("anyOf", "oneOf") or not error.context:
        yield error
        return
    if _hides(error.instance):
        yield None
        return
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    fitting = [found for found in branches.values() if not any(_is_other_type(inner) for inner in found)]
    if len(fitting) != 1:
        yield error
        return
    for inner in fitting[0]:  # the one alternative that was meant: what is wrong with it says more
        yield from _expanded(inner)


def _is_other_type(error: ValidationError) -> bool:
    return error.validator in ("type", "const", "enum") and not error.path


def _is_hidden(value: Any) -> bool:
    return isinstance(value, str) and bool(REDACTED in value or _CUT.fullmatch(value) or _LONG.fullmatch(value))


def _hides(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_hides(item) for item in value.values())
    return any(_hides(item) for item in value) if isinstance(value, list) else _is_hidden(value)


def _grouped(errors: list[ValidationError]) -> list[Violation]:
    """Put what is wrong with each item of a list alike into one violation."""
    found: dict[tuple[Any, ...], Violation] = {}
    for error in errors:
        violation = Violation.of(error)
        known = found.setdefault(violation.kind, violation)
        known.times += known is not violation
    return list(found.values())


@lru_cache(maxsize=1)
def _validator() -> Any:
    """Return the validator whose patterns are those that end in time."""
    jsonschema = import_module("jsonschema")

    def pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if isinstance(instance, str) and matches(pattern, instance) is False:
            yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")

    def pattern_properties(validator: Any, patterns: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        for pattern, inner in patterns.items() if isinstance(instance, dict) else ():
            for name, value in instance.items():
                if matches(pattern, name):
                    yield from validator.descend(value, inner, path=name, schema_path=pattern)

    words = {"pattern": pattern, "patternProperties": pattern_properties}
    return jsonschema.validators.extend(jsonschema.Draft202012Validator, words)


@lru_cache(maxsize=1)
def _format_checker() -> Any:
    """Return jsonschema's table of formats with ours in it alone."""
    checker = import_module("jsonschema").FormatChecker(formats=())
    checker.checkers = {name: (partial(_is_of, name), ()) for name in FORMATS}
    return checker


def _is_of(name: str, value: object) -> bool:
    return not isinstance(value, str) or has_format(value, name)
