"""Pages as a person meets them: axe finds nothing, nothing sticks out, nothing is heavy, the keyboard does."""

from __future__ import annotations

import gzip

import pytest

from tests.browser import PHONE, WIDE, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATHS = (
    "/", "/services/", "/find/?q=x", "/about/", "/privacy/", "/styleguide/", "/field/offline/", "/nowhere/",
    "/messages/", "/field/", "/desk/", "/plans/", "/board/",
)  # fmt: skip
FIRST_PAGE_BYTES = 150_000
OWN_SCRIPT_BYTES = 20_000
"""Compressed; about 50 kB to read."""
TAP = 44


@pytest.mark.parametrize("width", [PHONE, WIDE])
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_and_nothing_sticks_out(visit, staff, path, width):
    page = visit(path, user=staff, width=width)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [fault for fault in page.faults if "404" not in fault] == []


@pytest.mark.parametrize("path", ["/", "/styleguide/", "/desk/"])
def test_dark_english_and_large_are_as_good(visit, staff, path):
    page = visit(path, user=staff, width=PHONE, dark=True, language="en", size="large")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE


@pytest.mark.parametrize("path", ["/", "/field/", "/styleguide/"])
def test_targets_are_large_enough_for_a_thumb(visit, staff, path):
    page = visit(path, user=staff, width=PHONE)
    small = page.evaluate(
        """(least) => [...document.querySelectorAll("a, button, summary, select, input:not([type=hidden])")]
        .filter((e) => !e.matches(".skip, .leaflet-control-attribution a, p a, td a, dd a, .choice input"))
        .map((e) => [e.getBoundingClientRect(), e])
        .filter(([r]) => r.width && (r.height < least - 0.5 || r.width < least - 0.5))
        .map(([r, e]) => `${e.outerHTML.slice(0, 90)} ${r.width} × ${r.height}`)""",
        TAP,
    )
    assert small == []


def test_the_first_page_is_light(visit):
    sizes: dict[str, int] = {}
    page = visit("/about/")
    page.on("response", lambda r: sizes.update({r.url: len(gzip.compress(r.body(), 6))}) if r.ok else None)
    page.goto(page.url.replace("/about/", "/services/"), wait_until="networkidle")
    assert sizes, "no response was seen"
    assert sum(sizes.values()) <= FIRST_PAGE_BYTES


def test_our_scripts_are_small():
    from pathlib import Path

    import jiedao.web

    home = Path(jiedao.web.__file__).parent
    sizes = {
        path.name: len(gzip.compress(path.read_bytes())) for path in (*home.glob("static/jiedao/*.js"), home / "sw.js")
    }
    assert sum(sizes.values()) <= OWN_SCRIPT_BYTES, sizes


def test_the_home_page_works_without_scripts(visit):
    page = visit("/", java_script_enabled=False)
    page.click("summary")
    page.click("button[value=large]")
    assert page.get_attribute("html", "data-size") == "large"
    page.click("button[name=language]")
    assert page.get_attribute("html", "lang") == "en"


def test_the_first_tab_skips_to_the_content(visit):
    page = visit("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"


def test_dialogs_open_close_and_give_the_focus_back(visit):
    page = visit("/styleguide/")
    page.click("[data-opens=sample]")
    assert page.locator("#sample").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#sample").is_visible()
    assert page.evaluate("document.activeElement.dataset.opens") == "sample"


def test_the_desk_tells_its_shortcuts(visit, staff):
    page = visit("/desk/", user=staff)
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()


def test_chosen_photos_are_shown_made_smaller_and_can_be_removed(visit, tmp_path):
    from PIL import Image

    photo = tmp_path / "a.png"
    Image.effect_noise((2600, 1300), 90).convert("RGB").save(photo)
    page = visit("/styleguide/")
    page.set_input_files("input[type=file]", [photo, photo])
    page.wait_for_selector(".photos-shown figure:nth-child(2) img")
    files = "[...document.querySelector('input[type=file]').files]"
    assert page.evaluate(f"{files}.map((f) => f.type)") == ["image/jpeg"] * 2
    width = page.evaluate(f"createImageBitmap({files}[0]).then((b) => b.width)")
    assert width == 2000
    page.click(".photos-shown button >> nth=0")
    assert page.evaluate(f"{files}.length") == 1


def test_only_the_four_colours_are_used_for_risk_and_they_differ_without_colour(visit):
    """Seen in greys, each level still has its own shape."""
    page = visit("/styleguide/")
    colours = ("red", "orange", "yellow", "blue")
    shapes = [page.get_attribute(f".chip-{colour} use", "href").split("#")[1] for colour in colours]
    assert len(set(shapes)) == 4
