import gc
import time
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from debug_toolbar_core import Config, Limits, Record, Toolbar
from debug_toolbar_core.blocks import walk
from debug_toolbar_core.encoding import Encoder, decode
from debug_toolbar_core.text import to_markdown, to_text
from debug_toolbar_sqlalchemy import SQLAlchemyPanel
from debug_toolbar_testing import HOSTILE, sample_record, through_json

MANY = 10_000


async def test_the_headline_says_what_matters(shop: Any, seen: Any, tools: Any) -> None:
    """Number, time and share of the whole, what is repeated, what could be saved, the wait for a connection."""

    def work(connection: Connection) -> None:
        for number in range(1, 4):
            connection.execute(text("SELECT title FROM book WHERE id = :id"), {"id": number}).all()
        for _ in range(2):
            connection.execute(text("SELECT count(*) FROM book")).all()

    with seen.capture("http") as record:
        await shop.run(work)
    shown = await seen.shown(record)
    assert (shown.badge.text, shown.level) == ("5", "warning")
    (facts,) = [block for block in shown.blocks if block.type == "facts"]
    labels = [fact.label for fact in facts.items]
    assert labels[0] == "statements"
    assert labels[1].endswith("% of the whole")
    assert labels[2:] == ["in N+1 loads", "duplicates", "could be saved", "waiting for a connection"]
    assert [fact.value for fact in facts.items if fact.label == "duplicates"] == [1]


async def test_alike_statements_are_one_row_that_opens(shop: Any, seen: Any) -> None:
    """A loop is a row with how many, all their rows and seconds; inside are the single ones with their parameters."""

    def work(connection: Connection) -> None:
        connection.execute(text("SELECT count(*) FROM book")).all()
        for number in range(1, 4):
            connection.execute(text("SELECT title FROM book WHERE id = :id"), {"id": number}).all()

    with seen.capture("http") as record:
        await shop.run(work)
    (table, *_) = [block for block in (await seen.shown(record)).blocks if block.type == "table"]
    assert [column.title for column in table.columns] == ["#", "Statement", "Times", "Rows", "Time", "Source"]
    alone, loop = table.rows
    assert list(alone.cells[:4]) == [1, "SELECT count(*) FROM book", None, 1]
    assert (loop.cells[0], list(loop.cells[2:4])) == ("2–4", [3, 3])
    inner = loop.details[-1]
    assert [row.cells[1] for row in inner.rows] == ["id = 1", "id = 2", "id = 3"]
    assert {row.span for row in inner.rows} < set(range(len(record.spans)))
    assert loop.level == "warning"


async def test_details_have_parameters_stack_and_the_button(shop: Any, seen: Any) -> None:
    """A row opens to its statement with parameters for copying, its callers, and EXPLAIN."""

    def ask(connection: Connection) -> None:
        connection.execute(text("SELECT title FROM book WHERE id = :id"), {"id": 2}).all()

    async def work() -> None:
        await shop.run(ask)

    with seen.capture("http") as record:
        await work()
    (table, *_) = [block for block in (await seen.shown(record)).blocks if block.type == "table"]
    code, facts, stack, button = table.rows[0].details
    assert (code.language, code.parameters) == ("sql", [2])
    assert facts.items[0].value == {"id": 2}
    assert [row.cells[0].rpartition(".")[2] for row in stack.rows][:2] == ["ask", "run"]
    assert (button.action, button.arguments) == ("explain", {"index": table.rows[0].span})


async def test_slow_statements_are_told(shop: Any, seen: Any) -> None:
    """Past the option `slow` a statement is a warning."""
    seen.panel.slow = 0.0
    with seen.capture("http") as record:
        await shop.run(lambda connection: connection.execute(text("SELECT 1")).all())
    (notice,) = (await seen.shown(record)).notices
    assert (notice.level, notice.label) == ("warning", "slow SQL")
    seen.panel.slow = 10.0
    assert (await seen.shown(record)).notices == []


async def test_two_databases_are_told_apart(shop: Any, sync_shop: Any, seen: Any) -> None:
    """Each engine has its share in a table of its own."""
    with seen.capture("http") as record:
        await shop.run(lambda connection: connection.execute(text("SELECT 1")).all())
        with sync_shop.connect() as connection:
            connection.execute(text("SELECT 2"))
    (section,) = [block for block in (await seen.shown(record)).blocks if getattr(block, "title", "") == "Databases"]
    rows = section.blocks[0].rows
    assert [(row.cells[2], row.cells[5]) for row in rows] == [("aiosqlite", 1), ("pysqlite", 1)]
    assert section.open


def test_a_record_without_sql_shows_nothing(seen: Any) -> None:
    """Where no statement ran the panel is empty."""
    with seen.capture("http") as record:
        pass
    assert list(seen.panel.view(through_json(record))) == []


