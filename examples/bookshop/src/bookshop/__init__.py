"""A small bookshop, the same in FastAPI, Litestar and Starlette, to see the debug toolbar at work."""
