import time

import pytest

from debug_toolbar_sqlalchemy.shapes import fingerprint, shape

NAMES = [
    ("SELECT books.id, books.title, books.author_id, books.price FROM books WHERE books.id = 7",
     "SELECT … FROM books WHERE books.id = ?"),
    ("SELECT a, (SELECT max(b) FROM c WHERE c.d = 'secret') AS long_enough_to_cut FROM e", "SELECT … FROM e"),
    ("select 1", "select ?"),
    ("INSERT INTO a (b, c) VALUES (?, ?), (?, ?), (?, ?)", "INSERT INTO a (b, c) VALUES (…)"),
    ("SELECT x FROM a WHERE id IN (%s, %s, %s)", "SELECT x FROM a WHERE id IN (…)"),
    ("/* by mail@example.com */ UPDATE a SET b = 'it''s' -- why\nWHERE c = -1.5e3", "UPDATE a SET b = ? WHERE c = ?"),
    ('SELECT "a 1"."b" FROM `c 2`', 'SELECT "a 1"."b" FROM `c 2`'),
    ("SELECT $tag$secret 'text'$tag$", "SELECT ?"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "name"), NAMES)
def test_a_name_has_no_values(statement: str, name: str) -> None:
    """A statement's name is a short line without literals, comments and long lists."""
    assert shape(statement, "qmark").name == name


LABELS = [
    (
        "SELECT 1 WHERE a.id = ? AND lower(a.token) LIKE lower(?) LIMIT ? OFFSET ?",
        "qmark",
        ("id", "token", "limit", "offset"),
    ),
    (
        "SELECT 1 WHERE a.id IN ($1::INTEGER, $2::INTEGER) AND b BETWEEN $3 AND $4",
        "numeric_dollar",
        ("id", "id", "b", "b"),
    ),
    ("UPDATE u SET token=%(t)s, n=%(n)s WHERE u.id = %(u_id)s", "pyformat", ("t.token", "n", "u_id.id")),
    ("INSERT INTO a (x, password) VALUES (%s, %s), (%s, %s)", "format", ("x", "password", "x", "password")),
    ("INSERT INTO a (x) VALUES (%s) ON CONFLICT (x) DO UPDATE SET pin = %s", "format", ("x", "pin")),
    ("SELECT data ->> 'password' = ? FROM a", "qmark", ("password",)),
    ("SELECT '?', \"?\", ? -- ?\n/* ? */", "qmark", ("1",)),
    ("SELECT :a, b = :c", "named", ("a", "c.b")),
    ("SELECT ?", "unheard of", ()),
]


@pytest.mark.parametrize(("statement", "style", "labels"), LABELS)
def test_parameters_are_named_after_their_columns(statement: str, style: str, labels: tuple[str, ...]) -> None:
    """A placeholder is about the column that its value is compared with or written to: that tells a secret."""
    assert tuple(shape(statement, style).labels) == labels


def test_names_that_authors_gave_are_kept() -> None:
    """An explicit name of a bound parameter counts besides the column; SQLAlchemy's own numbers do not."""
    found = shape("SELECT 1 WHERE a.hash = crypt(?, ?) AND b = ?", "qmark", ("password", "salt_1", "b_1"))
    assert list(found.labels) == ["password.hash", "hash", "b"]


def test_a_long_insert_is_labelled_to_its_end() -> None:
    """Columns go on past the part of a text that is read: a hundred passwords are a hundred secrets."""
    values = ", ".join(
        "(?, lower(trim(replace(?, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '')) || 'bbbbbbbbbbbbb'))"
        for _ in range(60)
    )
    found = shape(f"INSERT INTO a (id, password) VALUES {values}", "qmark")
    assert len(found.labels) == 100
    assert set(found.labels[1::2]) == {"password"}


@pytest.mark.parametrize(("statement", "writes"), [
    ("SELECT 1", False), ("WITH a AS (DELETE FROM b RETURNING *) SELECT * FROM a", True),
    ("insert into a select 1", True),
    ("WITH a AS (SELECT 1) SELECT * FROM a", False), (" ( SELECT 1)", False), ("", False),
])  # fmt: skip
def test_writes_are_told_from_reads(statement: str, writes: bool) -> None:
    """The verb decides, and what a WITH does inside."""
    assert shape(statement, "qmark").writes is writes


@pytest.mark.parametrize(
    "unit", ["/*", "'", "$a$", "(", "a = (", "x,", "IN (?,", "-- ", "/**/", "((((?", "a BETWEEN ", '"', "`"]
)
def test_no_text_takes_long(unit: str) -> None:
    """Texts made to keep a regular expression busy are read in milliseconds."""
    before = time.process_time()
    for text in (unit * 20_000, f"SELECT {unit * 5_000} FROM a"):
        shape(text, "qmark")
    fingerprint((unit * 16_384)[:16_384])
    assert time.process_time() - before < 0.5
