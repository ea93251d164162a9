"""Staff pages and actions: what an administrator of an area may and may not do."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from jiedao.city import stamps
from jiedao.city.models import Area
from jiedao.errors import Conflict, Forbidden, Invalid
from jiedao.people import access, staff, units
from jiedao.people.models import Change, Post, Responsibility, Unit, User
from tests.people.make import PASSWORD, make_person, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return make_user("admin", username="boss")


@pytest.fixture
def local():
    """An administrator of 荷塘区 alone."""
    return make_user("admin", username="local", area="430202")


@pytest.fixture
def desk(client, boss):
    client.force_login(boss)
    return client


def test_a_new_colleague_signs_in_with_the_password_shown_once(desk):
    given = {"username": "li.si", "name": "李四", "phone": "13700137000", "role": "acceptor", "area": "430202"}
    page = desk.post("/desk/people/new/", given).content.decode()
    password = re.search(r"<code>(\w{12})</code>", page)[1]
    user = User.objects.get(username="li.si")
    assert access.can(user, "case.accept", area="430202") and not access.can(user, "case.accept", area="430203")
    new = Client()
    assert new.post("/sign-in/", {"username": "li.si", "password": password}).status_code == 302
    assert new.get("/me/").url == "/me/password/"
    assert password not in str(list(Change.objects.values())) and Change.objects.count() == 2


@pytest.mark.parametrize(
    "more,status,field",
    [
        ({"username": "boss"}, 409, "username"),
        ({"username": "13800138000"}, 422, "username"),
        ({"username": "a b"}, 422, "username"),
        ({"name": ""}, 422, "name"),
        ({"phone": "1"}, 422, "phone"),
        ({"role": "king"}, 422, "role"),
        ({"role": "handler"}, 422, "unit"),
        ({"role": "handler", "unit": "none"}, 422, "unit"),
        ({"role": "clerk", "area": "43020x"}, 422, "area"),
        ({"role": "clerk", "start": "2025-13-01"}, 422, "start"),
    ],
)
def test_a_bad_new_sign_in_names_its_field_and_makes_nothing(desk, more, status, field):
    answer = desk.post("/desk/people/new/", {"username": "li.si", "name": "李四"} | more)
    assert answer.status_code == status and f'id="f-{field}-wrong"' in answer.content.decode()
    assert not User.objects.filter(person__name="李四").exists() and not Change.objects.exists()


def test_posts_name_their_areas(desk):
    Area.objects.create(code="430202", name="荷塘区", level="district")
    Area.objects.create(code="430202004", name="桂花街道", level="subdistrict", parent_id="430202")
    stamps.bump("areas")
    user = make_user("collector", username="yun", area="430202004")
    for page in ("/desk/people/?role=collector", f"/desk/people/user/{user.pk}/"):
        assert "荷塘区 · 桂花街道" in desk.get(page).content.decode()


def test_posts_are_added_and_ended_with_a_line_each(desk):
    unit, user = make_unit("D"), make_user()
    page = f"/desk/people/user/{user.pk}/"
    answer = desk.post(page, {"act": "add_post", "role": "handler", "unit": "D", "kinds": "a, b", "reason": "轮岗"})
    assert answer.url == page
    post = Post.objects.get(user=user)
    assert (post.unit, post.kinds, post.valid_from) == (unit, ["a", "b"], timezone.localdate())
    assert access.can(User.objects.get(pk=user.pk), "case.handle")
    desk.post(page, {"act": "end_post", "post": post.pk})
    assert not access.can(User.objects.get(pk=user.pk), "case.handle")
    assert [c.action for c in Change.objects.order_by("pk")] == ["post.add", "post.end"]
    assert "轮岗" in desk.get("/desk/people/changes/").content.decode()


def test_an_administrator_of_an_area_stays_in_it(local):
    with pytest.raises(Forbidden):
        staff.do_add_post(
            local, make_user(person=make_person("a", community="430202004001")), role="clerk", area="430203"
        )
    with pytest.raises(Forbidden):
        staff.do_add_post(local, make_user(person=make_person("b", community="430202004001")), role="clerk")
    with pytest.raises(Forbidden):
        staff.do_create_user(local, "li.si", "李四")
    made, _ = staff.do_create_user(local, "li.si", "李四", post={"role": "clerk", "area": "430202004"})
    staff.do_add_post(local, made, role="collector", area="430202004")
    assert access.role_codes(made) == {"clerk", "collector"}


@pytest.mark.parametrize("act", ["password", "second_factor", "close", "add_post", "end_post"])
def test_nobody_climbs_over_somebody_higher(client, boss, local, act):
    client.force_login(local)
    post = boss.posts.get()
    answer = client.post(
        f"/desk/people/user/{boss.pk}/", {"act": act, "post": post.pk, "role": "clerk", "area": "430202"}
    )
    assert answer.status_code == 403
    boss.refresh_from_db()
    assert boss.check_password(PASSWORD) and boss.is_active and boss.posts.count() == 1 and not Change.objects.exists()


def test_a_resident_elsewhere_is_not_a_local_administrators_to_change(local):
    far, near = (make_user(person=make_person("x", community=c)) for c in ("430203001001", "430202004001"))
    with pytest.raises(Forbidden):
        staff.do_reset_password(local, far)
    assert staff.do_reset_password(local, near)


def test_a_superuser_is_changed_by_a_superuser_only(boss):
    root = make_user(is_superuser=True)
    with pytest.raises(Forbidden):
        staff.do_reset_password(boss, root)
    assert staff.do_reset_password(root, make_user(is_superuser=True))


def test_a_manager_without_a_permission_does_not_give_it(monkeypatch, local):
    from jiedao.people import roles

    few = roles.Role("admin", roles.ROLES["admin"].name, frozenset({"people.manage", "case.view"}))
    monkeypatch.setitem(roles.ROLES, "admin", few)
    roles.permissions.cache_clear()
    try:
        with pytest.raises(Forbidden):
            staff.check_post(local, "acceptor", area="430202")
    finally:
        roles.permissions.cache_clear()


def test_closing_and_opening_a_sign_in(desk, boss):
    user = make_user()
    session = Client()
    session.force_login(user)
    desk.post(f"/desk/people/user/{user.pk}/", {"act": "close"})
    assert session.get("/me/").status_code == 302
    desk.post(f"/desk/people/user/{user.pk}/", {"act": "open"})
    assert User.objects.get(pk=user.pk).is_active
    with pytest.raises(Conflict):
        staff.do_set_active(boss, boss, False)


def test_the_list_finds_by_name_role_unit_and_whole_phone_in_few_queries(desk, django_assert_max_num_queries):
    unit = make_unit("D")
    for n in range(60):
        make_user("handler", unit=unit, username=f"h{n:02}")
    caller = make_user(username="resident1", person=make_person("来电人", phone="13700137000"))
    with django_assert_max_num_queries(10):
        page = desk.get("/desk/people/").content.decode()
    assert "h59" in page and "h05" not in page and "resident1" not in page
    assert "boss" in desk.get("/desk/people/?role=admin").content.decode()
    assert "h59" not in desk.get("/desk/people/?unit=nope").content.decode()
    for q in ("13700137000", "来电", "resident1"):
        assert f"/desk/people/user/{caller.pk}/" in desk.get("/desk/people/", {"q": q}).content.decode()
    for odd in ("after=x", "after=" + "9" * 50, "q=%00", "q=%F0%9F%98%80"):
        assert desk.get(f"/desk/people/?{odd}").status_code == 200


def test_a_local_administrator_lists_his_own(client, local, boss):
    near = make_user("clerk", username="near", area="430202004")
    far = make_user("clerk", username="far", area="430203")
    client.force_login(local)
    page = client.get("/desk/people/").content.decode()
    assert near.username in page and f"/desk/people/user/{far.pk}/" not in page and ">boss<" not in page


CHAIN = [
    Unit.Tier.SUBDISTRICT_COMMITTEE,
    Unit.Tier.COMMUNITY_COMMITTEE,
    Unit.Tier.COMPOUND_BRANCH,
    Unit.Tier.GRID_GROUP,
    Unit.Tier.STAIRWELL_GROUP,
]


def test_the_five_tiers_stand_one_below_the_other(desk):
    areas = ["430202004", "430202004001", "430202004001", "43020200400101", "43020200400101"]
    above = ""
    for n, (tier, area) in enumerate(zip(CHAIN, areas, strict=True)):
        given = {"code": f"P{n}", "name": f"组织{n}", "tier": tier, "parent": above, "area": area, "active": "1"}
        assert desk.post("/desk/people/units/new/", given).status_code == 302
        above = f"P{n}"
    assert units.below(Unit.objects.get(code="P0").pk) == set(Unit.objects.values_list("pk", flat=True))
    page = desk.get("/desk/people/units/?under=P3").content.decode()
    assert "组织4" in page and "组织0" in page, "children and the trail above"
    assert "组织4" not in desk.get("/desk/people/units/").content.decode()
    assert "组织4" in desk.get("/desk/people/units/?q=组织4").content.decode()


@pytest.mark.parametrize("upper", CHAIN)
@pytest.mark.parametrize("lower", CHAIN)
def test_party_tiers_take_only_their_own_parents(upper, lower):
    parent = make_unit("P", upper)
    gap = CHAIN.index(lower) - CHAIN.index(upper)
    if gap == 1 or (upper, lower) == (CHAIN[1], CHAIN[3]):
        units.check_parent(lower, parent)
    else:
        with pytest.raises(Invalid):
            units.check_parent(lower, parent)


def test_a_unit_never_stands_below_itself_nor_outside_its_parent(boss):
    top = make_unit("A", Unit.Tier.GOVERNMENT, area="430202")
    below = make_unit("B", Unit.Tier.GOVERNMENT, parent=top, area="430202")
    base = {"name": "x", "tier": Unit.Tier.GOVERNMENT, "area": "430202"}
    for parent in (top, below):
        with pytest.raises(Invalid):
            staff.do_unit(boss, base | {"parent": parent}, top)
    with pytest.raises(Invalid):
        staff.do_unit(boss, base | {"parent": top, "code": "C", "area": "430203"})


def test_changing_a_unit_says_what_changed(desk):
    unit = make_unit("D", name="旧名")
    given = {"name": "新名", "tier": "department", "active": "1", "reason": "机构改革"}
    desk.post(f"/desk/people/unit/{unit.pk}/", given | {"code": "other"})
    unit.refresh_from_db()
    assert (unit.name, unit.code) == ("新名", "D")
    assert Change.objects.get().details == {"name": "新名"} and Change.objects.get().reason == "机构改革"


def test_a_unit_with_a_wrong_credit_code_or_a_taken_code_is_refused(desk):
    make_unit("D")
    base = {"code": "E", "name": "x", "tier": "enterprise", "active": "1"}
    assert desk.post("/desk/people/units/new/", base | {"credit_code": "91430200X"}).status_code == 422
    assert desk.post("/desk/people/units/new/", base | {"code": "D"}).status_code == 409
    assert desk.post("/desk/people/units/new/", base | {"tier": "king"}).status_code == 422


def test_responsibilities_are_added_and_ended(desk):
    unit = make_unit("D")
    given = {"kind": "event", "category": "E01", "area": "430202", "unit": "D"}
    assert desk.post("/desk/people/responsibilities/new/", given).status_code == 302
    row = Responsibility.objects.get()
    assert row.unit == unit and "E01" in desk.get("/desk/people/responsibilities/?kind=event").content.decode()
    assert desk.post("/desk/people/responsibilities/", {"row": row.pk}).status_code == 302
    row.refresh_from_db()
    assert row.valid_to < timezone.localdate()
    assert desk.post("/desk/people/responsibilities/", {"row": "x"}).status_code == 404
    assert desk.post("/desk/people/responsibilities/new/", given | {"unit": ""}).status_code == 422


def test_changes_are_for_those_who_audit(client):
    client.force_login(make_user("supervisor"))
    assert client.get("/desk/people/changes/").status_code == 200 and client.get("/desk/people/").status_code == 403
