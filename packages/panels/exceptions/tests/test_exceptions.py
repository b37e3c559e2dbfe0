"""What is collected of exceptions, and how it is shown."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterable
from typing import Any

import pytest

from debug_toolbar_core import Config, Record, Toolbar, current
from debug_toolbar_core.blocks import Badge, Block, Code, Facts, Notice, Section, Table, Tree, walk
from debug_toolbar_core.exchange import Plain, Request, Response
from debug_toolbar_exceptions import ExceptionsPanel


@pytest.fixture
def toolbar() -> Toolbar:
    """Return a toolbar with the exceptions panel."""
    return Toolbar(Config(panels=[ExceptionsPanel(seconds=5)], strict=True))


def fails(toolbar: Toolbar, function: Any) -> Record:
    """Return the record of a request in which a function raised."""
    with pytest.raises(BaseException) as raised, toolbar.capture("http") as record:  # noqa: PT011 - whatever it was
        function()
    assert raised.value is not None
    return record


def links(record: Record, index: int = 0) -> list[dict[str, Any]]:
    """Return the chain of one of a record's exceptions."""
    found: list[dict[str, Any]] = record.data["exceptions"]["exceptions"][index]["chain"]
    return found


def titles(blocks: Iterable[Block]) -> list[str]:
    """Return the titles of all sections, outermost first."""
    return [block.title for block in walk(blocks) if isinstance(block, Section)]


def no_stock() -> None:
    """Raise in a frame with variables that tell something and one that is secret."""
    look_up("Emma", "hunter2-of-mine", {"ids": [1, 2], "book": Hostile()})


def look_up(title: str, password: str, wanted: dict[str, Any]) -> None:
    """Raise, for every title."""
    raise ValueError(f"no stock of {title}")


class Hostile:
    """Raises, or ends the process, as soon as somebody asks it anything."""

    def _end(self, *_: object) -> Any:
        raise SystemExit("asked")

    __repr__ = __str__ = __eq__ = __bool__ = __len__ = __iter__ = __hash__ = __format__ = _end


class Talkative(Exception):
    """An exception that would run code when it is described."""

    def __str__(self) -> str:
        raise RuntimeError("asked")

    __repr__ = __str__

    def __getattribute__(self, name: str) -> Any:
        if name not in ("__traceback__", "with_traceback", "__class__", "args", "add_note"):
            raise RuntimeError(name)
        return object.__getattribute__(self, name)


async def test_an_unhandled_exception_is_an_error_at_the_users_line(toolbar: Toolbar) -> None:
    """The notice says what was raised and where; the badge names the type."""
    record = fails(toolbar, no_stock)
    loaded = await toolbar.load(record.id)
    shown = toolbar.shown(loaded)[0]
    assert shown.badge == Badge("ValueError", None, "error")
    (notice,) = shown.notices
    assert (notice.level, notice.text, notice.label) == ("error", "ValueError: no stock of Emma", "exception")
    assert notice.source is not None
    assert (notice.source.file, notice.source.function) == (__file__, "look_up")


async def test_a_users_frame_shows_source_and_variables(toolbar: Toolbar) -> None:
    """The code around the line is shown with the line marked, and the variables redacted by their names."""
    loaded = await toolbar.load(fails(toolbar, no_stock).id)
    blocks = toolbar.blocks(loaded, "exceptions")
    codes = [block for block in walk(blocks) if isinstance(block, Code)]
    assert codes[0].start is not None
    assert codes[0].highlight is not None
    marked = codes[0].text.splitlines()[codes[0].highlight - codes[0].start]
    assert codes[0].text.startswith("def look_up(")
    assert marked == '    raise ValueError(f"no stock of {title}")'
    tree = next(block for block in walk(blocks) if isinstance(block, Tree))
    assert tree.value == {
        "title": "Emma",
        "password": "[redacted]",
        "wanted": {"ids": [1, 2], "book": f"<{Hostile.__module__}.Hostile>"},
    }
    assert "hunter2-of-mine" not in str(loaded.data["exceptions"]["exceptions"][0]["chain"][0]["frames"][-1]["locals"])


