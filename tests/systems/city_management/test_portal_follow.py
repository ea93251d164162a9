"""Following a case: by sign-in or link, what others see, adding, rating, reopening once; cases near me."""

from __future__ import annotations

from django.test import Client

from jiedao.cases.models import Case, Feedback, Report
from tests.cases.factories import LAT, LON
from tests.systems.city_management.ground import (
    RUBBISH,
    TO_CLOSED,
    TO_HANDLING,
    photo,
    report,
    take,
)


def page_of(case: Case, *more: str) -> str:
    return "/".join(["/city_management/cases", case.code, *more, ""])


def test_the_link_opens_the_case_elsewhere_and_leaves_no_token_in_the_address(client, staff):
    case = report(client)
    assert Client().get(page_of(case)).status_code == 404
    elsewhere = Client()
    answer = elsewhere.get(f"/city_management/t/{Report.objects.get().token}/")
    assert answer.url == page_of(case)
    assert RUBBISH in elsewhere.get(answer.url).content.decode()
    assert Client().get("/city_management/t/guessed/").status_code == 404


def test_mine_lists_by_browser_and_by_sign_in(client, staff, resident):
    case = report(client)
    assert case.code in client.get("/city_management/mine/").content.decode()
    assert case.code not in Client().get("/city_management/mine/").content.decode()
    signed = Client()
    signed.force_login(resident)
    own = report(signed, key="k2", text="路灯不亮")
    again = Client()
    again.force_login(resident)
    assert own.code in again.get("/city_management/mine/").content.decode()


def test_mine_asks_for_a_rating_until_there_is_one(client, staff):
    case = report(client)
    link = f'href="{page_of(case)}#rate"'
    assert link not in client.get("/city_management/mine/").content.decode()
    take(case, staff, *TO_HANDLING, *TO_CLOSED)
    assert link in client.get("/city_management/mine/").content.decode()
    assert 'id="rate"' in client.get(page_of(case)).content.decode()
    client.post(page_of(case, "rate"), {"stars": "5"})
    assert link not in client.get("/city_management/mine/").content.decode()


def test_others_see_what_is_done_but_no_words_and_no_names(client, staff):
    case = report(
        client, category="E01-10", text="垃圾堆在王小明家门口，电话13800138000", name="赵六", phone="13900139000"
    )
    client.post(page_of(case, "add"), {"text": "还是那里，找赵六"})
    case = take(case, staff, *TO_HANDLING)
    page = Client().get(page_of(case)).content.decode()
    assert "暴露生活垃圾" in page and "指派" in page
    for secret in ("王小明", "13800138000", "赵六", "13900139000", staff.handler.label, "因为"):
        assert secret not in page


def test_reporters_of_one_case_do_not_read_each_other(client, staff):
    case = take(report(client), staff, "file")
    other = Client()
    report(other, key="k2", lon=str(LON + 0.00005))
    assert Report.objects.filter(case=case).count() == 2
    client.post(page_of(case, "add"), {"text": "我家住 3 栋 502"})
    assert "3 栋 502" in client.get(page_of(case)).content.decode()
    assert "3 栋 502" not in other.get(page_of(case)).content.decode()


def test_words_and_photos_are_added_while_it_is_open(client, staff):
    case = report(client)
    assert client.post(page_of(case, "add"), {"text": "更多了", "photos": [photo()]}).status_code == 302
    assert client.post(page_of(case, "add"), {"photos": [photo("b.jpg")]}).status_code == 302
    assert case.attachments.count() == 2 and case.entries.filter(step="comment").count() == 2
    refused = client.post(page_of(case, "add"), {"text": ""})
    assert refused.status_code == 422 and list(refused.context["errors"]) == ["text"]
    assert Client().post(page_of(case, "add"), {"text": "x"}).status_code == 404


def test_rated_badly_then_reopened_once(client, staff):
    case = report(client)
    early = client.post(page_of(case, "rate"), {"stars": "1"})
    assert early.status_code == 409
    case = take(case, staff, *TO_HANDLING, *TO_CLOSED)
    page = client.get(page_of(case)).content.decode()
    assert "办得怎么样" in page and "非常不满意" in page
    assert client.post(page_of(case, "rate"), {"stars": "9"}).status_code == 422
    assert client.post(page_of(case, "rate"), {"stars": "1", "said": "没清干净"}).status_code == 302
    assert Feedback.objects.get().stars == 1
    page = client.get(page_of(case)).content.decode()
    assert "您的评价：非常不满意" in page and "申请复查" in page
    wordless = client.post(page_of(case, "reopen"), {"why": " "})
    assert wordless.status_code == 422 and list(wordless.context["errors"]) == ["why"]
    assert client.post(page_of(case, "reopen"), {"why": "还在"}).status_code == 302
    case = take(case, staff, "file", "send", "dispatch", "assign", *TO_CLOSED)
    assert "申请复查</span>" not in client.get(page_of(case)).content.decode()
    assert client.post(page_of(case, "reopen"), {"why": "又来了"}).status_code == 409


def test_a_merged_report_shows_the_case_that_stands_for_it(client, staff):
    from jiedao.cases import actions

    one, two = report(client), report(client, key="k2", text="路灯不亮", lon=str(LON + 0.002))
    actions.do_merge(two, one, staff.acceptor, version=two.version)
    page = client.get(page_of(two)).content.decode()
    assert one.code in page and "已合并办理" in page


def test_near_me_lists_open_cases_that_all_may_see(client, staff):
    hidden, shown = report(client), take(report(client, key="k2", text="路灯不亮"), staff, "file")
    everywhere = client.get("/city_management/near/").content.decode()
    assert shown.code in everywhere and hidden.code not in everywhere
    here = client.get("/city_management/near/", {"lon": LON, "lat": LAT, "json": ""}).json()
    assert [one["properties"]["id"] for one in here["features"]] == [shown.code]
    assert client.get("/city_management/near/", {"lon": LON + 0.03, "lat": LAT, "json": ""}).json()["features"] == []
    assert client.get("/city_management/near/?lon=nan&lat=1e999").status_code == 200


def test_pages_ask_little_of_the_database(client, staff, resident, query_count):
    client.force_login(resident)
    cases = [report(client, key=f"k{n}", text="路灯不亮", lon=str(LON + n * 0.001)) for n in range(8)]
    for case in cases:
        take(case, staff, *TO_HANDLING)
    case = cases[0]
    for path in ("/city_management/mine/", "/city_management/near/", page_of(case), page_of(case, "done")):
        with query_count(at_most=10):
            assert client.get(path).status_code == 200
    take(case, staff, *TO_CLOSED)
    with query_count(at_most=10):
        assert client.get(page_of(case)).status_code == 200
