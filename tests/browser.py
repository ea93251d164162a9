"""A headless Chromium for tests: the fixtures `browser` and `visit`, which tests/conftest.py takes up once for all.

Mark such tests `browser`: they are skipped at a desk without Chromium and fail in CI.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, WIDE = 360, 1440
Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """Playwright keeps an event loop in this thread, so Django must be told that its ORM is still safe here."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield found
        found.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def visit(browser: Browser, live_server: Any) -> Iterator[Visit]:
    """`visit("/desk/", user=…, width=360, dark=True, language="en", size="large")` → the loaded page.

    `page.faults` lists what the console and the page complained of. Requests to any other host are refused and listed.
    """
    contexts = []

    def go(
        path: str,
        *,
        user: Any = None,
        width: int = WIDE,
        dark: bool = False,
        language: str = "zh-hans",
        size: str = "normal",
        **more: Any,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", **more
        )
        contexts.append(context)
        cookies = {"django_language": language, "jiedao_size": size}
        if user is not None:
            cookies["jiedao_session"] = session_of(user)
        context.add_cookies([{"name": k, "value": v, "url": live_server.url} for k, v in cookies.items()])
        page = context.new_page()
        page.faults = []  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("console", lambda line: page.faults.append(line.text) if line.type in ("error", "warning") else None)
        context.route(
            lambda url: not url.startswith((live_server.url, "blob:", "data:")), lambda route: _refuse(page, route)
        )
        page.goto(live_server.url + path)
        return page

    yield go
    for context in contexts:
        context.close()


def _refuse(page: Page, route: Any) -> None:
    page.faults.append(f"asked for {route.request.url}")  # type: ignore[attr-defined]
    route.abort()


def session_of(user: Any) -> str:
    """The session key of a fresh sign-in."""
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client.cookies["jiedao_session"].value


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page, a line each."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['help']}: {node['html'][:200]}" for v in found for node in v["nodes"]]