def test_no_code_of_the_application_is_run(toolbar: Toolbar) -> None:
    """Objects and exceptions that end the process when they are asked for anything are shown by their types."""

    def raises() -> None:
        hostile = [Hostile()]
        raise Talkative("quiet", hostile)

    record = fails(toolbar, raises)
    (told,) = links(record)
    assert told["type"] == "Talkative"
    assert told["message"] == f"quiet, ['<{Hostile.__module__}.Hostile>']"
    assert told["frames"][-1]["locals"] == {"hostile": [f"<{Hostile.__module__}.Hostile>"]}


def test_library_frames_are_folded(toolbar: Toolbar) -> None:
    """Frames of libraries have no variables and lie folded between the user's own."""

    def key(_: object) -> int:
        raise KeyError("sort")

    def raises() -> None:
        import json

        json.loads("[1]", object_hook=key, parse_int=key)

    record = fails(toolbar, raises)
    frames = links(record)[0]["frames"]
    assert [frame["library"] for frame in frames][-5:] == [False, True, True, True, False]
    assert "locals" not in frames[-2]
    folded = [block for block in walk(toolbar.blocks(record, "exceptions")) if isinstance(block, Section)]
    (library,) = [section for section in folded if section.title.endswith("library frames")]
    assert not library.open
    assert isinstance(library.blocks[0], Table)
    assert len(library.blocks[0].rows) == 3 if sys.version_info < (3, 13) else library.blocks[0].rows


def test_nothing_raised_leaves_nothing(toolbar: Toolbar) -> None:
    """Without an exception there is no data and nothing to show."""
    with toolbar.capture("http") as record:
        pass
    assert record.data == {}
    assert toolbar.shown(record)[0].blocks == []


def test_causes_and_contexts_are_a_chain(toolbar: Toolbar) -> None:
    """What an exception came from is shown beneath it, and `from None` hides it."""

    def low() -> None:
        raise KeyError("id")

    def raises() -> None:
        try:
            try:
                low()
            except KeyError:
                raise LookupError("while handling")  # noqa: B904 - a context is what is tested
        except LookupError as error:
            raise ValueError("because") from error

    def hides() -> None:
        try:
            low()
        except KeyError:
            raise ValueError("alone") from None

    record = fails(toolbar, raises)
    assert [(told["type"], told["relation"]) for told in links(record)] == [
        ("ValueError", None), ("LookupError", "cause"), ("KeyError", "context"),
    ]  # fmt: skip
    found = titles(toolbar.blocks(record, "exceptions"))
    assert "Caused by LookupError: while handling" in found
    assert "Raised while handling KeyError: id" in found
    assert len(links(fails(toolbar, hides))) == 1


def test_a_chain_that_bites_its_tail_ends(toolbar: Toolbar) -> None:
    """An exception that is its own cause's cause is told once."""

    def raises() -> None:
        first, second = ValueError("a"), ValueError("b")
        first.__cause__, second.__cause__ = second, first
        raise first

    assert [told["message"] for told in links(fails(toolbar, raises))] == ["a", "b"]


def test_a_long_chain_is_bounded(toolbar: Toolbar) -> None:
    """Of a hundred causes the ten nearest are told."""

    def raises() -> None:
        error = ValueError("0")
        for number in range(1, 100):
            later = ValueError(str(number))
            later.__cause__ = error
            error = later
        raise error

    assert [told["message"] for told in links(fails(toolbar, raises))] == [str(99 - number) for number in range(10)]


def test_groups_show_their_exceptions(toolbar: Toolbar) -> None:
    """The exceptions of a group are sections inside it, nested groups too, at most ten of each."""

    async def part(number: int) -> None:
        raise ValueError(f"part {number}")

    async def parts() -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(12):
                group.create_task(part(number))

    record = fails(toolbar, lambda: asyncio.run(parts()))
    (told,) = links(record)
    assert told["type"] == "ExceptionGroup"
    assert [child[0]["message"] for child in told["children"]] == [f"part {number}" for number in range(10)]
    assert told["more"] == 2
    assert told["children"][0][0]["frames"][-1]["function"].endswith("part")
    blocks = toolbar.blocks(record, "exceptions")
    assert "ValueError: part 3" in titles(blocks)
    items = [item for block in walk(blocks) if isinstance(block, Facts) for item in block.items]
    assert ("more exceptions in this group", 2) in [(item.label, item.value) for item in items]


