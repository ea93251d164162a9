"""A collector and a handler with a phone: offline report sent once, a check, work handed back; axe finds nothing."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from jiedao.cases.models import Case, Report
from tests.browser import PHONE, WIDE, violations
from tests.cases.factories import LAT, LON, file_one, picture
from tests.systems.city_management.ground import RUBBISH, TO_HANDLING, take

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TASKS = "/field/city_management/"
PHOTO = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture(800, 600).getvalue()}
HERE = {"geolocation": {"longitude": LON, "latitude": LAT}, "permissions": ["geolocation"]}


def wait_for(page, ready):
    for _ in range(100):
        if ready():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come")


def test_a_report_made_offline_is_filed_once(visit, staff):
    page = visit(f"{TASKS}report/", user=staff.collector, width=PHONE, **HERE)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.locator("#place").scroll_into_view_if_needed()
    page.wait_for_selector("#place .leaflet-container")
    page.context.set_offline(True)
    page.set_input_files("form.report input[type=file]", [PHOTO])
    page.click("#place [data-map-me]")
    expect(page.locator("#place [data-map-lon]")).to_have_value(re.compile(r"\d"))
    page.fill("#f-text", RUBBISH)
    page.select_option("#f-category", "E01-10")
    page.click(".thumb button")
    expect(page.locator("[data-queue]")).to_contain_text("1 条等待发送")
    assert not Case.objects.exists()

    page.context.set_offline(False)
    wait_for(page, Case.objects.exists)
    expect(page.locator("[data-queue]")).to_be_hidden()
    page.goto(page.url)
    page.wait_for_timeout(500)
    case = Case.objects.get()
    assert (Report.objects.count(), case.channel, case.attachments.count()) == (1, "field", 1)


def test_a_check_with_one_thumb(visit, staff):
    case = take(file_one(now=timezone.now(), category="E01-10"), staff, "ask_check")
    page = visit(TASKS, user=staff.collector, width=PHONE)
    page.click(".task a")
    page.check("#step-found")
    page.set_input_files("input[type=file]", [PHOTO])
    page.click(".thumb button")
    expect(page.locator(".messages")).to_contain_text("核实属实")
    case.refresh_from_db()
    assert case.state == "reported"


def test_a_handler_goes_to_the_nearest_arrives_and_hands_back(visit, staff):
    far = take(file_one(now=timezone.now(), text="路灯不亮", lon=LON + 0.01), staff, *TO_HANDLING)
    case = take(file_one(now=timezone.now(), category="E01-10"), staff, *TO_HANDLING)
    page = visit(TASKS, user=staff.handler, width=PHONE, **HERE)
    page.click("[data-locate]")
    expect(page.locator(".task").first).to_contain_text("0 米")
    page.click(".task a >> nth=0")
    page.click("text=我到现场了")
    expect(page.locator(".messages")).to_contain_text("已记录到场")
    page.check("#step-hand_back")
    page.set_input_files("input[type=file]", [PHOTO])
    page.click(".thumb button")
    expect(page.locator(".messages")).to_contain_text("处置完成")
    case.refresh_from_db()
    far.refresh_from_db()
    assert (case.state, far.state) == ("handled", "handling")


@pytest.mark.parametrize("width", [PHONE, WIDE])
def test_axe_finds_nothing_and_nothing_sticks_out(visit, staff, width):
    check = take(file_one(now=timezone.now(), category="E01-10"), staff, "ask_check")
    work = take(file_one(now=timezone.now(), text="路灯不亮", lat=LAT + 0.001), staff, *TO_HANDLING)
    for user, path in (
        (staff.collector, TASKS),
        (staff.stranger, TASKS),
        (staff.collector, f"{TASKS}report/"),
        (staff.collector, f"{TASKS}cases/{check.code}/"),
        (staff.handler, f"{TASKS}cases/{work.code}/"),
    ):
        page = visit(path, user=user, width=width)
        for more in page.locator("details.more summary").all():
            more.click()
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.faults == [], path
