"""DSN: an address of a database or a broker: it keeps its host, and loses its password."""

from __future__ import annotations

import re

from debug_toolbar_core.redaction import REDACTED

_SCHEMES = (
    "postgres", "postgresql", "mysql", "mariadb", "sqlite", "mssql", "oracle", "cockroachdb", "redshift", "snowflake",
    "clickhouse", "duckdb", "redis", "rediss", "valkey", "valkeys", "unix", "memcached", "mongodb", "amqp", "amqps",
    "kafka", "nats", "pulsar", "sqs", "elasticsearch", "neo4j", "bolt", "cassandra", "influxdb", "ldap", "ldaps",
    "smtp", "smtps", "imap", "imaps", "ftp", "sftp", "s3", "http", "https", "tcp", "ws", "wss",
)  # fmt: skip
_URL = re.compile(rf"(?P<scheme>(?:{'|'.join(_SCHEMES)})(?:\+\w+)*)://(?P<rest>\S+)", re.IGNORECASE)
_WEB = ("http", "ws")
_MOST = 2_000


def shown_dsn(text: str) -> str | None:
    """Return an address without its password, or None for a text that is none.

    Of an address in the web only the host is kept: user, path and query of those are often the secret.

    >>> shown_dsn("postgresql+asyncpg://shop:p@ss/w?rd@db.example:5432/shop")
    'postgresql+asyncpg://shop:[redacted]@db.example:5432/shop'
    >>> shown_dsn("https://0f3a@errors.example/7")
    'https://[redacted]@errors.example/[redacted]'
    """
    found = _URL.fullmatch(text) if len(text) <= _MOST else None
    if found is None:
        return None
    # Whatever stands before the last @ belongs to user and password: passwords are often not escaped.
    user, at, place = found["rest"].rpartition("@")
    if found["scheme"].lower().startswith(_WEB):
        host, slash, path = place.partition("/")
        return f"{found['scheme']}://{REDACTED + at if at else ''}{host}{slash}{REDACTED if path else ''}"
    name, colon, password = user.partition(":")
    query = place.partition("?")
    place = query[0] + (f"?{REDACTED}" if query[2] else "")
    return f"{found['scheme']}://{name}{colon}{REDACTED if password else ''}{at}{place}"
