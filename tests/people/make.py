"""People, units and posts for the tests of this room."""

from __future__ import annotations

import itertools
from datetime import date
from types import SimpleNamespace

from jiedao.people import vault
from jiedao.people.models import Person, Post, Unit, User

PASSWORD = "gui-hua-shi-9"
count = itertools.count(1)


def make_person(name: str = "钟一", phone: str = "", identity: str = "", **more) -> Person:
    sealed = {}
    for field, value in (("phone", phone), ("identity", identity)):
        if value:
            sealed |= {f"{field}_sealed": vault.seal(value, field), f"{field}_key": vault.key(value, field)}
    return Person.objects.create(name=name, **sealed, **more)


def make_user(*roles: str, username: str = "", unit: Unit | None = None, area: str = "", kinds=(), **more) -> User:
    number = next(count)
    person = more.pop("person", None) or make_person(f"职员{number}")
    user = User.objects.create_user(username or f"user{number}", PASSWORD, person=person, **more)
    for role in roles:
        Post.objects.create(user=user, role=role, unit=unit, area=area, kinds=list(kinds), valid_from=date(2020, 1, 1))
    return user


def make_unit(code: str, tier: str = Unit.Tier.DEPARTMENT, parent: Unit | None = None, **more) -> Unit:
    return Unit.objects.create(code=code, name=more.pop("name", code), tier=tier, parent=parent, **more)


def a_case(district="430202", subdistrict="430202004", community="430202004001", cell="", **more):
    given = {"kind": "city.event", "unit_id": None} | more
    return SimpleNamespace(district=district, subdistrict=subdistrict, community=community, cell=cell, **given)
