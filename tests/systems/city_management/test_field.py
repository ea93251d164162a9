"""Field pages: whose tasks, a report filed once, verdicts with what they need, work handed back, more time asked."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from jiedao.cases.models import Adjustment, Attachment, Case, Entry
from tests.cases.factories import LAT, LON, file_one, make_user
from tests.systems.city_management.ground import (
    TO_HANDLING,
    photo,
    report,
    sent,
    take,
)

TASKS = "/field/city_management/"
JSON = {"HTTP_ACCEPT": "application/json"}


def case_of(case: Case, *more: str) -> str:
    return "/".join(["/field/city_management/cases", case.code, *more, ""])


def signed(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def verdict(case: Case, step: str, **more):
    case.refresh_from_db()
    return {"step": step, "version": case.version, "key": "k1", "note": ""} | more


def test_each_sees_own_tasks_only(staff):
    check = take(file_one(now=timezone.now()), staff, "ask_check")
    work = take(file_one(now=timezone.now(), text="路灯不亮", lon=LON + 0.001), staff, *TO_HANDLING)
    for user, own in ((staff.collector, {check.code}), (staff.handler, {work.code}), (staff.stranger, set())):
        page = signed(user).get(TASKS).content.decode()
        assert {code for code in (check.code, work.code) if code in page} == own
    other = make_user("collector", area="430203")
    assert check.code not in signed(other).get(TASKS).content.decode()
    assert signed(make_user()).get(TASKS).status_code == 403


def test_nearest_first_where_the_phone_says_where_it_is(staff):
    far = take(file_one(now=timezone.now(), text="路灯不亮", lon=LON + 0.01), staff, "ask_check")
    near = take(file_one(now=timezone.now()), staff, "ask_check")
    Case.objects.filter(pk=near.pk).update(deadline=far.deadline + timedelta(hours=1))
    client = signed(staff.collector)
    assert [task.case.pk for task, _ in client.get(TASKS).context["rows"]] == [far.pk, near.pk]
    found = client.get(TASKS, {"by": "near", "lon": LON, "lat": LAT})
    assert [task.case.pk for task, _ in found.context["rows"]] == [near.pk, far.pk]
    assert "公里" in found.content.decode() or "米" in found.content.decode()


def test_a_report_of_the_queue_is_filed_once_in_the_collectors_name(staff):
    client = signed(staff.collector)
    given = sent(photos=[photo()])
    first = client.post(f"{TASKS}report/", given, HTTP_IDEMPOTENCY_KEY="q-1", **JSON)
    given["photos"] = [photo()]
    second = client.post(f"{TASKS}report/", given, HTTP_IDEMPOTENCY_KEY="q-1", **JSON)
    assert first.json() == second.json() == {"next": TASKS}
    case = Case.objects.get()
    assert (case.channel, case.reports.get().by_id, case.attachments.count()) == ("field", staff.collector.pk, 1)


def test_the_queue_is_told_in_json_and_the_page_at_the_field(staff):
    client = signed(staff.collector)
    bad = sent(lon="2.35", lat="48.85")
    queued = client.post(f"{TASKS}report/", bad, **JSON)
    assert queued.status_code == 422 and queued.json()["field"] == "place"
    shown = client.post(f"{TASKS}report/", bad)
    assert shown.status_code == 422 and "不在本市" in shown.content.decode() and bad["text"] in shown.content.decode()
    assert Client().post(f"{TASKS}report/", bad, **JSON).status_code == 401
    assert signed(staff.handler).post(f"{TASKS}report/", bad, **JSON).status_code == 403


def test_a_check_before_filing(staff):
    case = take(file_one(now=timezone.now()), staff, "ask_check")
    client = signed(staff.collector)
    page = client.get(case_of(case)).content.decode()
    assert "核实属实" in page and "核实不实" in page and "我到现场了" not in page
    bare = client.post(case_of(case, "step"), verdict(case, "found"))
    assert bare.status_code == 422 and "至少上传一张照片" in bare.content.decode()
    answer = client.post(case_of(case, "step"), verdict(case, "found", photos=[photo()]))
    assert answer.url == TASKS
    case.refresh_from_db()
    assert case.state == "reported" and Attachment.objects.get().purpose == "before"


def test_a_reason_is_asked_for_and_the_photo_is_not_lost(staff):
    case = take(file_one(now=timezone.now()), staff, "ask_check")
    client = signed(staff.collector)
    answer = client.post(case_of(case, "step"), verdict(case, "not_found", photos=[photo()]))
    assert answer.status_code == 422 and list(answer.context["errors"]) == ["note"]
    kept = [str(one.pk) for one in answer.context["kept"]]
    again = client.post(case_of(case, "step"), verdict(case, "not_found", note="没有看到", kept=kept, key="k2"))
    assert again.status_code == 302 and Entry.objects.filter(step="not_found", attachments__isnull=False).count() == 1


def test_a_verdict_sent_twice_is_one_step_and_a_stale_one_is_told(staff):
    case = take(file_one(now=timezone.now()), staff, "ask_check")
    client, given = signed(staff.collector), verdict(case, "found")
    first = client.post(case_of(case, "step"), given | {"photos": [photo()]}, HTTP_IDEMPOTENCY_KEY="q", **JSON)
    second = client.post(case_of(case, "step"), given | {"photos": [photo()]}, HTTP_IDEMPOTENCY_KEY="q", **JSON)
    assert (first.status_code, second.status_code) == (200, 200)
    assert Entry.objects.filter(step="found").count() == 1
    take(case, staff, "ask_check")
    stale = client.post(case_of(case, "step"), given | {"photos": [photo()], "key": "q2"}, **JSON)
    assert stale.status_code == 409 and staff.acceptor.label in stale.json()["message"]


def test_a_handler_arrives_and_hands_back(staff):
    client = Client()
    case = take(report(client), staff, *TO_HANDLING)
    handler = signed(staff.handler)
    assert "我到现场了" in handler.get(case_of(case)).content.decode()
    assert handler.post(case_of(case, "arrive")).status_code == 302
    assert "我到现场了" not in handler.get(case_of(case)).content.decode()
    assert "已到现场" in client.get(f"/city_management/cases/{case.code}/").content.decode()
    done = handler.post(case_of(case, "step"), verdict(case, "hand_back", photos=[photo()]))
    assert done.url == TASKS
    case.refresh_from_db()
    assert case.state == "handled" and Attachment.objects.filter(purpose="after").count() == 1
    assert signed(staff.stranger).post(case_of(case, "arrive")).status_code == 403


def test_more_time_is_asked_with_a_reason_and_a_day(staff):
    case = take(file_one(now=timezone.now()), staff, *TO_HANDLING)
    handler = signed(staff.handler)
    bare = handler.post(case_of(case, "ask"), {"kind": "extension", "reason": ""})
    assert bare.status_code == 422 and list(bare.context["errors"]) == ["reason"]
    dateless = handler.post(case_of(case, "ask"), {"kind": "suspension", "reason": "等材料", "until": "2026-99-99"})
    assert dateless.status_code == 422 and list(dateless.context["errors"]) == ["until"]
    assert "等材料" in dateless.content.decode()
    day = (timezone.localdate() + timedelta(days=3)).isoformat()
    asked = handler.post(case_of(case, "ask"), {"kind": "suspension", "reason": "等材料", "until": day})
    assert asked.status_code == 302 and Adjustment.objects.get().kind == "suspension"
    assert handler.post(case_of(case, "ask"), {"kind": "extension", "reason": "再等"}).status_code == 409


def test_pages_ask_little_of_the_database(staff, query_count):
    for n in range(12):
        take(file_one(now=timezone.now(), text="路灯不亮", lon=LON + n * 0.001), staff, "ask_check")
    case = take(file_one(now=timezone.now()), staff, *TO_HANDLING)
    for user, path in (
        (staff.collector, TASKS),
        (staff.handler, TASKS),
        (staff.collector, f"{TASKS}report/"),
        (staff.handler, case_of(case)),
    ):
        client = signed(user)
        client.get(path)
        with query_count(at_most=10):
            assert client.get(path).status_code == 200
