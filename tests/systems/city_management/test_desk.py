"""A call taken down, control areas, the filing standard: through their pages."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from jiedao import rules
from jiedao.cases.models import Case, Report
from jiedao.city import h3cells
from jiedao.systems.city_management.kinds import nearest
from jiedao.systems.city_management.models import ControlArea
from jiedao.systems.city_management.taxonomy import shipped, taxonomy
from tests.cases import factories
from tests.cases.factories import LAT, LON
from tests.systems.city_management.ground import RUBBISH, sent

CALL = "/desk/city_management/call/"
CONTROL = "/desk/city_management/control/"
LOAD = "/desk/city_management/taxonomy/load/"


def by(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


class TestCall:
    def test_it_is_filed_with_the_caller_and_opened(self, staff):
        answer = by(staff.acceptor).post(CALL, sent(name="李女士", phone="138 0013 8000"))
        case = Case.objects.get()
        assert answer.url == f"/desk/case/{case.code}/"
        report = Report.objects.get()
        assert (case.channel, report.by) == ("phone", staff.acceptor)
        assert b"13800138000" not in bytes(report.contact_sealed)

    def test_sent_twice_it_is_filed_once(self, staff):
        client = by(staff.acceptor)
        first, second = (client.post(CALL, sent()) for _ in range(2))
        assert first.url == second.url and Case.objects.count() == 1

    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(self, staff):
        answer = by(staff.acceptor).post(CALL, sent(lon="100", lat="20", phone="12", name="李女士"))
        page = answer.content.decode()
        assert answer.status_code == 422 and {"place", "phone"} <= set(answer.context["errors"])
        assert RUBBISH in page and "李女士" in page and not Case.objects.exists()

    def test_it_is_judged_while_it_is_typed(self, staff):
        old = factories.file_one(timezone.now(), text="垃圾堆在路边", category="E01-10", lon=LON + 0.0004)
        answer = by(staff.acceptor).post(f"{CALL}judge/", sent())
        assert answer.context["offers"][0].small.code == "E01-10"
        assert answer.context["unit"] == staff.unit
        assert [one.case for one in answer.context["nearby"]] == [old]
        assert h3cells.distance_m(old.lon, old.lat, LON, LAT) < 60

    def test_joining_one_nearby(self, staff):
        old = factories.file_one(timezone.now(), text="垃圾堆在路边", category="E01-10", lon=LON + 0.0002)
        by(staff.acceptor).post(CALL, sent(join=old.code))
        old.refresh_from_db()
        assert old.reports_count == 2 and Case.objects.count() == 1

    def test_only_those_who_file_for_others(self, staff):
        assert by(staff.handler).get(CALL).status_code == 403


def opened(**more):
    day = timezone.localdate()
    return {
        "name": "红旗中路施工", "reason": "占道许可〔2026〕12号", "area": "430202004",
        "categories": ["E01-10 暴露生活垃圾", ""],
        "starts": day.isoformat(), "ends": (day + timedelta(days=9)).isoformat(), "shape": "",
    } | more  # fmt: skip


SQUARE = {"type": "Polygon", "coordinates": [[[113.14, 27.82], [113.16, 27.82], [113.16, 27.84], [113.14, 27.82]]]}


class TestControl:
    def test_asked_approved_by_another_and_ended(self, staff):
        assert by(staff.dispatcher).post(CONTROL, opened()).status_code == 302
        row = ControlArea.objects.get()
        assert (row.categories, row.created_by, row.approved_at) == (["E01-10"], staff.dispatcher, None)
        assert timezone.localtime(row.ends).date() == timezone.localdate() + timedelta(days=10), "the last day counts"
        address = f"{CONTROL}{row.pk}/"
        assert by(staff.dispatcher).post(address, {"act": "approve"}).status_code == 403
        by(staff.leader).post(address, {"act": "approve"})
        judged = by(staff.acceptor).post(f"{CALL}judge/", sent()).content.decode()
        assert "红旗中路施工" in judged
        by(staff.leader).post(address, {"act": "end"})
        row.refresh_from_db()
        assert row.ended_by == staff.leader
        assert "红旗中路施工" not in by(staff.acceptor).post(f"{CALL}judge/", sent()).content.decode()

    def test_whoever_asked_does_not_approve(self, staff):
        by(staff.leader).post(CONTROL, opened())
        row = ControlArea.objects.get()
        assert 'value="approve"' not in by(staff.leader).get(CONTROL).content.decode()
        assert by(staff.leader).post(f"{CONTROL}{row.pk}/", {"act": "approve"}).status_code == 409

    def test_a_drawn_one_is_shown_on_the_map(self, staff):
        by(staff.dispatcher).post(CONTROL, opened(area="", shape=json.dumps(SQUARE)))
        (feature,) = by(staff.dispatcher).get(CONTROL).context["shapes"]["features"]
        assert feature["geometry"]["type"] == "Polygon" and feature["properties"]["label"] == "红旗中路施工"

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [({"name": " "}, "name"), ({"starts": "x"}, "starts"), ({"ends": "2020-01-01"}, "ends"), ({"area": ""}, "area"),
         ({"categories": ["E99-99"]}, "categories"), ({"area": "", "shape": "{"}, "shape")],
    )  # fmt: skip
    def test_what_cannot_be_is_refused_in_the_form(self, staff, wrong, field):
        answer = by(staff.dispatcher).post(CONTROL, opened(**wrong))
        assert answer.status_code == 422 and field in answer.context["wrong"]
        assert not ControlArea.objects.exists()

    def test_who_may_only_look_gets_no_form(self, staff):
        assert b"control-form" not in by(staff.acceptor).get(CONTROL).content


ROW = {
    "kind": "event", "big_code": "01", "big_name": "市容环境", "small_code": "10", "small_name": "暴露生活垃圾",
    "condition": "路边有垃圾", "close_condition": "清理干净", "limit": {"value": 3, "unit": "work_hour"},
}  # fmt: skip


def upload(*rows) -> SimpleUploadedFile:
    return SimpleUploadedFile("ours.json", json.dumps(list(rows)).encode(), "application/json")


class TestStandard:
    def test_it_is_browsed_by_big_class_and_searched(self, staff):
        client = by(staff.acceptor)
        assert {
            small.code[:3] for small, _ in client.get("/desk/city_management/taxonomy/?big=C03").context["found"]
        } == {"C03"}
        found = client.get("/desk/city_management/taxonomy/", {"q": "井盖"}).context["found"]
        assert found and all("井盖" in "".join((small.name.zh, *small.keywords)) for small, _ in found)
        assert client.get("/desk/city_management/taxonomy/", {"q": "zzzz"}).context["found"] == []

    def test_a_city_s_own_is_checked_line_by_line_then_put_in_force(self, live_rules, staff):
        client = by(factories.make_user("admin"))
        checked = client.post(
            LOAD, {"act": "check", "file": upload(ROW, ROW | {"limit": {"value": 0, "unit": "x"}}, 7)}
        )
        report = checked.context["report"]
        assert (report.read, report.classes, [number for number, _ in report.skipped]) == (1, 1, [2, 3])
        assert len(taxonomy()) == len(shipped()), "nothing is stored by a check"
        given = {"act": "load", "text": checked.context["text"], "valid_from": timezone.localdate().isoformat()}
        assert client.post(LOAD, given | {"source": "株洲细则", "reason": ""}).status_code == 422
        assert client.post(LOAD, given | {"source": "株洲细则", "reason": "市政府令"}).status_code == 302
        rules.forget()
        (small,) = taxonomy().classes
        assert (small.code, small.conditions[0].limit_amount) == ("E01-10", 3)
        assert "株洲细则" in client.get("/desk/city_management/taxonomy/").content.decode()

    @pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe\x00", b'{"rows": 3}'])
    def test_a_file_that_is_none_is_refused(self, staff, content):
        answer = by(factories.make_user("admin")).post(
            LOAD, {"act": "check", "file": SimpleUploadedFile("x.json", content)}
        )
        assert answer.status_code == 422

    def test_only_who_may_load_does(self, staff):
        assert by(staff.leader).get(LOAD).status_code == 403


def test_a_condition_is_told_by_more_than_the_name_of_the_class():
    """Every condition of a manhole speaks of covers; what is missing is the first, and the gravest."""
    small = shipped().get("C01-01")
    assert nearest(small, "井盖不见了，很危险").id == small.conditions[0].id
    assert "翻盖" in nearest(small, "井盖弹跳产生声响").text.zh
