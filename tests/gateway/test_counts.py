"""Queries do not grow with what is shown."""

from __future__ import annotations

import pytest
from django.test import Client

from jiedao.cases import history
from jiedao.cases.kinds import Limit
from jiedao.cases.models import Case
from jiedao.city.locate import Located
from tests.cases import factories
from tests.gateway.conftest import BIN, LAT, LON, form


@pytest.fixture
def sixty(staff) -> None:
    here = Located("430202", "430202004", "430202004001")
    pasts = []
    for number, pk in enumerate(history.take_ids(Case, 60)):
        past = history.begin(
            pk, "city", factories.MONDAY, here, LON, LAT, channel="portal", text="垃圾", limit=Limit(4, "work_hour"),
            unit_id=staff.unit.pk, category=BIN, title=f"第{number}件",
        )  # fmt: skip
        past.step("file", factories.MONDAY, staff.acceptor)
        past.step("send", factories.MONDAY, staff.acceptor)
        past.step("dispatch", factories.MONDAY, staff.dispatcher, unit_id=staff.unit.pk)
        pasts.append(past)
    history.store(pasts)


def test_a_page_of_cases(sixty, office, query_count):
    office.get("/api/cases")
    with query_count(at_most=8):
        assert len(office.get("/api/cases", {"area": "430202", "state": "to_handle"}).json()["cases"]) == 50
    code = Case.objects.latest("pk").code
    for path in ("", "/timeline", "/steps"):
        with query_count(at_most=6):
            assert office.get(f"/api/cases/{code}{path}").status_code == 200


SPAN = {"start_date": "2026-06-14", "end_date": "2026-06-16"}


def test_open311(sixty, app, query_count):
    Client().get("/open311/v2/services.json")
    with query_count(at_most=1):
        Client().get("/open311/v2/services.json")
    with query_count(at_most=3):
        assert len(Client().get("/open311/v2/requests.json", SPAN).json()) == 60
    with query_count(at_most=8):
        assert len(Client().get("/open311/v2/requests.json", SPAN | {"api_key": app.key}).json()) == 60
    with query_count(at_most=6):
        assert len(Client().get("/open311/v2/servicerequestupdates.json", SPAN | {"api_key": app.key}).json()) == 180


def test_a_post(app, query_count):
    Client().post("/open311/v2/requests.json", form(api_key=app.key))
    with query_count(at_most=18):
        assert Client().post("/open311/v2/requests.json", form(api_key=app.key, long=LON + 0.01)).status_code == 201


def test_a_feed(sixty, query_count):
    Client().get("/feeds/cases.atom")
    with query_count(at_most=1):
        assert Client().get("/feeds/cases.atom").status_code == 200
