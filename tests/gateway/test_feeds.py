"""Atom for anybody's reader."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from django.test import Client

from tests.cases import factories
from tests.gateway.conftest import BIN, LON

ATOM = "{http://www.w3.org/2005/Atom}"


def entries(address: str) -> list[str]:
    answer = Client().get(address)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    return [
        entry.findtext(f"{ATOM}id").rpartition(":")[2] for entry in ET.fromstring(answer.content).iter(f"{ATOM}entry")
    ]


def test_public_cases_by_area(staff):
    here = factories.walk(factories.file_one(category=BIN, text="我家"), staff, "file")
    there = factories.walk(factories.file_one(category=BIN, lon=113.19), staff, "file")
    factories.file_one(category="C01-01", lon=LON + 0.01)
    assert entries("/feeds/cases.atom") == [there.code, here.code]
    assert entries("/feeds/cases/430202.atom") == entries("/feeds/cases/430202004001.atom") == [here.code]
    assert entries("/feeds/cases/430200.atom") == [there.code, here.code]
    assert "我家" not in Client().get("/feeds/cases.atom").content.decode()
    assert Client().get("/feeds/cases/439999.atom").status_code == 404
    assert Client().get("/feeds/cases/x.atom").status_code == 422


def test_nothing_new_is_not_sent_again(staff):
    factories.walk(factories.file_one(category=BIN), staff, "file")
    first = Client().get("/feeds/cases.atom")
    assert Client().get("/feeds/cases.atom", headers={"If-None-Match": first["ETag"]}).status_code == 304
    english = Client().get("/feeds/cases.atom", headers={"If-None-Match": first["ETag"], "Accept-Language": "en"})
    assert english.status_code == 200 and "Cases of" in english.content.decode()
