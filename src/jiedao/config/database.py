"""Django's DATABASES from one address: SQLite in JIEDAO_HOME, or postgresql://user:password@host:port/name."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit


class BadDatabase(ValueError):
    """The address names a database that Jiedao does not speak to."""


PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"


def sqlite(path: Path) -> dict[str, object]:
    """Every transaction takes the write lock at once, so that it waits there and never fails half-way."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": PRAGMAS, "timeout": 20},
        "TEST": {"NAME": str(path.with_name("test.sqlite3"))},
    }


def postgresql(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    found: dict[str, object] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {key: values[-1] for key, values in parse_qs(parts.query).items()},
    }
    return found


def database(url: str, home: Path) -> dict[str, object]:
    """One entry of DATABASES. An empty address is SQLite at home/jiedao.sqlite3."""
    if not url:
        return sqlite(home / "jiedao.sqlite3")
    scheme = urlsplit(url).scheme
    if scheme in ("postgresql", "postgres"):
        return postgresql(url)
    if scheme == "sqlite":
        return sqlite(Path("/", unquote(urlsplit(url).path).lstrip("/")))
    raise BadDatabase(f"database_url = {scheme or '?'}:…: expected postgresql://… or sqlite:///path")
