"""Which arguments of a Redis command are its keys."""

from __future__ import annotations

from typing import Any

import pytest

from debug_toolbar_cache.command import command_of, note


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (("GET", "a"), ["a"]),
        (("MGET", "a", "b"), ["a", "b"]),
        (("MSET", "a", 1, "b", 2), ["a", "b"]),
        (("RENAME", "a", "b"), ["a", "b"]),
        (("BLPOP", "a", "b", 5), ["a", "b"]),
        (("OBJECT", "ENCODING", "a"), ["a"]),
        (("MEMORY USAGE", "a"), ["a"]),
        (("BITOP", "AND", "a", "b"), ["a"]),
        (("EVAL", "return 1", 2, "a", "b", "value"), ["a", "b"]),
        (("EVALSHA", "abc", "1", "a", "value"), ["a"]),
        (("EVAL", "return 1", "many", "a"), []),
        (("ZUNION", 2, "a", "b"), ["a", "b"]),
        (("ZUNIONSTORE", "to", 2, "a", "b"), ["to", "a", "b"]),
        (("XREAD", "COUNT", 1, b"streams", "a", "b", "0", "0"), ["a", "b"]),
        (("XREAD", "COUNT", 1), []),
        (("HGET", "a", "field"), ["a field"]),
        (("HGET", "a"), ["a"]),
        (("PUBLISH", "news", "hello"), ["news"]),
        (("FT.SEARCH", "index", "query"), ["index"]),
        (("KEYS", "*"), []),
        (("SCRIPT LOAD", "return 'secret'"), []),
    ],
)
def test_keys_are_found(words: tuple[Any, ...], keys: list[str]) -> None:
    """Each command's keys are found among its arguments, and nothing else of them."""
    command, attributes = command_of(words[0]), {}
    if command.keys is not None:
        note(command, 1, words[1:], attributes)
    found = attributes.get("cache.keys", [attributes["cache.key"]] if "cache.key" in attributes else [])
    assert found == keys


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("get", "GET"), ("GET a", "GET"), ("script load", "SCRIPT LOAD"), ("SCRIPT", "SCRIPT"),
        ("JSON.GET", "JSON.GET"), ("", "?"), ("not a/command", "NOT"), ("<script>", "?"), ("x" * 100, "?"),
    ],
)  # fmt: skip
def test_names_are_names(given: str, name: str) -> None:
    """A command is shown by its name, in capitals; what can't be one is a question mark."""
    assert command_of(given).name == name


@pytest.mark.parametrize(
    ("words", "size"),
    [
        (("SET", "a", "12345"), 5), (("SETEX", "a", 60, b"123"), 3), (("HSET", "a", "f", "12", "g", "3"), 3),
        (("MSET", "a", "1", "b", "22"), 3), (("LPUSH", "a", "1", "22"), 3), (("SET", "a"), None), (("GET", "a"), None),
    ],
)  # fmt: skip
def test_what_is_written_has_a_size(words: tuple[Any, ...], size: int | None) -> None:
    """The bytes that a command writes are counted."""
    attributes: dict[str, Any] = {}
    note(command_of(words[0]), 1, words[1:], attributes)
    assert attributes.get("cache.bytes_written") == size
