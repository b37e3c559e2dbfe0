"""Settings: objects of every kind, read without running them, and told without their secrets."""

from __future__ import annotations

import asyncio
import enum
import functools
import json
import os
import sys
import time
import types
from collections import OrderedDict, UserDict, deque
from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import attrs
import msgspec
import pytest
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    PostgresDsn,
    RedisDsn,
    SecretBytes,
    SecretStr,
    computed_field,
)
from pydantic_settings import BaseSettings
from sqlalchemy.engine import make_url
from starlette.datastructures import Secret

from debug_toolbar_core import Application, Config, ConfigurationError, Toolbar
from debug_toolbar_core.blocks import Notice, Section, Table, walk
from debug_toolbar_core.encoding import Encoder
from debug_toolbar_core.text import to_text
from debug_toolbar_core.views import Shown
from debug_toolbar_settings import SettingsPanel
from debug_toolbar_settings.dsn import shown_dsn

SECRET = "hunter2-8f3a09"
DSN = f"postgresql+asyncpg://shop:{SECRET}@db.example:5432/shop"
SHOWN_DSN = "postgresql+asyncpg://shop:[redacted]@db.example:5432/shop"


class Shop(Application):
    """An application with settings."""

    framework = "Shop"

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__()
        self.told = settings

    def settings(self) -> Mapping[str, Any]:
        return self.told


def look(*objects: Any, environ: Any = (), settings: Mapping[str, Any] | None = None, data: Any = None) -> Shown:
    """Return what is shown of the application with these objects named; no secret is in it, or in the record."""

    async def run() -> Shown:
        tools = Toolbar(Config(panels=[SettingsPanel(objects=list(objects), environ=environ)], strict=True))
        tools.start(Shop(settings or {}))
        loaded = await tools.load("app")
        if data is not None:
            loaded.data["settings"] = data(loaded.data["settings"])
        assert SECRET not in json.dumps(Encoder().encode(loaded))
        shown = tools.shown(loaded)[0]
        assert SECRET not in to_text(shown.blocks, loaded)
        return shown

    return asyncio.run(run())


def tab(view: Shown, title: str) -> Section:
    """Return a tab by its title."""
    return next(block for block in walk(view.blocks) if isinstance(block, Section) and block.title == title)


def rows(view: Shown, title: str) -> dict[str, tuple[Any, ...]]:
    """Return a tab's settings by name: value, note."""
    tables = [block for block in tab(view, title).blocks if isinstance(block, Table)]
    return {str(row.cells[0]): tuple(row.cells[1:]) for table in tables for row in table.rows}


def read(value: object) -> dict[str, tuple[Any, ...]]:
    """Return the settings of one object by name."""
    view = look(value)
    (section,) = [block for block in walk(view.blocks) if isinstance(block, Section) and block.tabs]
    first = section.blocks[0]
    assert isinstance(first, Section)
    return rows(view, first.title)


class Level(enum.Enum):
    """A choice."""

    LOW = "low"
    ODD = object()


class Nested(BaseModel):
    """A part of settings."""

    host: str = "db"
    password: str = SECRET


class Settings(BaseSettings):
    """Settings as users write them."""

    model_config = ConfigDict(extra="allow")  # type: ignore[assignment]  # a part of what SettingsConfigDict has

    debug: bool = False
    database_url: str = DSN
    main: PostgresDsn = PostgresDsn(DSN)
    cache: RedisDsn | None = RedisDsn(f"redis://:{SECRET}@localhost:6379/0")
    hook: HttpUrl = HttpUrl(f"https://hooks.example/{SECRET}")
    api_key: SecretStr = SecretStr(SECRET)
    raw: SecretBytes = SecretBytes(SECRET.encode())
    quiet: str = Field(SECRET, repr=False)
    level: Level = Level.LOW
    nested: Nested = Nested()
    several: list[Nested] = [Nested(), Nested(host="x")]
    passwords: list[str] = [SECRET]
    names: list[str] = ["a", "b"]
    empty: str = ""
    nothing: str | None = None
    folder: Path = Path("/srv")

    @property
    def boom(self) -> str:
        """Raise when asked for."""
        raise AssertionError("asked")

    @computed_field  # type: ignore[prop-decorator]  # as pydantic's documentation has it
    @property
    def computed(self) -> str:
        """Raise when asked for."""
        raise AssertionError("asked")


