"""Parts that show a case, a unit, an area, a photo."""

from __future__ import annotations

import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from jiedao.cases import kinds
from jiedao.cases.flows import STANDARD

EVIL = "<b onclick=x>路灯</b>"


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    monkeypatch.setattr(kinds, "get", lambda code: SimpleNamespace(flow=STANDARD))


@pytest.fixture
def case():
    now = timezone.now()
    return SimpleNamespace(
        code="4302022611000000017", kind="city.event", state="handling", title=EVIL, address=EVIL, version=3,
        opened_at=now - timedelta(hours=3), state_at=now - timedelta(hours=2), closed_at=None, reports_count=2,
        deadline=now + timedelta(hours=6), unit=SimpleNamespace(name="路灯所", name_en="Lighting Office"),
    )  # fmt: skip


def test_a_card_says_state_time_left_and_place(draw, case):
    said = draw('{% case_card case href="/x" %}', "en", case=case)
    assert "being handled" in said
    assert "left" in said
    assert "<b onclick" not in said
    assert 'href="/x"' in said


def test_a_row_can_be_walked_and_selected(draw, case):
    said = draw('{% case_row case href="/x" select="cases" current=True %}', "en", case=case)
    assert 'data-row="4302022611000000017"' in said
    assert 'value="4302022611000000017:3"' in said
    assert "2 reports" in said
    assert "Lighting Office" in said
    assert "<b onclick" not in said


def test_a_closed_case_says_whether_it_was_in_time(draw, case):
    case.closed_at, case.deadline = case.opened_at, case.opened_at - timedelta(hours=1)
    assert "Late by 1 h" in draw("{% case_row case %}", "en", case=case)


def test_an_area_with_the_names_above_it(draw):
    from jiedao.city import stamps
    from jiedao.city.models import Area

    for code, level, name, english in (
        ("430202", "district", "荷塘区", "Hetang District"),
        ("430202004", "subdistrict", "桂花街道", "Guihua Subdistrict"),
        ("430202004001", "community", "六〇一社区", "Community 601"),
    ):
        Area.objects.create(
            code=code,
            level=level,
            name=name,
            name_en=english,
            parent_id=code[: len(code) - 3 if len(code) > 6 else 0] or None,
        )
    stamps.bump("areas")
    assert "荷塘区 · 桂花街道 · 六〇一社区" in draw('{% area "430202004001" full=True %}')
    assert ">Community 601<" in draw('{% area "430202004001" %}', "en")
    assert "–" in draw('{% area "" %}')


def test_photos_are_shown_and_papers_are_named(draw):
    photo = SimpleNamespace(id=uuid.UUID(int=7), content_type="image/jpeg", size=1, width=40, height=30)
    said = draw("{% photo p %}", "en", p=photo)
    assert f'src="/media/{photo.id}"' in said
    assert 'alt="Photo"' in said
    paper = SimpleNamespace(id=uuid.UUID(int=8), content_type="application/pdf", size=2048, width=None, height=None)
    assert "PDF" in draw('{% photo p "合同"|en:"Contract" %}', "en", p=paper)
