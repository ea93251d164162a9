"""The desk in a browser: one case through all hands, many cases by keyboard, two tabs; looked at by axe."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from jiedao.cases.models import Case
from tests.browser import PHONE, violations
from tests.cases import factories
from tests.web.desk.hands import file, photo_file, walked

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def opened(page: Page, case: Case) -> None:
    """The case is beside the list, its forms ready."""
    expect(page.locator(f'#detail [data-case="{case.code}"]')).to_be_visible()
    expect(page.locator("#detail")).not_to_have_class(re.compile("htmx-"))


def add_photo(page: Page, form: str) -> None:
    photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo_file().read()}
    page.set_input_files(f"#{form}-photos", files=[photo])


def told(page: Page, word: str) -> None:
    expect(page.locator("#detail .notice-accent")).to_contain_text(word)


def test_one_case_through_all_hands(visit, staff):
    case = file()
    page = visit("/desk/", user=staff.acceptor)
    opened(page, case)
    page.keyboard.press("a")
    told(page, "立案并交派遣")
    expect(page.locator(f"#row-{case.code}")).to_contain_text("待派遣")
    expect(page.locator(".station").nth(4)).to_contain_text("1")

    page = visit("/desk/", user=staff.dispatcher)
    opened(page, case)
    page.keyboard.press("d")
    expect(page.locator("#dispatch-unit")).to_be_focused()
    expect(page.locator("#dispatch-unit")).to_have_value(str(staff.unit.pk))
    page.get_by_role("button", name="派遣", exact=True).click()
    told(page, "派遣")

    page = visit("/desk/", user=staff.department)
    opened(page, case)
    page.keyboard.press("d")
    page.select_option("#assign-handler", str(staff.handler.pk))
    page.locator("details[open]").get_by_role("button", name="指派").click()
    told(page, "指派")

    page = visit(f"/desk/case/{case.code}/", user=staff.handler)
    page.keyboard.press("a")
    add_photo(page, "hand_back")
    page.fill("#hand_back-note", "已清运")
    page.locator("details[open]").get_by_role("button", name="处置完成").click()
    told(page, "处置完成")
    expect(page.locator(".case-photos figcaption")).to_have_text("处置后")

    for user, step in ((staff.department, "确认完成"), (staff.dispatcher, "要求核查")):
        page = visit("/desk/", user=user)
        opened(page, case)
        page.keyboard.press("a")
        told(page, step)

    page = visit(f"/desk/case/{case.code}/", user=staff.collector)
    page.keyboard.press("a")
    add_photo(page, "pass_check")
    page.locator("details[open]").get_by_role("button", name="核查通过").click()
    told(page, "核查通过")

    page = visit("/desk/", user=staff.acceptor)
    opened(page, case)
    page.keyboard.press("c")
    page.check("#close-condition")
    page.locator("details[open]").get_by_role("button", name="结案").click()
    told(page, "结案")
    expect(page.locator(".verified")).to_contain_text("校验一致")
    case.refresh_from_db()
    assert case.state == "closed"
    assert page.faults == []


def test_many_by_keyboard(visit, staff):
    one, _, three = (file(metres=100 * n) for n in range(3))
    page = visit("/desk/", user=staff.acceptor)
    opened(page, one)
    for key in ("x", "j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("[data-selected]")).to_have_text("已选 3 件")
    factories.take(Case.objects.get(pk=three.pk), "ask_check", staff)
    page.keyboard.press("r")
    page.fill("#f-note", "不属于城管职责")
    page.get_by_role("button", name="不予立案", exact=True).last.click()
    done = page.locator(".batch-done")
    expect(done).to_contain_text("2")
    expect(done.locator(".no")).to_have_count(1)
    expect(done.locator(".no")).to_contain_text("立案前核实")
    expect(page.locator("[data-row]")).to_have_count(0)
    assert sorted(Case.objects.values_list("state", flat=True)) == ["pre_filing_check", "rejected", "rejected"]
    assert page.faults == []


def test_two_tabs(visit, staff):
    case = file()
    first, second = (visit("/desk/", user=staff.acceptor) for _ in range(2))
    for page in (first, second):
        opened(page, case)
    second.keyboard.press("r")
    second.fill("#reject-note", "不属于城管职责")
    first.keyboard.press("a")
    told(first, "立案并交派遣")
    second.locator("details[open]").get_by_role("button", name="不予立案").click()
    refusal = second.locator("#detail [role=alert]").first
    expect(refusal).to_contain_text(staff.acceptor.label)
    expect(refusal).to_contain_text("待派遣")
    expect(second.locator(".kept")).to_have_text("不属于城管职责")
    case.refresh_from_db()
    assert case.state == "to_dispatch"


def test_a_typed_class_gives_its_conditions(visit, staff):
    case = file()
    page = visit(f"/desk/case/{case.code}/", user=staff.acceptor)
    page.keyboard.press("e")
    expect(page.locator("#correct-class")).to_be_focused()
    page.fill("#correct-class", "C01-01")
    page.locator("#correct-title").focus()
    expect(page.locator("#correct-condition option")).not_to_have_count(2)
    page.get_by_role("button", name="保存更正").click()
    told(page, "已更正")
    case.refresh_from_db()
    assert case.category == "C01-01"


def test_a_filter_swaps_the_list_and_opens_its_first(visit, staff):
    file()
    lamp = file("路灯不亮了", metres=500)
    page = visit("/desk/", user=staff.acceptor)
    expect(page.locator("[data-row]")).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("路灯")
    page.keyboard.press("Enter")
    expect(page.locator("[data-row]")).to_have_count(1)
    opened(page, lamp)


def test_on_a_phone_a_case_is_a_page_of_its_own(visit, staff):
    case = file()
    page = visit("/desk/", user=staff.acceptor, width=PHONE)
    page.locator(".row-link").click()
    page.wait_for_url(f"**/desk/case/{case.code}/")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    page.get_by_role("button", name="立案并交派遣").click()
    told(page, "立案并交派遣")


PAGES = (
    "/desk/", "/desk/case/{code}/", "/desk/rules/", "/desk/rules/cases.duplicate/", "/desk/city_management/call/",
    "/desk/city_management/control/", "/desk/city_management/taxonomy/", "/desk/city_management/taxonomy/load/",
    "/board/", "/board/evaluation/", "/board/evidence/?set=filing_rate&part=n",
)  # fmt: skip


@pytest.mark.parametrize("width", [PHONE, 1440])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(visit, staff, path, width):
    case = walked(staff, "file_and_send")
    file("路灯不亮了", metres=20)
    everything = factories.make_user("admin", "shift_leader")
    page = visit(path.format(code=case.code), user=everything, width=width, dark=width == PHONE, language="en")
    page.wait_for_load_state("networkidle")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.faults == []


def test_open_forms_pass_axe_too(visit, staff):
    case = walked(staff, "file_and_send", "dispatch", "assign")
    page = visit(f"/desk/case/{case.code}/", user=staff.department)
    for details in page.locator("details:is(.act, .ask) > summary").all():
        details.click()
    assert violations(page) == []