def test_pydantic_settings() -> None:
    """Every field, whether it was set, nested models as a tree; secrets masked by type, name, value and `repr`."""
    settings = Settings.model_construct(debug=True, stripe_token=SECRET, extra_one=1)
    found = read(settings)
    assert found["debug"] == ("True", "")
    assert found["database_url"] == (SHOWN_DSN, "default")
    assert found["main"][0] == SHOWN_DSN
    assert found["cache"][0] == "redis://:[redacted]@localhost:6379/0"
    assert found["hook"][0] == "https://hooks.example/[redacted]"
    assert found["api_key"] == found["raw"] == found["quiet"] == ("[redacted]", "default")
    assert found["level"] == ("low", "default, Level")
    assert found["nested"] == ("pydantic model", "default")
    assert found["host"][0] in ("db", "x")
    assert found["password"] == ("[redacted]", "default")
    assert found["several"] == ("list of 2", "default")
    assert found["several[1]"] == ("pydantic model", "")
    assert found["passwords"] == ('["[redacted]"]', "default")
    assert found["names"] == ('["a", "b"]', "default")
    assert (found["empty"][0], found["nothing"][0], found["folder"][0]) == ('""', "None", "/srv")
    assert found["stripe_token"][0] == "[redacted]"
    assert found["extra_one"] == ("1", "extra")
    assert found["boom"] == found["computed"] == ("property, not asked", "")
    assert "model_extra" not in found


def test_settings_have_a_kind_and_a_depth() -> None:
    """The tab says what the object is and how many settings were left alone; nested ones stand deeper."""
    view = look(Settings())
    section = tab(view, f"{__name__}.Settings")
    facts = {fact.label: fact.value for block in section.blocks if hasattr(block, "items") for fact in block.items}
    assert facts["Kind"] == "pydantic-settings"
    assert facts["Left at their default"] > 10
    (table,) = [block for block in section.blocks if isinstance(block, Table)]
    assert {row.depth for row in table.rows} == {0, 1, 2}
    assert view.badge is not None
    assert view.badge.text == str(len(table.rows))


@dataclass
class Plain:
    """A dataclass with everything one may have."""

    shared: ClassVar[str] = "not a field"
    given: InitVar[int] = 0
    debug: bool = False
    token: str = SECRET
    quiet: str = field(default=SECRET, repr=False)
    mapping: dict[Any, Any] = field(default_factory=lambda: {"password": SECRET, 7: 1, (1, 2): "x"})

    @functools.cached_property
    def cached(self) -> str:
        """Raise when asked for."""
        raise AssertionError("asked")


@dataclass(slots=True)
class Slotted:
    """A dataclass without a dictionary."""

    port: int = 80
    unset: str = field(init=False)


@attrs.define
class Attrs:
    """An attrs class, with slots."""

    port: int = 80
    quiet: str = attrs.field(default=SECRET, repr=False)


class Struct(msgspec.Struct):
    """A msgspec struct."""

    port: int = 80
    api_token: str = SECRET


class Tuple(NamedTuple):
    """A named tuple."""

    port: int = 80
    password: str = SECRET


class ByClass:
    """Settings as class attributes, as Flask's are."""

    DEBUG = True
    SECRET_KEY = SECRET
    HOSTS = ("a", "b")
    _private = 1

    def method(self) -> None:
        """Not a setting."""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Plain(), {"debug": "False", "token": "[redacted]", "quiet": "[redacted]", "mapping": "dictionary",
                   "password": "[redacted]", "7": "1", "<builtins.tuple>": "x"}),
        (Slotted(), {"port": "80"}),
        (Attrs(), {"port": "80", "quiet": "[redacted]"}),
        (Struct(), {"port": "80", "api_token": "[redacted]"}),
        (Tuple(), {"port": "80", "password": "[redacted]"}),
        (ByClass, {"DEBUG": "True", "SECRET_KEY": "[redacted]", "HOSTS": '["a", "b"]'}),
        (types.SimpleNamespace(port=80, key=Secret(SECRET)), {"port": "80", "key": "[redacted]"}),
        ({"port": 80, "password": SECRET, "url": DSN}, {"port": "80", "password": "[redacted]", "url": SHOWN_DSN}),
        (OrderedDict(port=80), {"port": "80"}),
        (make_url(DSN), {"drivername": "postgresql+asyncpg", "password": "[redacted]", "host": "db.example"}),
    ],
)  # fmt: skip
def test_objects_of_every_kind(value: object, expected: dict[str, str]) -> None:
    """Dataclasses, attrs, msgspec, named tuples, classes, namespaces and dictionaries are read by their fields."""
    found = {name: line[0] for name, line in read(value).items()}
    assert expected.items() <= found.items()
    assert not {"shared", "given", "cached", "unset", "_private", "method", "keys"} & set(found)


