/** Colours of frames: by package, or red and blue in a difference. */
import { colour } from "../kinds";
import type { Call } from "./stacks";

/** Packages that do what a panel shows wear that panel's hue. */
const HUES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(["sqlalchemy", "aiosqlite", "sqlite3", "asyncpg", "psycopg", "psycopg_pool", "pymysql", "aiomysql", "sqlmodel", "alembic"].map((name) => [name, "sqlalchemy"])),
  ...Object.fromEntries(["redis", "aiocache", "pymemcache", "aiomcache"].map((name) => [name, "cache"])),
  ...Object.fromEntries(["httpx", "httpx2", "httpcore", "aiohttp", "urllib3", "requests", "anyio"].map((name) => [name, "http-client"])),
  ...Object.fromEntries(["jinja2", "mako", "minijinja", "markupsafe"].map((name) => [name, "templates"])),
  ...Object.fromEntries(["starlette", "fastapi", "litestar", "uvicorn", "granian", "hypercorn", "asyncio", "uvloop", "stdlib", "python", "builtins"].map((name) => [name, "app"])),
};

/** A package's colour: the user's own code is accented, frameworks and the standard library are grey. */
export function packageColour(name: string | null): string {
  if (name === null) return colour("app");
  if (name === "app") return "var(--dt-accent)";
  return colour(Object.hasOwn(HUES, name) ? (HUES[name] ?? name) : `package ${name}`);
}

/** Red where a call weighs more than before, blue where less, grey where the same. */
export function differenceColour({ total, before }: Call): string {
  const most = Math.max(total, before);
  const change = most > 0 ? (total - before) / most : 0;
  const strength = Math.min(100, Math.round(Math.abs(change) * 85 + (Math.abs(change) > 0.02 ? 15 : 0)));
  return `color-mix(in oklab, var(${change > 0 ? "--more" : "--less"}) ${strength}%, var(--dt-k-app))`;
}