def test_groups_in_groups_end_somewhere(toolbar: Toolbar) -> None:
    """Groups that hold groups are told five levels deep."""

    def raises() -> None:
        error: Exception = ValueError("inside")
        for _ in range(50):
            error = ExceptionGroup("around", [error])
        raise error

    record = fails(toolbar, raises)
    assert titles(toolbar.blocks(record, "exceptions")).count("ExceptionGroup: around (1 sub-exception)") <= 5
    assert record.failures == {}


def test_recursion_is_one_frame_that_says_how_often(toolbar: Toolbar) -> None:
    """A function that calls itself on one line until Python stops it is one frame."""

    def endless(depth: int) -> int:
        return endless(depth + 1)

    record = fails(toolbar, lambda: endless(0))
    (endless_one,) = [told for told in links(record)[0]["frames"] if told["function"].endswith("endless")]
    assert endless_one["times"] > 100
    assert any("calls itself" in title for title in titles(toolbar.blocks(record, "exceptions")))


def test_a_deep_traceback_keeps_both_ends(toolbar: Toolbar) -> None:
    """Of frames that alternate, the outermost and the innermost are kept and the rest is counted."""

    def even(depth: int) -> int:
        if depth == 0:
            raise ValueError("deep")
        return odd(depth - 1)

    def odd(depth: int) -> int:
        return even(depth - 1)

    record = fails(toolbar, lambda: even(200))
    (told,) = links(record)
    assert len(told["frames"]) == 32
    assert told["omitted"] > 150
    assert told["frames"][-1]["locals"] == {"depth": 0, "odd": "<builtins.function>"}
    items = [block.items for block in walk(toolbar.blocks(record, "exceptions")) if isinstance(block, Facts)]
    assert "frames left out" in [item.label for item in items[0]]


async def test_handled_exceptions_are_informative(toolbar: Toolbar) -> None:
    """A handled exception is for information, with its traceback even when the framework cleared it."""
    with toolbar.capture("http") as record:
        try:
            no_stock()
        except ValueError as error:
            record.fail(error, handled=True, status=409)
            error.__traceback__ = None
    loaded = await toolbar.load(record.id)
    shown = toolbar.shown(loaded)[0]
    assert shown.badge == Badge("ValueError", None, "info")
    assert (shown.notices[0].level, shown.notices[0].label) == ("info", "handled exception")
    assert shown.notices[0].source is not None
    assert shown.notices[0].source.function == "look_up"


@pytest.mark.parametrize("status", [500, None])
async def test_a_handler_that_answers_500_does_not_make_it_less(toolbar: Toolbar, status: int | None) -> None:
    """An exception that its handler turned into a server error is an error, whoever says the status."""
    with toolbar.capture("http") as record:
        record.wire = Plain(Request(), Response(500))
        record.fail(ValueError("boom"), handled=True, status=status)
    notice = toolbar.notices(await toolbar.load(record.id))[0][1]
    assert notice.level == "error"


async def test_unhandled_ones_come_first(toolbar: Toolbar) -> None:
    """The exception that decided the request is the first, whatever was handled before it."""

    def raises() -> None:
        record = current()
        assert record is not None
        for number in range(3):
            record.fail(KeyError(number), handled=True)
        no_stock()

    record = fails(toolbar, raises)
    assert [links(record, index)[0]["type"] for index in range(4)] == ["ValueError", *["KeyError"] * 3]
    shown = toolbar.shown(await toolbar.load(record.id))[0]
    assert shown.badge == Badge("ValueError", "and 3 more", "error")
    assert [notice.level for notice in shown.notices] == ["error", "info", "info", "info"]


def test_overlapping_requests_keep_their_own_exceptions(toolbar: Toolbar) -> None:
    """Each of two requests that overlap has its own exception."""

    async def request(name: str) -> Record:
        with pytest.raises(ValueError, match=name), toolbar.capture("http") as record:
            await asyncio.to_thread(slow, name)
        return record

    def slow(name: str) -> None:
        time.sleep(0.005)
        raise ValueError(name)

    async def both() -> list[Record]:
        return list(await asyncio.gather(request("a"), request("b")))

    assert [links(record)[0]["message"] for record in asyncio.run(both())] == ["a", "b"]


