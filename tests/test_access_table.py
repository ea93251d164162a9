"""Every address × every role: each view declares what it needs, and answers accordingly.

A route with parameters gets sample values below by name, then by converter. Values that name nothing are fine: the gate
stands before the look-up, so whoever is let in gets a 404 and whoever is not a 403.
"""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client

from jiedao.people import access, gate, roles
from jiedao.people.models import Post, Unit, User

SAMPLES: dict[str, str] = {
    "z": "14",
    "x": "13400",
    "y": "6900",
    "code": "430202",
    "kind": "none",
    "system": "none",
}
CONVERTERS = {
    "int": "1",
    "str": "none",
    "slug": "none",
    "path": "none",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>|\{(?:(\w+):)?(\w+)\}")
ROUTES = list(gate.routes())
WITHOUT_DECLARATION: dict[str, str] = {}
"""Path → why it needs none. Empty, and better so."""


def address(path: str) -> str:
    """The path with samples for its parameters."""

    def fill(found: re.Match[str]) -> str:
        converter, name = found[1] or found[3] or "str", found[2] or found[4]
        return SAMPLES.get(name) or CONVERTERS.get(converter, "none")

    return PARAMETER.sub(fill, path)


def asked(route: gate.Route) -> str:
    """GET, unless a ninja operation takes other methods only."""
    return "GET" if not route.methods or "GET" in route.methods else route.methods[0]


@pytest.fixture(scope="module")
def people(django_db_setup, django_db_blocker):
    """A client for nobody, one for each role, one for a superuser."""
    with django_db_blocker.unblock():
        unit = Unit.objects.create(code="access-table", name="access-table", tier=Unit.Tier.DEPARTMENT)
        clients: dict[str, Client] = {"": Client(raise_request_exception=False)}
        made = []
        for role in [*roles.ROLES, "superuser"]:
            user = User.objects.create_user(f"access-{role}", is_superuser=role == "superuser")
            if role not in ("resident", "superuser"):
                Post.objects.create(user=user, role=role, unit=unit, valid_from=date(2020, 1, 1))
            clients[role] = Client(raise_request_exception=False)
            clients[role].force_login(user)
            made.append(user)
        yield clients
        Post.objects.filter(unit=unit).delete()
        User.objects.filter(pk__in=[user.pk for user in made]).delete()
        unit.delete()


def test_every_view_declares_what_it_needs():
    gaps = sorted(f"{' '.join(r.methods)} {r.path}".strip() for r in ROUTES if r.gate is None)
    gaps = [gap for gap in gaps if gap.split()[-1] not in WITHOUT_DECLARATION]
    assert not gaps, "declare public, signed_in or needs(…) from jiedao.people.gate on: " + ", ".join(gaps)


def test_every_permission_that_a_view_needs_exists_and_somebody_holds_it():
    assert not gate.unknown_permissions()
    needed = {route.gate.permission for route in ROUTES if route.gate and route.gate.permission}
    assert all(roles.holders(permission) for permission in needed)


def test_no_path_is_a_regular_expression():
    """They could not be walked; path() says the same more plainly."""
    assert not [route.path for route in ROUTES if set("^$()\\") & set(route.path)]


def expected(declared: gate.Gate, role: str) -> str:
    """in, out (403) or sign-in."""
    if declared.kind == "public":
        return "in"
    if not role:
        return "sign-in"
    if declared.kind == "signed_in" or role == "superuser":
        return "in"
    return "in" if declared.permission in roles.permissions(role) | roles.permissions("resident") else "out"


def outcome(answer) -> str:
    if answer.status_code >= 500:
        return f"error {answer.status_code}"
    if answer.status_code == 401 or (answer.status_code == 302 and answer.url.startswith("/sign-in/?next=")):
        return "sign-in"
    return "out" if answer.status_code == 403 else "in"


@pytest.mark.django_db
@pytest.mark.parametrize("route", [r for r in ROUTES if r.gate], ids=lambda r: f"{asked(r)} {r.path}")
def test_each_role_gets_what_the_view_declares(route, people):
    found, wanted = {}, {}
    for role, client in people.items():
        answer = client.generic(asked(route), address(route.path), content_type="application/json")
        found[role], wanted[role] = outcome(answer), expected(route.gate, role)
    assert found == wanted


@pytest.mark.django_db
def test_the_table_is_not_empty_and_a_role_is_not_everybody(people):
    kinds = {route.gate.kind for route in ROUTES if route.gate}
    assert {"public", "signed_in", "needs"} <= kinds and len(ROUTES) > 20
    assert not access.can(User.objects.get(username="access-resident"), "people.manage")
