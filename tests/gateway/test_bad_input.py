"""What cannot be: a clear answer in the caller's language, a proper status, nothing kept, nothing leaked."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from jiedao.cases.models import Attachment, Case, Report
from tests.cases import factories
from tests.gateway.conftest import BIN, LAT, LON, form

CHINESE = re.compile("[\u4e00-\u9fff]")
REPORTS = "/api/city_management/reports"
LONG = "长" * 10_001
TRICKS = "正常\u202e反转\u2066\x00\x07文字\ufeff"

FAULTS = [
    ({"lon": 2.35, "lat": 48.85}, 422, "place"),
    ({"lon": 200}, 422, "lon"),
    ({"lat": "north"}, 422, "lat"),
    ({"lat": None}, 422, "lat"),
    ({"category": "E99-99"}, 422, "category"),
    ({"category": BIN, "condition": "nope"}, 422, "condition"),
    ({"text": "", "category": ""}, 422, "text"),
    ({"text": LONG}, 413, "text"),
    ({"text": 5}, 422, "text"),
    ({"photos": ["00000000-0000-4000-8000-000000000000"]}, 422, "photos"),
    ({"photos": ["../../etc/passwd"]}, 422, "photos.0"),
    ({"contact": {"phone": "12345"}}, 422, "phone"),
    ({"contact": {"email": "nobody"}}, 422, "email"),
    ({"attributes": {"a": "x" * 200_000}}, 413, "attributes"),
    ({"asset": 10**30}, 422, "asset"),
]


@pytest.mark.parametrize(("fault", "status", "field"), FAULTS, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_reports_through_the_api(app, fault, status, field, language):
    body = {"text": "有垃圾", "lon": LON, "lat": LAT} | fault
    answer = app.post(REPORTS, body, headers={"Accept-Language": language})
    told = answer.json()
    assert (answer.status_code, told["field"]) == (status, field), told
    assert set(told) == {"code", "message", "field", "value", "expected"}
    assert (not CHINESE.search(told["message"])) == (language == "en") and len(answer.content) < 2000
    assert not Report.objects.exists()


OPEN311 = [
    ({"service_code": ""}, 400, "service_code"),
    ({"service_code": "E99-99"}, 404, "service_code"),
    ({"lat": 48.85, "long": 2.35}, 400, "place"),
    ({"lat": "nan"}, 400, "place"),
    ({"lat": None, "long": None}, 400, "lat"),
    ({"lat": None, "long": None, "address_string": "月球"}, 400, "address_string"),
    ({"lat": None, "long": None, "address_id": "12"}, 400, "area"),
    ({"lat": None, "long": None, "address_id": "999999"}, 404, "area"),
    ({"description": LONG}, 413, "text"),
    ({"attribute[condition]": "nope"}, 400, "attribute[condition]"),
    ({"phone": "12345"}, 400, "phone"),
    ({"email": "nobody"}, 400, "email"),
    ({"media_url": "file:///etc/passwd"}, 400, "media_url"),
    ({"media_url": "http://"}, 400, "media_url"),
]


@pytest.mark.parametrize(("fault", "status", "field"), OPEN311, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_requests_through_open311(app, fault, status, field, language):
    answer = Client().post(
        "/open311/v2/requests.json", form(api_key=app.key, **fault), headers={"Accept-Language": language}
    )
    told = answer.json()
    assert (answer.status_code, told[0]["code"]) == (status, status), told
    assert told[0]["description"].startswith(f"{field}: ")
    assert (not CHINESE.search(told[0]["description"])) == (language == "en")
    assert not Report.objects.exists()


@pytest.mark.parametrize("key", [None, "", "wrong", "jd_" + "x" * 43, "\x00", "键"])
def test_a_post_needs_a_good_key(staff, key):
    answer = Client().post("/open311/v2/requests.xml", form(api_key=key))
    assert answer.status_code == 403 and b"<code>403</code>" in answer.content and not Report.objects.exists()


def test_a_session_counts_for_nothing_at_open311(staff):
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff.acceptor)
    assert client.post("/open311/v2/requests.json", form()).status_code == 403


def test_tricks_in_text_are_taken_out(app):
    first = app.post(REPORTS, {"text": TRICKS, "lon": LON, "lat": LAT, "attributes": {"a\x00": TRICKS}})
    second = Client().post("/open311/v2/requests.json", form(api_key=app.key, description=TRICKS, long=LON + 0.01))
    assert (first.status_code, second.status_code) == (201, 201)
    assert {case.text for case in Case.objects.all()} == {"正常反转文字"}
    assert Report.objects.earliest("pk").attributes == {"a": "正常反转文字"}


def test_a_lone_surrogate_is_no_letter(app):
    body = json.dumps({"text": "坏\ud800字", "lon": LON, "lat": LAT, "category": "\ud800"})
    assert app.post(REPORTS, body).status_code in (201, 422)


@pytest.mark.parametrize(
    ("body", "kind"), [("{", "application/json"), ("[]", "application/json"), ("a=1", "text/plain"), ("", "")]
)
def test_a_body_that_is_none(app, body, kind):
    answer = app.post(REPORTS, body, content_type=kind or "application/json")
    assert answer.status_code in (400, 422) and answer.json()["message"] and not Report.objects.exists()


@pytest.mark.parametrize("content", [b"", b"GIF89a broken", b"<svg/>", b"%PDF-1.4 x", b"\x89PNG\r\n\x1a\n" + b"0" * 99])
def test_photos_that_are_none(app, content):
    file = factories.io.BytesIO(content)
    file.name = "a.jpg"
    answer = app.client.post("/api/attachments", {"file": file})
    assert answer.status_code == 422 and answer.json()["message"] and not Attachment.objects.exists()


def test_a_photo_of_fifty_megabytes(app, settings):
    big = factories.io.BytesIO(b"\xff\xd8\xff" + b"0" * (13 * 2**20))
    big.name = "big.jpg"
    answer = app.client.post("/api/attachments", {"file": big})
    assert answer.status_code == 413 and answer.json()["code"] == "too_large"
    whole = app.client.post("/open311/v2/requests.json", b"x", content_type="text/plain", CONTENT_LENGTH=str(10**9))
    assert whole.status_code == 413
    sheet = app.post(REPORTS, b"x" * (3 * 2**20))
    assert sheet.status_code == 413 and sheet.json()["code"] == "too_large"
    form311 = Client().post(
        "/open311/v2/requests.json",
        "description=" + "x" * (3 * 2**20),
        content_type="application/x-www-form-urlencoded",
    )
    assert form311.status_code == 413 and form311.json()[0]["code"] == 413


def test_a_forged_role_or_step_is_not_taken(app, office, staff):
    case = factories.file_one(category=BIN)
    body = {"step": "file", "version": 1, "role": "admin", "actor": staff.acceptor.pk}
    assert app.post(f"/api/cases/{case.code}/steps", body).status_code == 403
    assert app.post(f"/api/cases/{case.code}/comments", {"text": "x"}).status_code == 403
    for step in ("merge", "reopen", "suspend", "close", "nothing", "x" * 41):
        answer = office.post(f"/api/cases/{case.code}/steps", {"step": step, "version": 1})
        assert answer.status_code in (409, 422), step
    assert Case.objects.get().state == "reported"


@pytest.mark.parametrize(
    "query",
    ["after=x", "after=9999999999999999999999", "state=nope", "area=43020x", "unit=nope", "handler=nope", "size=0",
     "size=201", "order=odd", "overdue=maybe", "q=" + "x" * 61, "kind=nope"],
)  # fmt: skip
def test_lists_that_cannot_be(office, query):
    answer = office.get(f"/api/cases?{query}", headers={"Accept-Language": "en"})
    assert answer.status_code == 422 and not CHINESE.search(answer.json()["message"]) and answer.json()["field"]


NOTHING = [
    "cases/%00",
    "cases/1%002",
    "cases/" + "9" * 60,
    "cases/４３０２０２",
    "areas/%00",
    "areas/12",
    "units/%00/handlers",
    "city_management/taxonomy/%00",
    "city_management/control-areas/99999999999999999999999/end",
]


@pytest.mark.parametrize("path", NOTHING)
def test_addresses_that_name_nothing(office, path):
    send = office.post if path.endswith("end") else office.get
    assert send(f"/api/{path}").status_code in (403, 404, 422)


def test_unknown_addresses_answer_in_their_own_form(db):
    for path in ("/api/nothing", "/api/cases/1/nothing/more", "/api/cases/"):
        answer = Client().get(path)
        assert answer.status_code == 404 and answer.json()["code"] == "missing"
    answer = Client().get("/open311/v2/nothing/at/all?format=json")
    assert answer.status_code == 404 and answer.json()[0]["code"] == 404
