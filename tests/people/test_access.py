"""Permission = role × area × kind × unit: the table, and the filter that must agree with it."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from jiedao.cases.models import Case
from jiedao.errors import Forbidden
from jiedao.people import access, roles
from jiedao.people.models import Post, Unit
from jiedao.registry import Permission, Registry, System
from jiedao.text import Text
from tests.people.make import a_case, make_unit, make_user

pytestmark = pytest.mark.django_db

HELD = {
    "collector": "case.view case.file case.check",
    "acceptor": "case.view case.view_person case.file case.accept case.close case.adjust_decide case.correct",
    "dispatcher": "case.view case.view_person case.dispatch case.adjust_decide case.correct",
    "department": "case.view case.view_person case.handle case.confirm case.adjust_decide",
    "handler": "case.view case.view_person case.handle",
    "supervisor": "case.view case.supervise measure.view audit.view",
    "planner": "case.view plan.view plan.edit measure.view areas.edit",
    "leader": "case.view case.supervise plan.view plan.approve measure.view",
    "operator": "case.view case.handle",
    "resident": "",
}


@pytest.mark.parametrize("role", HELD)
@pytest.mark.parametrize("permission", roles.PERMISSIONS)
def test_table_of_roles_and_permissions(role, permission):
    unit = make_unit("D") if roles.ROLES[role].by_unit else None
    user = make_user(role, unit=unit) if role != "resident" else make_user()
    assert access.can(user, permission) == (permission in HELD[role].split())


def test_an_administrator_may_do_everything_and_a_superuser_too():
    admin, root = make_user("admin"), make_user(is_superuser=True)
    for permission in roles.permission_names():
        assert access.can(admin, permission) and access.can(root, permission)
    assert not access.can(root, "no.such")


AREAS = ["", "4302", "430200", "430202", "430202004", "430202004001", "43020200400101", "430203", "430203001"]


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize(
    "place,inside",
    [
        (a_case(), {"", "4302", "430200", "430202", "430202004", "430202004001"}),
        (
            a_case(cell="43020200400101"),
            {"", "4302", "430200", "430202", "430202004", "430202004001", "43020200400101"},
        ),
        (a_case("430203", "", ""), {"", "4302", "430200", "430203"}),
        (a_case("", "", ""), {"", "4302", "430200"}),
    ],
)
def test_area_scope(area, place, inside):
    user = make_user("acceptor", area=area)
    assert access.can_case(user, "case.accept", place) == (area in inside)


def test_kinds_limit_a_post():
    user = make_user("acceptor", kinds=["dispute"])
    assert access.can_case(user, "case.accept", a_case(kind="dispute"))
    assert not access.can_case(user, "case.accept", a_case(kind="city.event"))
    assert access.can(user, "case.accept", kind="dispute") and not access.can(user, "case.accept", kind="city.event")


def test_a_department_sees_its_own_cases_and_those_of_units_below():
    top = make_unit("G", Unit.Tier.GOVERNMENT)
    mine = make_unit("D", parent=top)
    team, other = make_unit("T", Unit.Tier.TEAM, parent=mine), make_unit("E", parent=top)
    user = make_user("department", unit=mine)
    reach = {u.code: access.can_case(user, "case.handle", a_case(unit_id=u.pk)) for u in (top, mine, team, other)}
    assert reach == {"G": False, "D": True, "T": True, "E": False}
    assert not access.can_case(user, "case.view", a_case(unit_id=None)), "not dispatched yet: not theirs"
    assert access.can(user, "case.handle"), "asked without a unit: somewhere"
    assert not access.can(user, "case.handle", unit=None)


def test_a_unit_role_without_unit_reaches_nothing():
    user = make_user("handler")
    assert access.scope(user, "case.view").empty and not access.can(user, "case.view")


def test_two_posts_add_up_but_do_not_mix():
    user = make_user("acceptor", area="430202")
    Post.objects.create(user=user, role="dispatcher", area="430203", valid_from=date(2020, 1, 1))
    assert access.can_case(user, "case.accept", a_case())
    assert not access.can_case(user, "case.dispatch", a_case())
    assert access.can_case(user, "case.dispatch", a_case("430203", "", ""))


@pytest.mark.parametrize("start,last,holds", [(-1, None, True), (0, 0, True), (-5, -1, False), (1, None, False)])
def test_posts_hold_from_their_first_to_their_last_day(start, last, holds):
    user, today = make_user(), timezone.localdate()
    until = None if last is None else today + timedelta(days=last)
    Post.objects.create(user=user, role="acceptor", valid_from=today + timedelta(days=start), valid_to=until)
    assert access.can(user, "case.accept") is holds


def test_nobody_inactive_or_anonymous_may_do_anything():
    from django.contrib.auth.models import AnonymousUser

    user = make_user("admin", is_superuser=True)
    user.is_active = False
    for who in (user, AnonymousUser(), None):
        assert not access.can(who, "case.view") and not access.permissions_of(who) and access.scope(who, "x").empty


def test_posts_cost_one_query_a_user_object(django_assert_num_queries):
    user = make_user("acceptor", "dispatcher")
    with django_assert_num_queries(1):
        for permission in roles.PERMISSIONS:
            access.can(user, permission)
            access.scope(user, permission)


def test_require_names_the_permission_and_who_holds_it():
    with pytest.raises(Forbidden) as caught:
        access.require(make_user("collector"), "case.close")
    assert "结案" in caught.value.text.zh and "值班长" in caught.value.expected.zh


def test_a_systems_permission_belongs_to_the_roles_it_names(monkeypatch):
    mine = Registry()
    declared = (Permission("pong.referee", Text("裁判", "referee"), ("clerk",)),)
    mine.add(System("pong", Text("乒", "p"), Text("", ""), "pong", permissions=declared))
    monkeypatch.setattr(roles, "registry", lambda: mine)
    roles.permissions.cache_clear()
    try:
        assert access.can(make_user("clerk"), "pong.referee") and access.can(make_user("admin"), "pong.referee")
        assert not access.can(make_user("leader"), "pong.referee")
    finally:
        roles.permissions.cache_clear()


def test_holders_are_those_who_reach_the_place():
    near, far = make_user("dispatcher", area="430202"), make_user("dispatcher", area="430203")
    everywhere = make_user("admin")
    found = set(access.holders("case.dispatch", area="430202004001"))
    assert {near, everywhere} <= found and far not in found


@st.composite
def grants(draw, units):
    area = draw(st.sampled_from(AREAS))
    kinds = frozenset(draw(st.lists(st.sampled_from(["a", "b"]), max_size=2)))
    held = draw(st.none() | st.frozensets(st.sampled_from(units), max_size=2))
    return access.Grant(access.stem(area), kinds, held)


def test_the_filter_finds_exactly_what_the_table_allows():
    units = [make_unit(code).pk for code in ("A", "B", "C")]
    now, places = (
        timezone.now(),
        [a_case(), a_case(cell="43020200400101"), a_case("430203", "430203001", ""), a_case("", "", "")],
    )
    Case.objects.bulk_create(
        Case(
            code=f"{i}{kind}{unit}",
            kind=kind,
            unit_id=unit,
            title="t",
            state="s",
            state_at=now,
            opened_at=now,
            channel="desk",
            district=p.district,
            subdistrict=p.subdistrict,
            community=p.community,
            cell=p.cell,
        )
        for i, p in enumerate(places)
        for kind in "ab"
        for unit in (None, *units)
    )
    cases = list(Case.objects.all())

    @given(st.lists(grants(units), max_size=3))
    def agree(held):
        scope = access.Scope(tuple(held))
        table = {c.pk for c in cases if scope.holds(area=access.place(c), kind=c.kind, unit_id=c.unit_id)}
        assert set(Case.objects.filter(scope.q()).values_list("pk", flat=True)) == table

    agree()


def test_the_filter_of_a_scope_uses_an_index():
    user = make_user("acceptor", area="430202004")
    rows = Case.objects.filter(access.scope(user, "case.view").q(), state="filed").order_by("-id")
    if connection.vendor == "sqlite":
        assert "case_subdistrict" in rows.explain()
    assert str(rows.query).count("subdistrict") == 2