def many(count: int, names: int) -> Record:
    """Return a stored record of many statements, of which some are alike."""
    record = Record("http", limits=Limits(spans=20_000, panel_spans=20_000))
    for number in range(count):
        attributes = {
            "db.query.text": f"SELECT a.id, a.name FROM table_{number % names} AS a WHERE a.id = ?",
            "db.query.parameters": [["id", number]], "transaction": 1, "engine": 0,
            "stack": [{"file": f"/app/{n}.py", "line": n, "function": "f"} for n in range(4)],
        }  # fmt: skip
        record.add(
            "sqlalchemy", f"SELECT … FROM table_{number % names}", number * 1e-4, number * 1e-4 + 5e-5, attributes
        )
    record.close(1.0)
    return Encoder().through(record)


def drawn(record: Record) -> float:
    """Return the seconds of CPU that showing a record takes."""
    gc.collect()
    gc.disable()  # a collection of what all tests before it left is not the view's time
    try:
        before = time.process_time()
        list(SQLAlchemyPanel().view(record))
        return time.process_time() - before
    finally:
        gc.enable()


@pytest.mark.parametrize("names", [1, 50, MANY])
def test_ten_thousand_statements_are_shown_at_once(names: int) -> None:
    """A record with ten thousand statements, alike or each another one, is drawn in bounded time and size."""
    record = many(MANY, names)
    toolbar = Toolbar(Config(panels=[SQLAlchemyPanel()], strict=True, budget=10.0))
    took, tenth = drawn(record), drawn(many(MANY // 10, names))
    assert took < tenth * 30 + 0.05, f"{took:.3f} s, and {tenth:.3f} s for a tenth of it"
    shown = toolbar.views.show(record, toolbar.panel("sqlalchemy"))
    assert sum(len(str(block.to_json())) for block in shown.blocks) < 3_000_000
    assert shown.badge is not None
    assert shown.badge.text == "10,000"


async def test_past_the_limits_statements_are_counted_by_name(shop: Any, seen: Any) -> None:
    """Of ten thousand statements some hundred are kept; all are counted, an N+1 whole, and an error is still kept."""

    def work(connection: Connection) -> None:
        query = text("SELECT title FROM book WHERE id = :id")
        for number in range(2_000):
            connection.execute(query, {"id": number})
        with pytest.raises(OperationalError):
            connection.execute(text("SELECT * FROM nowhere"))

    with seen.capture("http") as record:
        await shop.run(work)
    assert len(record.spans) <= 500
    shown = await seen.shown(record)
    assert shown.badge.text == "2,001"
    labels = {notice.label: notice.text for notice in shown.notices}
    assert labels["N+1"].startswith("2,000 similar statements")
    assert "nowhere" in labels["SQL error"]
    assert "statements past the limit are counted" in labels["statements dropped"]


ODD = [
    None,
    True,
    -1,
    1.5,
    "text",
    [],
    [1],
    [[1]],
    [["a"]],
    [["a", 1, 2]],
    {},
    {"a": 1},
    [[["a", 1]], None],
    [None],
    HOSTILE[0],
]


@pytest.mark.parametrize("odd", ODD)
def test_odd_attributes_do_not_break_the_view(odd: Any) -> None:
    """Whatever a file holds where the panel's facts would be, something is shown."""
    names = ["db.query.text", "db.query.parameters", "db.query.parameter_names", "db.query.repeats", "stack", "engine",
             "transaction", "rows", "orm.lazy_load", "error.type", "error.message", "db.operation.batch.size", "band",
             "pool", "pool.size", "pool.opened", "db.transaction.writes", "db.transaction.end"]  # fmt: skip
    document = Encoder().encode(sample_record(queries=4, stored=False))
    for place, name in enumerate(names):
        for span in document["spans"]:
            if place % 2 or name not in ("band", "pool"):
                span["attributes"][name] = odd
    plans = {
        "0": odd,
        "1": {"columns": odd, "rows": odd, "text": odd, "facts": odd},
        "2": {"columns": [["a", odd]], "rows": [[odd, odd]]},
    }
    for data in (odd, {"engines": odd, "plans": odd}, {"engines": [odd, {"system": odd}], "plans": plans}):
        document["data"]["sqlalchemy"] = data
        record = decode(document)
        blocks = list(SQLAlchemyPanel(slow=0.0).view(record))
        assert len(list(walk(blocks))) > 0
        to_text(blocks, record)
        to_markdown(blocks, record)
        assert [block.to_json() for block in blocks] == [
            block.to_json() for block in SQLAlchemyPanel(slow=0.0).view(record)
        ]