def test_modules() -> None:
    """A module's plain names; what it imports and defines are no settings."""
    module = types.ModuleType("shop_config")
    exec(  # noqa: S102  # the settings of a shop
        f"import os\nfrom pathlib import Path\nDEBUG = True\n_hidden = 1\nDSN = {DSN!r}\n"
        "DATABASES = {'default': {'NAME': 'shop', 'PASSWORD': %r}}\ndef f(): pass\nclass C: pass\n" % SECRET,
        module.__dict__,
    )
    found = read(module)
    assert found["DEBUG"] == ("True", "")
    assert found["DSN"] == (SHOWN_DSN, "")
    assert (found["NAME"][0], found["PASSWORD"][0]) == ("shop", "[redacted]")
    assert not {"os", "Path", "_hidden", "f", "C"} & set(found)


class Hostile:
    """Whatever is asked of it raises or never answers."""

    port = 80
    blocked: Any

    def __init__(self) -> None:
        object.__setattr__(self, "host", "db")
        object.__setattr__(self, "itself", self)

    def __getattribute__(self, name: str) -> Any:
        time.sleep(60)

    def __getattr__(self, name: str) -> Any:
        raise AssertionError("asked")

    __repr__ = __str__ = __eq__ = __hash__ = __bool__ = __len__ = __iter__ = __getattribute__  # type: ignore[assignment]

    @property
    def slow(self) -> str:
        """Never answer."""
        time.sleep(60)
        return ""


class Meta(type):
    """A metaclass that raises for whatever is asked."""

    def __getattribute__(cls, name: str) -> Any:
        raise AssertionError("asked")


class Hidden(metaclass=Meta):
    """A class whose dictionary is behind code."""

    PORT = 80

    @property
    def __dict__(self) -> Any:  # type: ignore[override]  # that is what is odd about it
        raise AssertionError("asked")


class LoudDict(dict):  # type: ignore[type-arg]  # of anything
    """A dictionary that raises for whatever is asked."""

    def items(self) -> Any:
        raise AssertionError("asked")

    __iter__ = __len__ = __getitem__ = items  # type: ignore[assignment]


class LoudText(str):
    """A text that raises for whatever is asked."""

    def __str__(self) -> str:
        raise AssertionError("asked")

    __repr__ = __hash__ = __eq__ = __str__  # type: ignore[assignment]


def test_no_code_of_the_application_is_run() -> None:
    """Properties, `__getattr__`, `repr` and the like are not asked: those that block or raise never do."""
    began = time.monotonic()
    found = read(Hostile())
    assert time.monotonic() - began < 5
    assert (found["port"][0], found["host"][0]) == ("80", "db")
    assert found["…"] == ("cycle", "")
    assert found["slow"] == ("property, not asked", "")
    assert read(Hidden())["PORT"][0] == "80"
    assert read(LoudDict(port=80))["port"][0] == "80"
    assert read({"x": LoudText("text"), "y": LoudDict(z=1), "i": enum.IntEnum("I", "A").A})["x"][0] == "text"  # type: ignore[attr-defined]  # a functional enum
    assert read({"n": 1.5, "odd": Level.ODD, "kind": Level, "call": len, "own": UserDict(a=1)})["kind"] == (
        f"<class {__name__}.Level>",
        "",
    )


