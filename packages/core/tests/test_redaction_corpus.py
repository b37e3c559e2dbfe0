"""Redaction against the shared corpus of secrets and lookalikes, or a small one of its own where that is absent."""

from __future__ import annotations

import importlib.util
import json
import sys
from base64 import b64encode
from pathlib import Path

from debug_toolbar_core.redaction import Redactor


def _own_cases() -> list[tuple[str, str, object, str]]:
    secret = b64encode(b"generated, not real").decode()
    return [
        ("secret", "header", ("Authorization", f"Bearer {secret}"), secret),
        ("secret", "kv", ("api_key", secret), secret),
        ("secret", "text", f"login body=user=bob&password={secret}&n=3", secret),
        ("secret", "obj", {"form": [("user", "bob"), ("client_secret", secret)]}, secret),
        ("benign", "header", ("ETag", '"0123456789abcdef"'), ""),
        ("benign", "kv", ("token_count", 3), ""),
        ("benign", "text", "Forgot your password?", ""),
        ("benign", "obj", {"columns": ["id", "password", "token"]}, ""),
    ]


def _cases() -> list[tuple[str, str, object, str]]:
    for parent in Path(__file__).resolve().parents:
        path = parent.parent / "shared" / "data" / "redaction_corpus.py"
        if path.is_file():
            spec = importlib.util.spec_from_file_location("redaction_corpus", path)
            assert spec is not None
            assert spec.loader is not None
            module = sys.modules["redaction_corpus"] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            found = [case for seed in (7, 8, 9) for case in module.build(seed)]
            return [(case.label, case.carrier, case.payload, case.needle) for case in found]
    return _own_cases()


CASES = _cases()


def _redacted(carrier: str, payload: object, redactor: Redactor) -> tuple[object, object]:
    if carrier == "header":
        assert isinstance(payload, tuple)
        return redactor.headers([payload]), [payload]
    if carrier == "kv":
        assert isinstance(payload, tuple)
        return redactor.value(payload[1], payload[0]), payload[1]
    if carrier == "text":
        assert isinstance(payload, str)
        return redactor.text(payload), payload
    return redactor.value(payload), payload


def _channels(text: str, redactor: Redactor) -> list[object]:
    """Send one text through every way in."""
    return [
        redactor.text(text),
        redactor.text(json.dumps({"note": text})),
        redactor.text(repr({"note": text})),
        redactor.value(text, "note"),
        redactor.value({"a": [{"note": text}, (1, text)]}),
        redactor.value(text.encode()),
        redactor.headers([("X-Note", text)]),
        redactor.pairs([("q", text)]),
        redactor.value({text: 1}),
    ]


def test_no_secret_of_the_corpus_survives_in_its_carrier() -> None:
    """Recall on the corpus is 1.0."""
    redactor = Redactor()
    leaks = []
    for label, carrier, payload, needle in CASES:
        shown = json.dumps(_redacted(carrier, payload, redactor)[0], ensure_ascii=False)
        if label == "secret" and needle in shown:
            leaks.append((needle, shown))
    assert leaks == []


def test_every_lookalike_of_the_corpus_stays_as_it_is() -> None:
    """Precision on the corpus is 1.0."""
    redactor = Redactor()
    changed = []
    for label, carrier, payload, _ in CASES:
        if label == "benign":
            shown, given = _redacted(carrier, payload, redactor)
            if json.dumps(shown) != json.dumps(given):
                changed.append((given, shown))
    assert changed == []


def test_no_secret_text_of_the_corpus_survives_in_any_channel() -> None:
    """A text that holds a secret is caught as JSON in a string, as repr, as bytes, as a key, in a header or a pair."""
    redactor = Redactor()
    leaks = [
        (needle, shown)
        for label, carrier, payload, needle in CASES
        if label == "secret" and carrier == "text" and isinstance(payload, str)
        for shown in _channels(payload, redactor)
        if needle in json.dumps(shown, ensure_ascii=False)
    ]
    assert leaks == []


def test_redacting_twice_changes_nothing_more() -> None:
    """What was redacted is stable: a record can be imported and redacted again."""
    redactor = Redactor()
    texts = [payload for _, carrier, payload, _ in CASES if carrier == "text" and isinstance(payload, str)]
    once = [redactor.text(text) for text in texts]
    assert [(text, redactor.text(text)) for text in once if redactor.text(text) != text] == []
