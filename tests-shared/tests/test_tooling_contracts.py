from configparser import ConfigParser

import contracts
import workspace


def test_contracts_say_what_the_table_says() -> None:
    """A panel may import neither another panel, an adapter nor a framework; an adapter may import asgi."""
    parser = ConfigParser()
    parser.read_string(contracts.configuration(workspace.packages()))
    timer = parser["importlinter:contract:debug_toolbar_timer"]["forbidden_modules"].split()
    assert {"debug_toolbar_asgi", "debug_toolbar_fastapi", "debug_toolbar_routes", "litestar"} <= set(timer)
    assert "debug_toolbar_core" not in timer
    litestar = parser["importlinter:contract:debug_toolbar_litestar"]["forbidden_modules"].split()
    assert "debug_toolbar_asgi" not in litestar
    assert {"debug_toolbar_starlette", "debug_toolbar_timer"} <= set(litestar)


def test_fastapi_may_stand_on_starlette() -> None:
    """The one adapter that may import another is FastAPI's."""
    parser = ConfigParser()
    parser.read_string(contracts.configuration(workspace.packages()))
    fastapi = parser["importlinter:contract:debug_toolbar_fastapi"]["forbidden_modules"].split()
    assert "debug_toolbar_starlette" not in fastapi
