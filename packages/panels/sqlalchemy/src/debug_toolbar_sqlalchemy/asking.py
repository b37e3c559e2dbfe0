"""Asking: EXPLAIN on a connection of its own: read-only, bounded in time, rolled back, never the statement itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import get_ident
from typing import Any

from debug_toolbar_sqlalchemy import plans
from debug_toolbar_sqlalchemy.engines import Facts
from debug_toolbar_sqlalchemy.plans import Plan
from debug_toolbar_sqlalchemy.shapes import verb_of

_VERBS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES", "REPLACE"})
_READING = frozenset({"SELECT", "VALUES"})
_SHARED = frozenset({"SingletonThreadPool", "StaticPool"})


class Refused(Exception):
    """A statement that is not explained, and why."""


def check(facts: Facts, statement: str) -> str:
    """Return a statement that may stand behind EXPLAIN, without its last semicolon. Raises Refused."""
    if facts.system not in _ASKING:
        raise Refused(f"EXPLAIN of {facts.system or 'this database'} is not known here.")
    statement = statement.strip()
    statement = statement[:-1].rstrip() if statement.endswith(";") else statement
    if ";" in statement:  # some drivers would send all of several statements, and quotes differ by database
        raise Refused("It holds a semicolon: it may be several statements, and only one alone is explained.")
    verb = verb_of(statement)
    if verb not in _VERBS:
        raise Refused(f"{verb or 'This'} has no plan: SELECT, INSERT, UPDATE, DELETE, WITH and VALUES have.")
    return statement


async def ask(facts: Facts, statement: str, parameters: Any, thread: int, seconds: float) -> Plan:
    """Return the plan of a checked statement, asked where the engine's connections may be used. Raises Refused."""
    engine = facts.engine()
    if engine is None:
        raise Refused("Its engine is gone.")

    def run() -> Plan:
        return _ASKING[facts.system](engine, statement, parameters, seconds)

    if facts.is_async:
        return await _on_loop(facts, run)
    if facts.system == "sqlite" and type(engine.pool).__name__ == "SingletonThreadPool":
        if thread != get_ident():
            raise Refused("This database is in the memory of one thread, and this is another one: use a file.")
        return run()
    return await asyncio.to_thread(run)


async def _on_loop(facts: Facts, run: Callable[[], Plan]) -> Plan:
    """Run on the event loop that the engine's connections belong to."""
    from sqlalchemy.util import greenlet_spawn

    loop = None if facts.loop is None else facts.loop()
    here = asyncio.get_running_loop()
    if facts.loop is None or loop is here:
        plan: Plan = await greenlet_spawn(run)
        return plan
    if loop is None or not loop.is_running():
        raise Refused("The event loop that this engine's connections belong to does not run any more.")
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_spawned(run), loop))


async def _spawned(run: Callable[[], Plan]) -> Plan:
    from sqlalchemy.util import greenlet_spawn

    plan: Plan = await greenlet_spawn(run)
    return plan


def _sqlite(engine: Any, statement: str, parameters: Any, seconds: float) -> Plan:
    """Ask SQLite, which never runs what it explains, and runs one statement at a time.

    Where all share one connection, as with a database in memory, it is given back as it is: what would roll back
    would roll back the application's own work.
    """
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters or ())
        rows = cursor.fetchall()
        cursor.close()
    finally:
        if type(engine.pool).__name__ in _SHARED:
            connection._close_special(transaction_reset=True)
        else:
            connection.close()
    return plans.sqlite(rows)


def _postgresql(engine: Any, statement: str, parameters: Any, seconds: float) -> Plan:
    with engine.connect() as opened:
        connection = opened.execution_options(isolation_level="READ COMMITTED")  # an engine may commit by itself
        try:
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            for limit in ("statement_timeout", "lock_timeout"):
                connection.exec_driver_sql(f"SET LOCAL {limit} = {int(seconds * 1000)}")
            answer = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
            lines = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars().all()
        finally:
            connection.rollback()
    return plans.postgresql(answer, lines)


def _mysql(engine: Any, statement: str, parameters: Any, seconds: float) -> Plan:
    """Ask MySQL or MariaDB, which refuse to explain a write where none is allowed: there the rollback alone guards."""
    access = "READ ONLY" if verb_of(statement) in _READING else "READ WRITE"
    mariadb = getattr(engine.dialect, "is_mariadb", False)
    limited = f"SET STATEMENT max_statement_time={seconds:g} FOR " if mariadb else ""
    with engine.connect() as connection:
        try:
            connection.exec_driver_sql(f"START TRANSACTION {access}")
            result = connection.exec_driver_sql(f"{limited}EXPLAIN {statement}", parameters)
            plan = plans.tabular(list(map(str, result.keys())), list(map(tuple, result)))
        finally:
            connection.exec_driver_sql("ROLLBACK")
    return plan


_ASKING: dict[str, Callable[[Any, str, Any, float], Plan]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
    "mysql": _mysql,
    "mariadb": _mysql,
}