def test_what_is_too_much_is_counted() -> None:
    """Long lists, deep values and many settings are bounded, and say so."""
    view = look({f"name_{n}": n for n in range(1_000)}, {f"other_{n}": n for n in range(1_000)})
    facts = [fact for block in walk(view.blocks) if hasattr(block, "items") for fact in block.items]
    assert [fact.value for fact in facts if fact.label == "Not kept"] == [750, 750]
    three = look(*({f"name_{n}": n for n in range(400)} for _ in range(3)))
    assert [block for block in walk(three.blocks) if isinstance(block, Table)][2].rows[-1].cells[0] == "name_99"
    deep: Any = {"end": 1}
    for _ in range(40):
        deep = {"inner": deep}
    assert [value for value, _ in read(deep).values()] == ["<builtins.dict>"]
    assert read({"many": list(range(500)), "ring": deque(range(3))})["many"][0] == "list of 250"


def test_objects_are_found_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """`module:name`, into attributes; only what the application imported, and nothing is called."""
    module = types.ModuleType("shop_config")
    vars(module).update(settings=Settings(), part=Plain(), get=lambda: 1, kept=functools.lru_cache(len))
    monkeypatch.setitem(sys.modules, "shop_config", module)
    places = ["shop_config:settings", "shop_config:settings.nested", "shop_config"]
    missing = [
        "shop_config:nothing",
        "shop_never_imported:x",
        "shop_config:get",
        "shop_config:kept",
        "shop_config:settings.boom",
    ]
    view = look(*places, *missing)
    titles = [block.title for block in walk(view.blocks) if isinstance(block, Section)]
    assert titles[1:4] == ["shop_config:settings", "shop_config:settings.nested", "shop_config"]
    assert rows(view, "shop_config:settings.nested")["host"] == ("db", "default")
    told = [block.text for block in view.blocks if isinstance(block, Notice)]
    assert "`shop_config` has no `nothing`" in told[0]
    assert "the application has not imported `shop_never_imported`" in told[1]
    assert "nothing is called" in told[2]
    assert "nothing is called" in told[3]
    assert "`shop_config` has no `settings.boom`" in told[4]
    assert "shop_never_imported" not in sys.modules
    assert [notice.level for notice in view.notices] == ["warning"] * 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DSN, SHOWN_DSN),
        (f"postgresql://shop:{SECRET}/?#@[@db.example/shop", "postgresql://shop:[redacted]@db.example/shop"),
        (f"redis://:{SECRET}@localhost:6379/0", "redis://:[redacted]@localhost:6379/0"),
        ("sqlite+aiosqlite:///shop.db", "sqlite+aiosqlite:///shop.db"),
        ("postgresql://db/shop", "postgresql://db/shop"),
        (f"mysql://shop@db/shop?password={SECRET}", "mysql://shop@db/shop?[redacted]"),
        (f"https://{SECRET}@errors.example/7", "https://[redacted]@errors.example/[redacted]"),
        ("https://shop.example", "https://shop.example"),
        ("https://shop.example/", "https://shop.example/"),
        (f"amqp://a,b:{SECRET}@c,d/x", "amqp://a,b:[redacted]@c,d/x"),
        ("no address", None), ("gopher://x", None), ("x" * 5_000, None), ("redis://" + "x" * 5_000, None),
    ],
)  # fmt: skip
def test_addresses_keep_their_host(text: str, expected: str | None) -> None:
    """User, host and database are told, the password never, however badly it is escaped."""
    assert shown_dsn(text) == expected


def test_the_frameworks_configuration() -> None:
    """It is a tab of its own, nested, redacted."""
    view = look(settings={"debug": True, "csrf_config": {"secret": SECRET, "cookie_name": "csrf"}, "hosts": ["a"]})
    found = rows(view, "Shop")
    assert found["debug"] == ("True", "")
    assert (found["secret"][0], found["cookie_name"][0], found["hosts"][0]) == ("[redacted]", "csrf", '["a"]')


