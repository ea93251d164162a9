"""Control areas: asked by one, approved by another, in force for a while, told to whoever files inside."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import shapely
from django.utils import timezone

from jiedao.cases import intake
from jiedao.cases.kinds import NewReport
from jiedao.cases.models import Case
from jiedao.errors import Conflict, Forbidden, Invalid, Missing
from jiedao.people.models import Post, User
from jiedao.systems.city_management import actions, control
from tests.cases.factories import LAT, LON


def around(size: float = 0.002) -> str:
    return shapely.to_geojson(shapely.box(LON - size, LAT - size, LON + size, LAT + size))


def wanted(**more: Any) -> dict[str, Any]:
    now = timezone.now()
    return {
        "name": "红旗路改造",
        "reason": "排水管网改造，围挡施工",
        "starts": now - timedelta(hours=1),
        "ends": now + timedelta(days=9),
        "shape": around(),
        "categories": ["E03-02"],
    } | more


@pytest.fixture
def two(city: None) -> tuple[User, User]:
    """A shift leader who asks, another who approves."""
    made = []
    for name in ("asks", "approves"):
        user = User.objects.create(username=name)
        Post.objects.create(user=user, role="shift_leader")
        made.append(user)
    return made[0], made[1]


def filed(text: str, category: str) -> Case:
    done = intake.do_file([NewReport("city", text=text, lon=LON, lat=LAT, category=category)])[0]
    return Case.objects.get(pk=done.case_id)


def test_in_force_only_once_somebody_else_approved(two: tuple[User, User]) -> None:
    asks, approves = two
    row = actions.do_open(asks, **wanted())
    assert control.approved(timezone.now()) == []
    with pytest.raises(Conflict):
        actions.do_approve(asks, row.pk)
    actions.do_approve(approves, row.pk)
    assert control.approved(timezone.now()) == [row]
    with pytest.raises(Conflict):
        actions.do_approve(approves, row.pk)


def test_a_report_inside_says_so_and_is_kept(two: tuple[User, User]) -> None:
    row = actions.do_open(two[0], **wanted())
    actions.do_approve(two[1], row.pk)
    case = filed("围挡占了人行道", "E03-02")
    assert case.form["control_area"] == row.pk
    assert any("控制区" in why["zh"] for why in case.triage["why"])


def test_other_classes_and_other_places_are_not_held(two: tuple[User, User]) -> None:
    row = actions.do_open(two[0], **wanted())
    actions.do_approve(two[1], row.pk)
    assert "control_area" not in filed("小广告", "E02-01").form
    assert control.covering([row], LON + 0.01, LAT, "E03-02", None) is None


def test_ends_by_itself_and_by_hand(two: tuple[User, User]) -> None:
    row = actions.do_open(two[0], **wanted())
    actions.do_approve(two[1], row.pk)
    assert control.approved(row.ends + timedelta(seconds=1)) == []
    actions.do_end(two[1], row.pk)
    assert control.approved(timezone.now()) == []
    with pytest.raises(Conflict):
        actions.do_end(two[1], row.pk)


def test_a_whole_area_instead_of_a_shape(two: tuple[User, User]) -> None:
    case = filed("围挡", "E03-02")
    row = actions.do_open(two[0], **wanted(shape="", area=case.community, categories=[]))
    actions.do_approve(two[1], row.pk)
    assert filed("路边烧烤", "E01-29").form["control_area"] == row.pk


@pytest.mark.parametrize(
    "field, more",
    [
        ("name", {"name": " "}),
        ("reason", {"reason": ""}),
        ("ends", {"ends": timezone.now() - timedelta(days=1)}),
        ("categories", {"categories": ["E77-77"]}),
        ("area", {"area": "430202", "shape": around()}),
        ("area", {"area": "", "shape": ""}),
        ("shape", {"shape": "{"}),
        ("shape", {"shape": '{"type": "Point", "coordinates": [113, 27]}'}),
    ],
)
def test_bad_input_is_named(two: tuple[User, User], field: str, more: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        actions.do_open(two[0], **wanted(**more))
    assert refused.value.field == field


def test_not_everybody_may(two: tuple[User, User]) -> None:
    nobody = User.objects.create(username="nobody")
    with pytest.raises(Forbidden):
        actions.do_open(nobody, **wanted())
    row = actions.do_open(two[0], **wanted())
    with pytest.raises(Forbidden):
        actions.do_approve(nobody, row.pk)
    with pytest.raises(Missing):
        actions.do_approve(two[1], row.pk + 1)
