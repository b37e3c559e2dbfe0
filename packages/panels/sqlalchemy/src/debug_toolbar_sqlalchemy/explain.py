"""Explain: the plan of a stored statement, by its index in the record, kept with the record."""

from __future__ import annotations

from typing import Any

from debug_toolbar_core import Record, Span
from debug_toolbar_core.blocks import Block, Notice
from debug_toolbar_core.fault import message_of
from debug_toolbar_core.redaction import REDACTED, Redactor
from debug_toolbar_core.snapshot import ATOMS
from debug_toolbar_sqlalchemy import plans
from debug_toolbar_sqlalchemy.asking import Refused, ask, check
from debug_toolbar_sqlalchemy.engines import engine_of
from debug_toolbar_sqlalchemy.kept import PANEL, Original, originals_of
from debug_toolbar_sqlalchemy.plans import Plan
from debug_toolbar_sqlalchemy.reading import Reading, Statement, read, whole

_SHORTEST = 3
_REDACTOR = Redactor()
_CUT = " more)"


async def explain(record: Record, index: int, seconds: float) -> list[Block]:
    """Return the blocks of a statement's plan, and keep it with the record; a refusal says why."""
    reading = read(record)
    statement = next((each for each in reading.statements if each.index == index), None)
    if statement is None:
        return [Notice("error", f"This record has no statement at {index}.", "Its statements are in the table.")]
    secrets: list[str] = []
    try:
        facts, text, parameters, thread, _ = _first(_original(record, statement) or _stored(reading, statement))
        secrets = _secrets(statement.span, parameters)
        plan = await ask(facts, text, parameters or None, thread, seconds)
    except Refused as refused:
        return [Notice("info", f"This statement cannot be explained. {refused}")]
    except Exception as error:  # noqa: BLE001 - a border: whatever the database or its driver says is the answer
        said = message_of(getattr(error, "orig", None) or error)
        return [Notice("error", f"The database refused: {type(error).__qualname__}: {_cleared(said, secrets)}")]
    plan = plan.mapped(lambda text: _cleared(text, secrets))
    _keep(record, index, plan)
    return plans.blocks(plan.to_json())


def _original(record: Record, statement: Statement) -> Original | None:
    """Return the statement as the driver was given it, where this process has it still."""
    kept = originals_of(record)
    if kept is None:
        return None
    original, start = kept.originals.get(statement.index), statement.span.start
    if original is None or original.start == start:
        return original
    # In a record that goes on for hours the oldest spans go, and the others move up.
    return next((each for each in kept.originals.values() if each.start == start), None)


def _first(original: Original) -> Original:
    """Return a statement that may be explained, with one set of parameters: the first of many. Raises Refused."""
    parameters = original.parameters
    if isinstance(parameters, list):
        parameters = parameters[0] if parameters else None
    return original._replace(statement=check(original.facts, original.statement), parameters=parameters)


def _stored(reading: Reading, statement: Statement) -> Original:
    """Return the statement as far as the record itself has all of it. Raises Refused."""
    if statement.text.endswith(_CUT) or REDACTED in statement.text:
        raise Refused("The record keeps only a part of its text.")
    if statement.redacted or statement.span.attributes.get("db.query.parameters_native") is False:
        raise Refused(
            "Its parameters are redacted or shortened in the record, and the process that had them has let them go."
        )
    place = whole(statement.span, "engine")
    described = reading.engines[place] if place is not None and 0 <= place < len(reading.engines) else None
    facts = None if described is None else engine_of(described)
    if facts is None:
        raise Refused("This process has not used its database yet; ask for a page that does.")
    values = statement.parameters
    if statement.many is not None:
        values = values[0] if values else None
    return Original(facts, statement.text, tuple(values) if isinstance(values, list) else values, 0)


def _secrets(span: Span, parameters: Any) -> list[str]:
    """Return what the database may say of the values that the record redacts."""
    stored = span.attributes.get("db.query.parameters")
    pairs = stored[0] if isinstance(stored, list) and stored and _nested(stored) else stored
    names = span.attributes.get("db.query.parameter_names")
    if isinstance(parameters, dict):
        values = [parameters.get(name) for name in names] if isinstance(names, list) else list(parameters.values())
    else:
        values = list(parameters or ())
    shown = [each[1] for each in pairs if isinstance(each, list) and len(each) == 2] if isinstance(pairs, list) else []
    hidden = [value for value, seen in zip(values, shown, strict=False) if type(seen) is str and REDACTED in seen]
    texts = [text for value in hidden if type(value) in ATOMS for text in _written(value)]
    return sorted((text for text in texts if len(text) >= _SHORTEST), key=len, reverse=True)


def _nested(pairs: list[Any]) -> bool:
    return all(isinstance(each, list) and (not each or isinstance(each[0], list)) for each in pairs)


def _written(value: Any) -> list[str]:
    if type(value) is bytes:
        return [value.hex()]
    text = str(value)  # of a standard type: databases write dates and numbers as Python does
    return [text, text.replace("'", "''")]


def _cleared(text: str, secrets: list[str]) -> str:
    """Return what the database says without the values that the record does not show."""
    for secret in secrets:
        text = text.replace(secret, REDACTED)
    return _REDACTOR.text(text)


def _keep(record: Record, index: int, plan: Plan) -> None:
    data = record.data.get(PANEL)
    data = dict(data) if isinstance(data, dict) else {}
    kept = data.get("plans")
    data["plans"] = {**(kept if isinstance(kept, dict) else {}), str(index): plan.to_json()}
    record.data[PANEL] = data
