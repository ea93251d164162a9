"""The desk without a mouse, and without reloading: shortcuts, filters that swap, refusals that are told."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.web.desk_urls")]


@pytest.fixture
def page(visit, staff):
    return visit("/try/", user=staff)


def here(page):
    return page.locator("[data-row].current")


def test_rows_are_walked_selected_and_opened(page):
    page.keyboard.press("j")
    expect(here(page)).to_have_attribute("data-row", "井盖")
    page.keyboard.press("j")
    expect(here(page)).to_have_attribute("data-row", "路灯")
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(here(page).locator("input")).to_be_checked()
    page.keyboard.press("o")
    assert page.evaluate("decodeURIComponent(location.hash)") == "#井盖"


def test_letters_typed_into_a_field_are_text(page):
    page.keyboard.press("/")
    page.keyboard.type("jx?")
    assert page.input_value("[type=search]") == "jx?"
    assert here(page).count() == 0


def test_a_filter_fetches_only_its_list_and_says_so(page):
    page.evaluate("document.querySelector('h1').dataset.kept = 'yes'")
    page.fill("[type=search]", "灯")
    page.keyboard.press("Enter")
    expect(page.locator("[data-row]")).to_have_count(1)
    assert page.get_attribute("h1", "data-kept") == "yes"
    assert "q=%E7%81%AF" in page.url
    expect(page.locator("#announce")).to_have_text("1 条")


def test_a_refusal_is_told_in_words(page):
    page.keyboard.press("r")
    expect(page.locator("#toasts [role=alert]")).to_contain_text("别人刚刚改过")
    assert violations(page) == []
