"""Shared by every test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

from tests.browser import browser, visit  # noqa: F401  # one browser for the whole run

settings.register_profile("jiedao", deadline=None, print_blob=True)
settings.load_profile("jiedao")

CHECKOUT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("JIEDAO_SHARED") or CHECKOUT.parent / "shared")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def pytest_configure() -> None:
    """Rules are as shipped, unless a test takes the fixture `live_rules`."""
    from jiedao.rules import store

    store.poll(None)


def pytest_report_header() -> str:
    from django.db import connection

    have_data = "found" if (SHARED / "data").is_dir() else "missing (set JIEDAO_SHARED); its tests are skipped"
    have_browser = CHROMIUM or "missing; browser tests are skipped"
    return f"database: {connection.vendor} · chromium: {have_browser} · shared data: {have_data}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last, since Playwright keeps an event loop in the thread from then on. Without Chromium they
    are skipped at a desk, and fail in CI."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    if CHROMIUM or os.environ.get("CI"):
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture
def live_rules(db: None) -> Iterator[None]:
    """Overrides, holidays and tables in this test's database are seen; call `rules.forget()` after saving one."""
    from jiedao.rules import store

    store.forget()
    yield
    store._snapshot = None
    store.poll(None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser for Playwright's `executable_path`."""
    assert CHROMIUM, "CI has no Chromium"
    return CHROMIUM


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of outside data, or a skip."""
    if not (SHARED / "data").is_dir():
        pytest.skip("no shared data beside the checkout")
    return SHARED


class Count:
    """How many queries a block made, and which."""

    def __init__(self) -> None:
        self.queries: list[str] = []

    def __int__(self) -> int:
        return len(self.queries)


@pytest.fixture
def query_count() -> Callable[..., AbstractContextManager[Count]]:
    """`with query_count(at_most=10) as seen: …` fails with the list of queries when there were more."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    @contextmanager
    def counting(at_most: int | None = None) -> Iterator[Count]:
        seen = Count()
        with CaptureQueriesContext(connection) as captured:
            yield seen
        seen.queries = [query["sql"] for query in captured.captured_queries]
        if at_most is not None and len(seen.queries) > at_most:
            listed = "\n".join(sql[:200] for sql in seen.queries)
            pytest.fail(f"{len(seen.queries)} queries, at most {at_most} allowed:\n{listed}")

    return counting
