"""GeoReport v2 as a client meets it, in both formats."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from jiedao.cases.models import Attachment, Case, Report
from jiedao.gateway.open311 import formats
from tests.cases import factories
from tests.gateway.conftest import BIN, LAT, LON, form, software

AT = "/open311/v2"


def post(app, path="requests.json", **given):
    return Client().post(f"{AT}/{path}", form(api_key=app.key, **given))


def read(path, app=None, **given):
    answer = Client().get(f"{AT}/{path}", ({"api_key": app.key} if app else {}) | given)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def plain(element: ET.Element, item: str = "") -> Any:
    """XML back into what the JSON would say, every value a text."""
    if not len(element):
        return element.text
    if item or element.tag in formats.ITEMS:
        return [plain(child) for child in element]
    return {child.tag: plain(child) for child in element}


def as_text(value: Any) -> Any:
    if isinstance(value, list):
        return [as_text(one) for one in value] or None
    if isinstance(value, dict):
        return {name: as_text(one) for name, one in value.items()}
    return str(value).lower() if isinstance(value, bool) else str(value) if value not in (None, "") else None


@pytest.fixture
def filed(app, staff):
    """A request that was filed, accepted and sent to its unit."""
    code = post(app).json()[0]["service_request_id"]
    return factories.walk(Case.objects.get(code=code), staff, "file", "send", "dispatch")


@pytest.fixture
def schemas(shared):
    from jsonschema import Draft202012Validator
    from referencing import Registry, Resource

    folder = shared / "data" / "open311"
    if not folder.is_dir():
        pytest.skip("no Open311 schemas in the shared data")
    names = ("request", "requests", "service", "services", "service-definition")
    texts = {name: json.loads((folder / f"georeport-v2_{name}.json").read_text()) for name in names}
    rows = [(f"{name}.json", Resource.opaque(text)) for name, text in texts.items()]
    registry = Registry().with_resources(rows)
    return {name: Draft202012Validator(text, registry=registry) for name, text in texts.items()}


def test_every_answer_follows_the_published_schemas(filed, schemas, app):
    for language in ("zh-hans", "en"):
        head = {"HTTP_ACCEPT_LANGUAGE": language}
        services = Client().get(f"{AT}/services.json", **head).json()
        schemas["services"].validate(services)
        for service in services[:20]:
            code = service["service_code"]
            schemas["service-definition"].validate(Client().get(f"{AT}/services/{code}.json", **head).json())
    for caller in (None, app):
        found = read("requests.json", caller)
        schemas["requests"].validate(found)
        schemas["request"].validate(found[0])
        schemas["request"].validate(read(f"requests/{filed.code}.json", caller, extensions="true")[0])


@pytest.mark.parametrize(
    ("path", "root", "item"),
    [
        ("services", "services", "service"),
        (f"services/{BIN}", "service_definition", ""),
        ("requests", "service_requests", "request"),
        ("servicerequestupdates", "service_request_updates", "request_update"),
        ("discovery", "discovery", ""),
    ],
)
def test_xml_says_what_json_says(filed, path, root, item):
    asked = {"extensions": "true"}
    xml = Client().get(f"{AT}/{path}.xml", asked)
    assert xml["Content-Type"] == "text/xml; charset=utf-8"
    top = ET.fromstring(xml.content)
    assert top.tag == root and all(child.tag == item for child in top if item)
    told = Client().get(f"{AT}/{path}.json", asked)
    assert told["Content-Type"] == "application/json; charset=utf-8"
    assert plain(top, item) == as_text(told.json())


def test_the_format_comes_from_ending_query_or_accept(db):
    kinds = {
        (".json", ""): "application/json",
        (".xml", "application/json"): "text/xml",
        ("", "application/json"): "application/json",
        ("?format=json", ""): "application/json",
        ("", ""): "text/xml",
        ("", "text/html,application/xml;q=0.9,*/*"): "text/xml",
    }
    for (ending, accept), wanted in kinds.items():
        answer = Client().get(f"{AT}/services{ending}", headers={"Accept": accept})
        assert answer["Content-Type"].startswith(wanted), (ending, accept)
    assert Client().get(f"{AT}/services.yaml").status_code == 404


def test_services_hold_the_taxonomy_with_its_conditions(db):
    services = {one["service_code"]: one for one in read("services.json")}
    assert len(services) > 180
    assert services[BIN]["service_name"] == "暴露生活垃圾" and services[BIN]["group"] == "市容环境"
    assert services[BIN]["metadata"] is True and services[BIN]["type"] == "realtime" and services[BIN]["keywords"]
    asked = read("services/C01-01.json")["attributes"][0]
    assert asked["code"] == "condition" and asked["datatype"] == "singlevaluelist" and len(asked["values"]) > 2
    english = Client().get(f"{AT}/services/C01-01.json", headers={"Accept-Language": "en"}).json()
    assert english["attributes"][0]["values"][0]["name"].isascii()


def test_a_posted_request_becomes_a_case(app, staff):
    condition = read("services/C01-01.json")["attributes"][0]["values"][1]["key"]
    answer = post(
        app, service_code="C01-01", **{"attribute[condition]": condition, "attribute[depth]": "20"},
        first_name="三", last_name="张", phone="13800138000", email="zhang@example.com", account_id="u-7",
        device_id="secret", media_url="https://example.com/a.jpg", address_string="红旗路口",
    )  # fmt: skip
    assert answer.status_code == 201
    told = answer.json()[0]
    case, report = Case.objects.get(code=told["service_request_id"]), Report.objects.get()
    assert (case.category, case.condition, case.channel, case.address) == ("C01-01", condition, "open311", "红旗路口")
    assert case.limit_amount and told["service_notice"] and told["account_id"] == "u-7"
    assert report.by == app.user and report.token == told["token"]
    assert report.attributes == {"depth": "20", "account_id": "u-7", "media_url": ["https://example.com/a.jpg"]}
    assert b"13800138000" not in bytes(report.contact_sealed) and "secret" not in json.dumps(report.attributes)


def test_a_token_gives_the_id(app, staff):
    told = post(app).json()[0]
    found = read(f"tokens/{told['token']}.json")
    assert found == [{"service_request_id": told["service_request_id"], "token": told["token"]}]
    assert Client().get(f"{AT}/tokens/nothing.json").status_code == 404


def test_sent_twice_with_a_key_of_its_own_filed_once(app, staff):
    head = {"Idempotency-Key": "77"}
    answers = [Client().post(f"{AT}/requests.json", form(api_key=app.key), headers=head).json() for _ in range(2)]
    assert answers[0][0]["service_request_id"] == answers[1][0]["service_request_id"]
    assert Report.objects.count() == 1


def test_two_reports_of_one_thing_are_one_request(app, staff):
    first, second = post(app).json()[0], post(app, lat=LAT + 0.00001).json()[0]
    assert first["service_request_id"] == second["service_request_id"] and first["token"] != second["token"]
    assert "合并" in second["service_notice"]


def test_photos_come_as_files(app, staff):
    answer = post(app, media=factories.picture())
    assert answer.status_code == 201 and Attachment.objects.get().case.code == answer.json()[0]["service_request_id"]
    broken = factories.io.BytesIO(b"<svg onload=alert(1)>")
    refused = post(app, media=broken)
    assert refused.status_code == 400 and Report.objects.count() == 1


@pytest.mark.parametrize(
    "place", [{"address_string": "桂花街道"}, {"address_id": "430202004001"}, {"address_string": "430202004001"}]
)
def test_a_place_without_coordinates(app, staff, place):
    from jiedao.city import areas, stamps
    from jiedao.city.models import Area

    Area.objects.filter(code__startswith="430202004").update(lon=LON, lat=LAT, search="桂花街道")
    stamps.bump("areas")
    stamps.forget()
    assert areas.get("430202004").lon == LON
    answer = post(app, lat=None, long=None, **place)
    assert answer.status_code == 201 and Case.objects.get().district == "430202"


def test_strangers_see_a_request_once_it_is_filed_and_never_the_reporters_words(app, staff):
    code = post(app, description="我家门口，找张三").json()[0]["service_request_id"]
    assert Client().get(f"{AT}/requests/{code}.json").status_code == 404
    assert read("requests.json") == [] and read(f"requests/{code}.json", app)[0]["description"] == "我家门口，找张三"
    factories.walk(Case.objects.get(), staff, "file", "send", "dispatch")
    public = read(f"requests/{code}.json")[0]
    assert "张三" not in json.dumps(public, ensure_ascii=False) and public["agency_responsible"] == "cleansing"
    assert public["status"] == "open" and public["lat"] == LAT and public["expected_datetime"].endswith("+08:00")
    other = software("other")
    assert read(f"requests/{code}.json", other)[0]["description"] != "我家门口，找张三"


def test_whoever_reported_is_told_why_it_was_not_filed(app, staff):
    code = post(app).json()[0]["service_request_id"]
    factories.take(Case.objects.get(), "reject", staff, note="不在管理范围")
    told = read(f"requests/{code}.json", app)[0]
    assert told["status"] == "closed" and "不在管理范围" in told["status_notes"]


def test_staff_keys_see_the_cases_of_their_scope(app, staff):
    code = post(app).json()[0]["service_request_id"]
    here = software("here", area="430202", post={"role": "acceptor", "area": "430202"})
    there = software("there", area="430203", post={"role": "acceptor", "area": "430203"})
    assert read(f"requests/{code}.json", here)[0]["description"]
    assert Client().get(f"{AT}/requests/{code}.json", {"api_key": there.key}).status_code == 404


def codes(**asked):
    return [one["service_request_id"] for one in read("requests.json", **asked)]


def test_lists_are_filtered_by_dates_status_class_and_ids(app, staff):
    old = factories.walk(
        factories.file_one(factories.MONDAY, category=BIN, lon=LON), staff, "file", at=factories.MONDAY
    )
    new = factories.walk(factories.file_one(category="C01-01", lon=LON + 0.005), staff, "file")
    Case.objects.filter(pk=new.pk).update(opened_at=factories.MONDAY.replace(day=17), state_at="2026-06-17T10:00+08:00")
    span = {"start_date": "2026-06-14", "end_date": "2026-06-18T00:00:00Z"}
    assert codes(**span) == [new.code, old.code]
    assert codes(start_date="2026-06-16T00:00:00+08:00", end_date="2026-06-18") == [new.code]
    assert codes(**span, service_code=f"{BIN},E99-99") == [old.code]
    assert codes(**span, status="closed") == [] and codes(**span, status="open,closed") == [new.code, old.code]
    assert codes(**span, page=2, page_size=1) == [old.code]
    assert codes(**span, updated_after="2026-06-16") == [new.code]
    assert codes(**span, updated_before="2026-06-16") == [old.code]
    assert codes(service_request_id=f"{old.code},{new.code},430202260699999999") == [new.code, old.code]
    assert codes() == [], "without dates: the last ninety days"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"start_date": "gestern"}, "start_date"),
        ({"end_date": "2026-13-01"}, "end_date"),
        ({"start_date": "9999-12-31T23:59:59+00:00"}, "start_date"),
        ({"start_date": "2026-06-18", "end_date": "2026-06-14"}, "end_date"),
        ({"status": "half-open"}, "status"),
        ({"page": "0"}, "page"),
        ({"page": "999999999"}, "page"),
        ({"page_size": "-1"}, "page_size"),
        ({"service_code": ",".join("x" * 200)}, "service_code"),
    ],
)
def test_questions_that_cannot_be(db, asked, field):
    answer = Client().get(f"{AT}/requests.json", asked)
    assert answer.status_code == 400
    assert answer.json()[0]["code"] == 400 and answer.json()[0]["description"].startswith(f"{field}: ")


def test_the_jurisdiction_is_this_city_or_nothing(db):
    for known in ("430200", "4302", ""):
        assert Client().get(f"{AT}/services.json", {"jurisdiction_id": known}).status_code == 200
    answer = Client().get(f"{AT}/services.json", {"jurisdiction_id": "city.gov"})
    assert answer.status_code == 404 and answer.json()[0]["code"] == 404
    assert post(software("xyz"), jurisdiction_id="elsewhere").status_code == 404 and not Report.objects.exists()


def test_updates_go_both_ways(app, staff):
    code = post(app).json()[0]["service_request_id"]
    added = Client().post(
        f"{AT}/servicerequestupdates.xml",
        {"api_key": app.key, "service_request_id": code, "update_id": "9", "description": "还在", "status": "open"},
    )
    assert added.status_code == 201
    number = ET.fromstring(added.content).findtext("request_update/update_id")
    again = Client().post(
        f"{AT}/servicerequestupdates.json",
        {"api_key": app.key, "service_request_id": code, "update_id": "9", "description": "还在", "status": "open"},
    )
    assert again.json() == [{"update_id": number}] and Case.objects.get().entries.filter(step="comment").count() == 1
    assert read("servicerequestupdates.json") == [], "not filed yet: nobody else's business"
    assert [one["update_id"] for one in read("servicerequestupdates.json", app)] == [number]
    case = factories.walk(Case.objects.get(), staff, *factories.TO_HANDLING)
    factories.walk(case, staff, *factories.TO_CLOSING, "close")
    told = read("servicerequestupdates.json")
    assert [one["status"] for one in told] == ["open"] * (len(told) - 1) + ["closed"]
    assert "还在" not in json.dumps(told, ensure_ascii=False) and told[-1]["description"] == "结案"
    assert "还在" in json.dumps(read("servicerequestupdates.json", app), ensure_ascii=False)
    assert read("servicerequestupdates.json", start_date="2026-01-01T00:00:00Z", end_date="2026-01-02T00:00:00Z") == []


def test_only_whoever_reported_adds_to_a_request(app, staff):
    code = factories.walk(factories.file_one(category=BIN), staff, "file").code
    given = {"service_request_id": code, "description": "我也看到了", "api_key": app.key}
    assert Client().post(f"{AT}/servicerequestupdates.json", given).status_code == 403
    assert Client().post(f"{AT}/servicerequestupdates.json", given | {"api_key": ""}).status_code == 403
    assert (
        Client().post(f"{AT}/servicerequestupdates.json", given | {"service_request_id": "1" * 18}).status_code == 404
    )


def test_a_span_of_updates_has_an_end(db):
    answer = Client().get(f"{AT}/servicerequestupdates.json", {"start_date": "2020-01-01", "end_date": "2026-01-01"})
    assert answer.status_code == 400


def test_discovery_names_the_service(db):
    found = read("discovery.json")
    assert found["endpoints"][0]["url"].endswith("/open311/v2") and found["endpoints"][0]["type"] == "test"


def test_methods_that_are_not(db):
    answer = Client().delete(f"{AT}/requests.json")
    assert answer.status_code == 405 and answer["Allow"] == "GET, HEAD, POST" and answer.json()[0]["code"] == 405


def test_kinds_offer_their_own_services_and_private_kinds_are_nobodys_business(app, staff):
    from dataclasses import replace

    from jiedao.cases import kinds
    from jiedao.cases.kinds import Attribute, Service
    from jiedao.registry import Registry, System
    from jiedao.text import Text

    pole = Attribute("pole", Text("杆号", "pole"), required=True)
    lamp = Service("lamp", Text("路灯", "lamp"), Text("照明", "light"), attributes=(pole,))
    open_kind = replace(factories.LAMP, services=lambda: [lamp], place=True, form=None)
    secret = replace(factories.CITY, code="secret", public=False, services=lambda: [replace(lamp, code="secret")])
    registry = Registry()
    registry.add(System("own", Text("自", "own"), Text("自", "own"), "tests", kinds=(open_kind, secret)))
    kinds.use(registry)
    try:
        assert [one["service_code"] for one in read("services.json")] == ["lamp"]
        assert read("services/lamp.json")["attributes"][0]["datatype"] == "string"
        assert post(app, service_code="lamp").status_code == 400, "the pole is needed"
        assert post(app, service_code="lamp", **{"attribute[pole]": "7"}).status_code == 201
        assert post(app, service_code="secret").status_code == 404
        hidden = factories.walk(factories.file_one(kind="secret", category=BIN), staff, "file")
        assert hidden.code not in codes() and len(codes()) == 1
        assert Client().get(f"{AT}/requests/{hidden.code}.json").status_code == 404
    finally:
        kinds.use(None)
