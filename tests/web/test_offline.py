"""Reports from the field survive without a connection, are sent once when it is back, and say how they fared."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import PHONE, violations
from tests.web import field_urls

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.web.field_urls"),
]
PHOTO = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8not really a picture\xff\xd9"}


@pytest.fixture(autouse=True)
def nothing_arrived():
    field_urls.arrived.clear()
    field_urls.answers.clear()


@pytest.fixture
def page(visit, staff):
    """The form, with the service worker in charge and the page kept."""
    page = visit("/field/try/", user=staff, width=PHONE)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    return page


def report(page, text="井盖破损"):
    page.fill("[name=text]", text)
    page.click("button:has-text('提交')")


def queue(page):
    return page.locator("[data-queue]")


def arrived(page, count):
    """What arrived, once so many have."""
    for _ in range(100):
        if len(field_urls.arrived) >= count:
            break
        page.wait_for_timeout(100)
    return field_urls.arrived


def test_with_a_connection_it_is_sent_at_once(page):
    report(page)
    assert [r["text"] for r in arrived(page, 1)] == ["井盖破损"]
    expect(page.locator("[name=text]")).to_have_value("")
    expect(queue(page)).to_be_hidden()


def test_without_one_it_waits_and_is_sent_once_with_its_photo(page):
    page.context.set_offline(True)
    expect(page.locator("[data-offline-banner]")).to_be_visible()
    page.set_input_files("input[type=file]", [PHOTO])
    report(page)
    expect(queue(page)).to_contain_text("1 条等待发送")
    assert field_urls.arrived == []
    assert page.input_value("[name=text]") == ""
    assert violations(page) == []

    page.context.set_offline(False)
    arrived(page, 1)
    expect(queue(page)).to_be_hidden()
    page.reload()
    expect(queue(page)).to_be_hidden()
    assert len(field_urls.arrived) == 1
    assert field_urls.arrived[0]["photos"] == [PHOTO["buffer"]]


def test_several_wait_and_go_in_order(page):
    page.context.set_offline(True)
    for text in ("一", "二", "三"):
        report(page, text)
        expect(page.locator("[name=text]")).to_have_value("")
    expect(queue(page)).to_contain_text("3 条")
    page.context.set_offline(False)
    arrived(page, 3)
    expect(queue(page)).to_be_hidden()
    assert sorted(str(r["text"]) for r in field_urls.arrived) == sorted(["一", "二", "三"])
    assert len({r["key"] for r in field_urls.arrived}) == 3


def test_a_lost_answer_is_asked_for_again_under_the_same_key(page):
    field_urls.answers[:] = [500]
    report(page)
    keys = [r["key"] for r in arrived(page, 2)]
    expect(queue(page)).to_be_hidden()
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_refusal_is_shown_and_nothing_is_lost(page):
    field_urls.answers[:] = [422]
    report(page)
    expect(queue(page)).to_contain_text("说明太短")
    assert page.input_value("[name=text]") == "井盖破损"
    page.click("[data-queue-drop]")
    expect(queue(page)).to_be_hidden()


def test_another_person_on_the_same_phone_sees_no_queue(page, db):
    from jiedao.people.models import User
    from tests.browser import session_of

    page.context.set_offline(True)
    report(page)
    expect(queue(page)).to_be_visible()
    other = session_of(User.objects.create_superuser("other", "a long enough password"))
    page.context.add_cookies([{"name": "jiedao_session", "value": other, "url": page.url}])
    page.context.set_offline(False)
    page.goto(page.url)
    expect(queue(page)).to_be_hidden()


def test_a_page_never_opened_says_what_to_do(page):
    page.context.set_offline(True)
    page.goto(page.url.replace("/try/", "/elsewhere/"))
    assert "没有网络" in page.inner_text("h1")
