"""The API: who may come, lists, one case, steps, reports, photos, refusals."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from jiedao.cases.models import Attachment, Case, Entry, IdempotencyKey, Report
from jiedao.people.models import Person, User
from tests.cases import factories
from tests.gateway.conftest import BIN, LAT, LON, software

REPORTS = "/api/city_management/reports"


def report(**more):
    return {"text": "路边有一堆垃圾", "lon": LON, "lat": LAT} | more


def signed_in(user: User, strict: bool = False) -> Client:
    client = Client(enforce_csrf_checks=strict)
    client.force_login(user)
    return client


@pytest.fixture
def case(staff) -> Case:
    return factories.file_one(category=BIN)


def test_keys_and_sessions_are_let_in(staff, app, office):
    assert Client().get("/api/cases").status_code == 401
    assert Client().get("/api/cases")["WWW-Authenticate"] == "Bearer"
    assert app.get("/api/cases").status_code == 403
    assert office.get("/api/cases").status_code == 200
    assert signed_in(staff.acceptor).get("/api/cases").status_code == 200
    assert Client(headers={"Authorization": "Bearer jd_wrong"}).get("/api/cases").json()["code"] == "bad_key"
    assert office.get("/api/me").json()["areas"] == [""] and app.get("/api/me").json()["permissions"] == []


def test_a_post_from_another_site_is_refused(staff, settings):
    user = User.objects.create(username="resident", person=Person.objects.create(name="居民"))
    client = signed_in(user, strict=True)
    answer = client.post(REPORTS, report(), content_type="application/json")
    assert answer.status_code == 403 and answer.json()["code"] == "csrf" and not Report.objects.exists()
    client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    own = client.post(REPORTS, report(), content_type="application/json", headers={"X-CSRFToken": "a" * 32})
    assert own.status_code == 201 and Report.objects.get().person == user.person


def test_a_list_is_filtered_and_read_page_by_page(staff, office):
    for n in range(5):
        factories.file_one(category=BIN, lon=LON + n * 0.002)
    first = office.get("/api/cases", {"size": 2}).json()
    second = office.get("/api/cases", {"size": 2, "after": first["next"]}).json()
    codes = [row["code"] for page in (first, second) for row in page["cases"]]
    assert first["total_hint"] == 5 and len(set(codes)) == 4 and codes == sorted(codes, reverse=True)
    row = first["cases"][0]
    assert row["class_name"] == {"zh": "暴露生活垃圾", "en": row["class_name"]["en"]} and row["state"] == "reported"
    assert office.get("/api/cases", {"state": ["closed", "rejected"]}).json()["cases"] == []
    assert len(office.get("/api/cases", {"area": "430202", "category": BIN}).json()["cases"]) == 5
    assert office.get("/api/cases", {"area": "430203"}).json()["cases"] == []
    assert office.get("/api/cases", {"overdue": True, "order": "due"}).status_code == 200


def test_one_case_with_its_story(case, office, app):
    found = office.get(f"/api/cases/{case.code}").json()
    assert found["text"] == case.text and found["version"] == 1 and found["limit_amount"]
    assert office.get(f"/api/cases/{case.code}/timeline").json()[0]["step"] == "report"
    assert office.get("/api/cases/430202260600000000").json()["code"] == "missing"
    assert app.get(f"/api/cases/{case.code}").status_code == 403


def test_a_case_outside_the_posts_area_is_closed(case):
    there = software("there", area="430203", post={"role": "acceptor", "area": "430203"})
    assert there.get(f"/api/cases/{case.code}").status_code == 403
    assert there.get(f"/api/cases/{case.code}/steps").status_code == 403
    taken = there.post(f"/api/cases/{case.code}/steps", {"step": "file", "version": 1})
    assert taken.status_code == 403 and Case.objects.get().state == "reported"
    assert there.get("/api/cases").json()["cases"] == []


def test_steps_are_offered_and_taken(case, office, staff):
    offered = {step["code"]: step for step in office.get(f"/api/cases/{case.code}/steps").json()}
    assert offered["file"]["target"] == "filed" and offered["reject"]["needs"] == ["note"]
    taken = office.post(f"/api/cases/{case.code}/steps", {"step": "file_and_send", "version": 1})
    assert taken.status_code == 200 and taken.json()["state"] == "to_dispatch" and taken.json()["version"] == 2
    sent = office.post(
        f"/api/cases/{case.code}/steps", {"step": "dispatch", "version": 2, "unit": "cleansing", "note": "请办"}
    )
    assert sent.json()["unit"] == "cleansing" and Case.objects.get().unit == staff.unit
    names = office.get("/api/units/cleansing/handlers")
    assert names.status_code == 403, "a shift leader does not assign"
    department = signed_in(staff.department)
    assert staff.handler.username in [p["username"] for p in department.get("/api/units/cleansing/handlers").json()]


def test_a_stale_version_is_a_conflict(case, office):
    office.post(f"/api/cases/{case.code}/steps", {"step": "file", "version": 1})
    late = office.post(f"/api/cases/{case.code}/steps", {"step": "send", "version": 1})
    assert late.status_code == 409 and late.json()["code"] == "stale" and late.json()["field"] == "version"


def test_every_write_is_done_once_for_a_key(case, office):
    head = {"Idempotency-Key": "step-1"}
    body = {"step": "file", "version": 1}
    first, again = (office.post(f"/api/cases/{case.code}/steps", body, headers=head) for _ in range(2))
    assert first.json() == again.json() and again["Idempotent-Replayed"] == "true"
    assert Entry.objects.filter(step="file").count() == 1
    other = office.post(f"/api/cases/{case.code}/steps", {"step": "send", "version": 2}, headers=head)
    assert other.status_code == 409 and other.json()["code"] == "key_reused"
    for _ in range(2):
        office.post(f"/api/cases/{case.code}/comments", {"text": "看过"}, headers={"Idempotency-Key": "words"})
        upload = {"file": factories.picture(), "purpose": "after"}
        office.client.post("/api/attachments", upload, headers={"Idempotency-Key": "photo"})
        office.post(REPORTS, report(lon=LON + 0.01), headers={"Idempotency-Key": "report"})
    assert Entry.objects.filter(step="comment").count() == 1
    assert Attachment.objects.count() == 1 and Report.objects.count() == 2
    assert IdempotencyKey.objects.count() == 3
    bad = office.post(f"/api/cases/{case.code}/comments", {"text": "看过"}, headers={"Idempotency-Key": "x" * 81})
    assert bad.status_code == 422 and bad.json()["field"] == "Idempotency-Key"


def test_a_report_with_photos_and_contact(app, staff):
    sent = app.client.post("/api/attachments", {"file": factories.picture()})
    assert sent.status_code == 201 and sent.json()["purpose"] == "before"
    contact = {"name": "张三", "phone": "138 0013 8000"}
    answer = app.post(REPORTS, report(photos=[sent.json()["id"]], contact=contact, category=BIN))
    assert answer.status_code == 201
    found, case = answer.json(), Case.objects.get()
    assert (found["code"], found["merged"], found["unit"]) == (case.code, False, "cleansing")
    assert found["promised"] and found["why"] and Attachment.objects.get().case == case
    assert Report.objects.get().contact_sealed and case.channel == "api"


def test_a_resident_reports_in_his_own_name_only(staff):
    person = Person.objects.create(name="居民")
    client = signed_in(User.objects.create(username="resident", person=person))
    contact = {"name": "别人", "phone": "13800138000"}
    assert client.post(REPORTS, report(contact=contact), content_type="application/json").status_code == 201
    found = Report.objects.get()
    assert found.person == person and found.contact_sealed is None and found.by is None
    clerk = signed_in(staff.acceptor)
    clerk.post(REPORTS, report(contact=contact, lon=LON + 0.01), content_type="application/json")
    assert Report.objects.latest("pk").by == staff.acceptor


def test_a_key_files_within_its_area_and_kinds(staff):
    narrow = software("narrow", area="430203", kinds=["city"])
    outside = narrow.post(REPORTS, report())
    assert outside.status_code == 403 and outside.json()["field"] == "place"
    assert narrow.post(REPORTS, report(lon=113.19)).status_code == 201


def test_triage_is_asked_without_filing(app):
    found = app.post("/api/city_management/proposals", {"text": "路灯不亮了", "lon": LON, "lat": LAT}).json()
    assert found["category"] == "C01-37" and found["limit_amount"] > 0 and found["why"]
    assert not Case.objects.exists()


def test_what_everybody_may_know(staff):
    client = Client()
    classes = client.get("/api/city_management/taxonomy", {"big": "E01"}).json()
    assert {row["big"] for row in classes} == {"E01"} and len(classes) > 30
    one = client.get(f"/api/city_management/taxonomy/{BIN}").json()
    assert one["conditions"][0]["closing"]["zh"] and one["conditions"][0]["limit_unit"] == "work_hour"
    assert client.get("/api/city_management/taxonomy/E99-99").status_code == 404
    kinds = {kind["code"]: kind for kind in client.get("/api/kinds").json()}
    assert "closed" in [state["code"] for state in kinds["city"]["states"]]
    assert client.get("/api/areas/430202004000").json()["code"] == "430202004"
    assert [a["code"] for a in client.get("/api/areas", {"parent": "430202"}).json()] == ["430202004"]
    assert client.get("/api/locate", {"lon": LON, "lat": LAT}).json()["community"] == "430202004001"


def test_units_are_listed_in_pages(office, staff):
    first = office.get("/api/units", {"size": 1}).json()
    rest = office.get("/api/units", {"after": first["next"]}).json()
    assert [u["code"] for u in first["units"] + rest["units"]] == ["cleansing", "water"] and rest["next"] is None
    assert office.get("/api/units", {"tier": "team"}).json()["units"] == []


def test_control_areas_are_asked_for_and_approved_by_somebody_else(staff, office):
    body = {"name": "红旗路施工", "reason": "改造", "starts": "2026-06-01T08:00:00+08:00", "area": "430202004"}
    body["ends"] = "2099-06-01T08:00:00+08:00"
    made = office.post("/api/city_management/control-areas", body)
    assert made.status_code == 201 and made.json()["approved_at"] is None
    number = made.json()["id"]
    assert office.post(f"/api/city_management/control-areas/{number}/approve", {}).status_code == 409
    other = software("second", post={"role": "shift_leader"})
    assert other.post(f"/api/city_management/control-areas/{number}/approve", {}).json()["approved_at"]
    assert [row["id"] for row in office.get("/api/city_management/control-areas").json()] == [number]
    other.post(f"/api/city_management/control-areas/{number}/end", {})
    assert office.get("/api/city_management/control-areas").json() == []


def test_the_schema_speaks_both_languages_and_the_page_of_docs_is_our_own(db):
    schema = Client().get("/api/openapi.json").json()
    operations = [op for path in schema["paths"].values() for op in path.values()]
    assert len(operations) >= 20 and all(" · " in op["summary"] for op in operations)
    assert all("429" in op["responses"] for op in operations)
    assert schema["components"]["securitySchemes"]["Key"] == {"type": "http", "scheme": "bearer"}
    page = Client().get("/api/docs")
    assert page.status_code == 200 and b"https://" not in page.content and b"ninja/swagger-ui-bundle" in page.content
    json.dumps(schema)
