"""Task: the tables and static files of an empty installation."""

from __future__ import annotations


def run() -> None:
    from jiedao.config.prepare import collect, migrate

    migrate()
    collect()