def test_the_time_is_bounded_and_said() -> None:
    """When its time is over the panel stops between two items, and says that it did."""
    toolbar = Toolbar(Config(panels=[ExceptionsPanel(seconds=1e-9)], strict=True))
    record = fails(toolbar, no_stock)
    assert record.data["exceptions"]["stopped"] == "time"
    notices = [notice for _, notice in toolbar.notices(record)]
    assert notices[0].text == "ValueError: no stock of Emma"
    assert notices[1].text.startswith("Not everything is told of these exceptions: the limit of time")


def test_values_and_frames_are_bounded(toolbar: Toolbar) -> None:
    """Hundreds of large variables in many exceptions are cut at a limit that the record can hold."""

    large = {str(number): [number] * 5 for number in range(1_000)}

    def raises(depth: int, one: object = large, two: object = large, three: object = large) -> None:
        if depth == 0:
            raise ValueError("full")
        if depth % 2:
            raises(depth - 1)
        raises(depth - 1)

    def many() -> None:
        raise ExceptionGroup("many", [caught(30) for _ in range(10)])

    def caught(depth: int) -> Exception:
        try:
            raises(depth)
        except ValueError as error:
            return error
        raise AssertionError

    before = time.perf_counter()
    record = fails(toolbar, many)
    assert time.perf_counter() - before < 1
    assert record.data["exceptions"]["stopped"] in ("values", "frames")
    assert record.dropped == {}


def test_notes_long_messages_and_modules(toolbar: Toolbar) -> None:
    """Notes are facts, a message of many lines is shown whole, and a module's variables are left out."""

    def raises() -> None:
        error = ValueError("first\n" + "x" * 300)
        error.add_note("remember the milk")
        raise error

    record = fails(toolbar, raises)
    blocks = list(walk(toolbar.blocks(record, "exceptions")))
    facts = next(block for block in blocks if isinstance(block, Facts))
    assert [(item.label, item.value) for item in facts.items] == [
        ("type", "builtins.ValueError"), ("note", "remember the milk"),
    ]  # fmt: skip
    message = next(block for block in blocks if isinstance(block, Code))
    assert message.text.startswith("first\nxxx")
    assert next(block for block in blocks if isinstance(block, Notice)).text == "ValueError: first"
    scope: dict[str, Any] = {"__name__": "shop"}
    record = fails(toolbar, lambda: exec(compile("x = 1\n1 / 0", "/app/shop.py", "exec"), scope))  # noqa: S102
    assert links(record)[0]["frames"][-1] == {
        "file": "/app/shop.py", "line": 2, "function": "<module>", "library": False, "start": 1, "text": "",
        "locals": {},
    }  # fmt: skip


def test_a_class_body_with_its_own_mapping_is_not_asked(toolbar: Toolbar) -> None:
    """The variables of a class body that are kept in the application's mapping are left alone."""

    class Names(dict[str, Any]):
        def __iter__(self) -> Any:
            raise RuntimeError("asked")

        keys = items = __iter__

    class Meta(type):
        @classmethod
        def __prepare__(cls, *_: object) -> Names:
            return Names()

    def raises() -> None:
        class Book(metaclass=Meta):
            raise ValueError("in a class body")

    assert links(fails(toolbar, raises))[0]["frames"][-1]["locals"] == {}


def test_an_exception_that_was_never_raised(toolbar: Toolbar) -> None:
    """An exception object without a traceback has a section without frames, and no place."""
    with toolbar.capture("http") as record:
        record.fail(KeyError(), handled=True)
    notice = toolbar.notices(record)[0][1]
    assert (notice.text, notice.source) == ("KeyError", None)


def test_a_record_without_its_data_still_tells_the_error(toolbar: Toolbar) -> None:
    """A record of which only the error is known, as an imported one, shows what and not where."""
    bare = Toolbar(Config(panels=[], strict=True))
    record = fails(bare, no_stock)
    shown = toolbar.shown(record)[0]
    assert shown.badge == Badge("ValueError", None, "error")
    assert shown.notices == [Notice("error", "ValueError: no stock of Emma", label="exception")]
