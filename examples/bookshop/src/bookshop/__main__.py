"""Run the bookshop: `python -m bookshop [fastapi|litestar|starlette] [--port 8000]`."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence

import uvicorn

FRAMEWORKS = ("fastapi", "litestar", "starlette")


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve one of the three shops until interrupted, and say where it and the toolbar's dashboard are."""
    parser = argparse.ArgumentParser(prog="bookshop", description="A small bookshop with the debug toolbar.")
    parser.add_argument("framework", nargs="?", choices=FRAMEWORKS, default="fastapi")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--reload", action="store_true", help="start again when a file changes")
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)-8s %(name)s  %(message)s")
    address = f"http://{chosen.host}:{chosen.port}"
    print(f"Bookshop ({chosen.framework})  {address}/")
    print(f"Toolbar's dashboard  {address}/_debug_toolbar/", flush=True)
    app = f"bookshop.{chosen.framework}_app:app"
    uvicorn.run(app, host=chosen.host, port=chosen.port, reload=chosen.reload, log_level="warning")


if __name__ == "__main__":
    main()