def test_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """R52: values of harmless names only, and those asked for; of the others the length. All are redacted."""
    for name in list(os.environ):
        monkeypatch.delenv(name)
    many = {f"SERVICE_{n}_VALUE": SECRET for n in range(50)}
    known = {"LANG": "C.UTF-8", "SHOP_NAME": "Books", "SHOP_TOKEN": SECRET, "SHOP_DSN": DSN, "OTHER": SECRET, "NIL": ""}
    for name, value in {**many, **known, "DEBUG_TOOLBAR_TOKEN": SECRET, "PYTHONPATH": f"/a:token={SECRET}"}.items():
        monkeypatch.setenv(name, value)
    view = look(environ=["SHOP_*"])
    found = rows(view, "Environment")
    assert found["LANG"] == ("C.UTF-8",)
    assert found["SHOP_NAME"] == ("Books",)
    assert found["SHOP_TOKEN"] == found["DEBUG_TOOLBAR_TOKEN"] == ("[redacted]",)
    assert found["SHOP_DSN"] == (SHOWN_DSN,)
    assert found["PYTHONPATH"][0].endswith("token=[redacted]")
    assert (found["OTHER"], found["NIL"]) == ((len(SECRET),), (0,))
    assert all(found[name] == (len(SECRET),) for name in many)


def test_a_long_environment_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past two hundred variables the rest is counted."""
    for n in range(300):
        monkeypatch.setenv(f"ZZ_{n}", "x")
    titles = [block.title for block in tab(look(), "Environment").blocks if isinstance(block, Table)]
    assert str(titles[1]).endswith("more")


def test_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """The event loop the application runs in, its locale, limits and switches."""
    monkeypatch.setattr(sys, "_xoptions", {"dev": True, "importtime": "1"})
    section = tab(look(), "Python")
    facts = {fact.label: fact.value for block in section.blocks if hasattr(block, "items") for fact in block.items}
    assert facts["event loop"] == "asyncio.unix_events._UnixSelectorEventLoop"
    assert facts["asyncio's debug mode"] is False
    assert facts["recursion limit"] == sys.getrecursionlimit()
    assert facts["prefix"] == sys.prefix
    trees = {getattr(block, "title", None): getattr(block, "value", None) for block in section.blocks}
    assert trees["sys.flags"]["dev_mode"] == sys.flags.dev_mode
    assert trees["options of -X"] == {"dev": True, "importtime": "1"}


def test_without_an_event_loop_it_is_not_told() -> None:
    """Opened outside of one, the panel knows none."""
    panel = SettingsPanel()
    tools = Toolbar(Config(panels=[panel], strict=True))
    tools.start(Shop({}))
    record = tools.app_record()
    assert record.data["settings"]["python"]["loop"] is None


def test_an_unknown_locale_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python raises for a locale it does not know; the panel tells the rest."""

    def unknown() -> Any:
        raise ValueError("unknown locale: C.UTF-9")

    monkeypatch.setattr("locale.getlocale", unknown)
    labels = {fact.label for block in walk(look().blocks) if hasattr(block, "items") for fact in block.items}
    assert "locale" not in labels
    assert "encoding of texts" in labels


@pytest.mark.parametrize(
    "data",
    [
        lambda data: None, lambda data: [], lambda data: {},
        lambda data: {"groups": 3, "environment": [1], "python": 3},
        lambda data: {"groups": [{"lines": [{"depth": "x"}, 3]}, 4], "environment": [{}], "python": {"loop": 3}},
        lambda data: {**data, "python": {}},
    ],
)  # fmt: skip
def test_odd_data_are_shown_all_the_same(data: Any) -> None:
    """A record from elsewhere may hold anything."""
    assert look(Settings(), data=data).panel.name == "settings"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"objects": "shop.config:settings"}, "settings.objects"), ({"objects": ["shop.config:"]}, "settings.objects"),
        ({"objects": ["no place"]}, "settings.objects"), ({"objects": {"a": 1}}, "settings.objects"),
        ({"objects": [""]}, "settings.objects"), ({"environ": "SHOP_*"}, "settings.environ"),
        ({"environ": [3]}, "settings.environ"), ({"environ": None}, "settings.environ"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_named(options: Any, named: str) -> None:
    """At start-up, not while serving; the value of an object is not asked for."""
    with pytest.raises(ConfigurationError, match=named):
        SettingsPanel(**options)


def test_it_is_collected_once() -> None:
    """Requests have nothing of it: no hook of the panel is called for them."""
    panel = SettingsPanel()
    tools = Toolbar(Config(panels=[panel], strict=True))
    with tools.capture("http") as record:
        pass
    assert record.data == {}
    assert tools.demand.collecting("http") == ()
