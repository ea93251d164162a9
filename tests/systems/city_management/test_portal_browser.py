"""A resident with a phone: reports, follows, rates badly and reopens; with and without scripts; axe finds nothing."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from jiedao.cases.models import Case, Feedback
from jiedao.systems.city_management import triage
from tests.browser import PHONE, WIDE, violations
from tests.cases.factories import LAT, LON, file_one, picture
from tests.systems.city_management.ground import REPORT, RUBBISH, TO_CLOSED, TO_HANDLING, take

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHOTO = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture(800, 600).getvalue()}
HERE = {"geolocation": {"longitude": LON, "latitude": LAT}, "permissions": ["geolocation"]}
SEND = "#report button.button-wide"


@pytest.fixture(autouse=True)
def ground(staff):
    """The city, and what triage learns once a process."""
    triage.triager()


def fill(page, text=RUBBISH):
    """Photo, my location, words; until the class is proposed."""
    page.set_input_files("#report input[type=file]", [PHOTO])
    page.locator("#place").scroll_into_view_if_needed()
    page.wait_for_selector("#place .leaflet-container")
    page.click("#place [data-map-me]")
    expect(page.locator("#place [data-map-lon]")).to_have_value(re.compile(r"\d"))
    page.fill("#f-text", text)


def test_a_resident_reports_follows_rates_badly_and_reopens(visit, staff):
    page = visit(REPORT, width=PHONE, **HERE)
    fill(page)
    expect(page.locator("#proposal")).to_contain_text("看起来是")
    expect(page.locator("#proposal")).to_contain_text("4 个工作小时")
    page.click(SEND)
    expect(page.locator("h1")).to_contain_text("已收到")
    case = Case.objects.get()
    assert (case.category, case.attachments.count()) == ("E01-10", 1)

    case = take(case, staff, *TO_HANDLING, *TO_CLOSED)
    page.click("text=看进度")
    expect(page.locator("h2", has_text="办得怎么样")).to_be_visible()
    assert violations(page) == []
    page.click("label[for=stars-1]")
    page.click("button:has-text('评价')")
    expect(page.locator(".rated")).to_contain_text("非常不满意")
    page.fill("#f-why", "垃圾还在原地")
    page.click("#reopen button:has-text('申请复查')")
    expect(page.locator("[aria-current=step]").first).to_contain_text("立案")
    case.refresh_from_db()
    assert (case.state, case.reopened, Feedback.objects.get().stars) == ("reported", 1, 1)
    assert [fault for fault in page.faults if "404" not in fault] == []  # the factory's photos have no file


def test_two_taps_file_one_case(visit):
    page = visit(REPORT, width=PHONE, **HERE)
    fill(page)
    page.evaluate(f"document.querySelector('{SEND}').click(); document.querySelector('#report').requestSubmit()")
    expect(page.locator("h1")).to_contain_text("已收到")
    assert Case.objects.count() == 1


def test_the_class_can_be_chosen_by_big_class(visit):
    page = visit(REPORT, width=PHONE)
    page.click("#picker summary")
    page.click("#big-E05")
    page.click("label[for=class-E05-05]")
    expect(page.locator("#proposal")).to_contain_text("路面塌陷")
    expect(page.locator("#proposal")).to_contain_text("您选的是")
    assert page.locator("[name=category]:checked").input_value() == "E05-05"
    assert page.faults == []


def test_the_class_can_be_found_by_words(client, city):
    answer = client.get(f"{REPORT}classes/", {"q": "路灯"})
    assert 'id="class-C01-37"' in answer.content.decode()


def test_a_neighbour_joins_from_the_public_page(visit, staff):
    case = take(file_one(now=timezone.now(), category="E01-10"), staff, "file")
    page = visit(f"/city_management/cases/{case.code}/", width=PHONE)
    page.click("text=我也看到了")
    expect(page.locator(".same")).to_contain_text("暴露生活垃圾")
    page.click("button:has-text('是，加入')")
    expect(page.locator(".messages")).to_contain_text("您已加入")
    case.refresh_from_db()
    assert case.reports_count == 2


def test_without_scripts_everything_can_be_done(visit, staff):
    page = visit(REPORT, width=PHONE, java_script_enabled=False)
    page.fill("#f-text", RUBBISH)
    page.click(SEND)
    expect(page.locator("[role=alert]")).to_contain_text("您填写的内容都还在")
    assert page.input_value("#f-text") == RUBBISH
    page.fill("noscript input[name=lon]", str(LON))
    page.fill("noscript input[name=lat]", str(LAT))
    page.select_option("noscript select[name=category]", "E01-12")
    page.click(SEND)
    expect(page.locator("h1")).to_contain_text("已收到")
    assert Case.objects.get().category == "E01-12"


def test_a_photo_too_large_is_named_before_it_is_sent(visit):
    page = visit(REPORT, width=PHONE, **HERE)
    fill(page)
    page.set_input_files(
        "#report input[type=file]", [{"name": "b.jpg", "mimeType": "image/jpeg", "buffer": b"x" * (13 * 2**20)}]
    )
    page.wait_for_selector(".photos-shown figure:nth-child(2)")
    page.click(SEND)
    expect(page.locator("[data-too-large-said]")).to_contain_text("12 MB")
    assert page.input_value("#f-text") == RUBBISH and not Case.objects.exists()


@pytest.mark.parametrize("width", [PHONE, WIDE])
def test_axe_finds_nothing_and_nothing_sticks_out(visit, staff, resident, width):
    case = take(file_one(person=resident.person), staff, *TO_HANDLING)
    code = f"/city_management/cases/{case.code}/"
    for path in (REPORT, "/city_management/near/", "/city_management/mine/", code, f"{code}done/"):
        page = visit(path, user=resident, width=width)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.faults == [], path


def test_dark_english_and_large_are_as_good(visit, staff):
    case = take(file_one(now=timezone.now(), category="E01-10"), staff, "file")
    more = {"width": PHONE, "dark": True, "language": "en", "size": "large"}
    for path in (f"{REPORT}?lon={LON}&lat={LAT}", f"/city_management/cases/{case.code}/", "/city_management/near/"):
        page = visit(path, **more)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, path
        words = page.locator("main").locator("h1, h2, h3, label, legend, button, summary, dt").all_inner_texts()
        assert not [said for said in words if re.search("[\u4e00-\u9fff]", said)], path


def test_targets_are_large_enough_for_a_thumb(visit, staff):
    take(file_one(now=timezone.now(), category="E01-10"), staff, "file")
    page = visit(f"{REPORT}?lon={LON}&lat={LAT}", width=PHONE)
    page.click("#picker summary")
    page.click("#big-E05")
    page.wait_for_selector("#class-E05-05")
    small = page.evaluate(
        """() => [...document.querySelectorAll("main a, main button, main summary, .offer label, .smalls label")]
        .map((e) => [e.getBoundingClientRect(), e])
        .filter(([r]) => r.width && (r.height < 43.5 || r.width < 43.5))
        .map(([r, e]) => `${e.outerHTML.slice(0, 90)} ${r.width} × ${r.height}`)"""
    )
    assert small == []
