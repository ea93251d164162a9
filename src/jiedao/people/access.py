"""Who may do what, where: permission = role × area scope × kind (× unit), decided here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from jiedao.errors import Forbidden
from jiedao.people import roles, units
from jiedao.people.models import Post, User
from jiedao.text import Text

NOT_ASKED: Any = object()
COLUMNS = {6: "district", 9: "subdistrict", 12: "community"}


def column(area: str) -> str:
    """The column of Case that an area code is compared with."""
    return COLUMNS.get(len(area), "cell")


@lru_cache(maxsize=8)
def _city(code: str) -> str:
    return code[:4] if code[4:6] == "00" else code


def stem(area: str) -> str:
    """An area as its significant prefix, the whole city as '': 430200 and 4302 are '', 430202000000 is 430202."""
    if len(area) == 12 and area.endswith("000"):
        area = area[:6] if area.endswith("000000") else area[:9]
    city = _city(settings.OPTIONS.city)
    return "" if len(area) <= 6 and city.startswith(area[:4] if area[4:] == "00" else area) else area


@dataclass(frozen=True, slots=True)
class Grant:
    """One post's reach. `units` None: not limited by unit; `kinds` empty: all kinds; `area` '': the whole city."""

    area: str = ""
    kinds: frozenset[str] = frozenset()
    units: frozenset[int] | None = None

    @property
    def everything(self) -> bool:
        return not self.area and not self.kinds and self.units is None

    def holds(self, area: str, kind: str, unit_id: int | None) -> bool:
        if self.units is not None and unit_id not in self.units:
            return False
        return area.startswith(self.area) and (not self.kinds or kind in self.kinds)

    def q(self, prefix: str = "") -> Q:
        terms: dict[str, Any] = {}
        if self.area:
            terms[prefix + column(self.area)] = self.area
        if self.kinds:
            terms[prefix + "kind__in"] = sorted(self.kinds)
        if self.units is not None:
            terms[prefix + "unit__in"] = sorted(self.units)
        return Q(**terms)


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything that one user may reach with one permission: the union of the grants."""

    grants: tuple[Grant, ...] = ()

    @property
    def everything(self) -> bool:
        return any(grant.everything for grant in self.grants)

    @property
    def empty(self) -> bool:
        return not self.grants

    def q(self, prefix: str = "") -> Q:
        """A filter for a queryset of Case, or of rows that point at one through `prefix` ("case__")."""
        if self.everything:
            return Q()
        if self.empty:
            return Q(pk__in=())
        found = Q()
        for grant in self.grants:
            found |= grant.q(prefix)
        return found

    def holds(self, *, area: str = "", kind: str = "", unit_id: int | None = None) -> bool:
        """Strict: a thing without area, kind or unit is reached only by grants that do not limit them."""
        return any(grant.holds(area, kind, unit_id) for grant in self.grants)

    @property
    def areas(self) -> tuple[str, ...]:
        """Area codes of the grants, widest first; ('',) is the whole city."""
        found = {grant.area for grant in self.grants}
        return ("",) if "" in found else tuple(sorted(found, key=lambda code: (len(code), code)))


def in_force(post: Post, on: date) -> bool:
    """`valid_to` is the last day."""
    return post.valid_from <= on and (post.valid_to is None or on <= post.valid_to)


def posts(user: Any) -> list[Post]:
    """The posts in force today; one query for the life of the user object, none for residents' second question."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return []
    if not hasattr(user, "_posts_in_force"):
        today = timezone.localdate()
        rows = Post.objects.filter(user_id=user.pk, valid_from__lte=today).select_related("unit").order_by("pk")
        user._posts_in_force = [post for post in rows if in_force(post, today)]
    return user._posts_in_force


def _grant(post: Post) -> Grant | None:
    by_unit = roles.ROLES[post.role].by_unit
    if by_unit and post.unit_id is None:
        return None
    return Grant(stem(post.area), frozenset(post.kinds), units.below(post.unit_id) if by_unit else None)


def scope(user: Any, permission: str) -> Scope:
    """Where `user` may use `permission`. A superuser is an administrator of everything."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return Scope()
    if user.is_superuser and permission in roles.permissions("admin"):
        return Scope((Grant(),))
    if permission in roles.permissions("resident"):
        return Scope((Grant(),))
    held = (_grant(post) for post in posts(user) if permission in roles.permissions(post.role))
    return Scope(tuple(dict.fromkeys(grant for grant in held if grant)))


def can(user: Any, permission: str, *, area: str = "", kind: str = "", unit: Any = NOT_ASKED) -> bool:
    """May `user` do this at this place, to this kind, of this unit (Unit, id or None)? What is not given is not asked.

    `can(user, "case.view")` asks "anywhere at all". For a case ask `can_case`, which is strict.
    """
    unit_id = unit if unit is NOT_ASKED else getattr(unit, "pk", unit)
    area = stem(area) if area else ""
    return any(
        (not area or area.startswith(grant.area))
        and (not kind or not grant.kinds or kind in grant.kinds)
        and (unit_id is NOT_ASKED or grant.units is None or unit_id in grant.units)
        for grant in scope(user, permission).grants
    )


def place(case: Any) -> str:
    """The narrowest area code of a case or report of one."""
    return case.cell or case.community or case.subdistrict or case.district


def can_case(user: Any, permission: str, case: Any) -> bool:
    """May `user` do this to this case? The same rows as `scope(user, permission).q()` finds."""
    return scope(user, permission).holds(area=place(case), kind=case.kind, unit_id=case.unit_id)


def refusal(permission: str) -> Forbidden:
    """A Forbidden that names the permission and who holds it."""
    name = roles.permission_names().get(permission, Text(permission, permission))
    whom = roles.holders(permission)
    return Forbidden(
        Text("您没有“{p}”的权限。", "You may not {p} here.").format(p=name),
        field="permission",
        value=permission,
        expected=Text("、".join(r.name.zh for r in whom), ", ".join(r.name.en for r in whom)),
    )


def require(user: Any, permission: str, *, area: str = "", kind: str = "", unit: Any = NOT_ASKED) -> None:
    """Raises Forbidden where `can` says no."""
    if not can(user, permission, area=area, kind=kind, unit=unit):
        raise refusal(permission)


def require_case(user: Any, permission: str, case: Any) -> None:
    if not can_case(user, permission, case):
        raise refusal(permission)


def permissions_of(user: Any) -> frozenset[str]:
    """All permissions held somewhere; what navigation shows."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return frozenset()
    if user.is_superuser:
        return roles.permissions("admin")
    return frozenset().union(roles.permissions("resident"), *(roles.permissions(p.role) for p in posts(user)))


def role_codes(user: Any) -> set[str]:
    """Codes of the roles of the posts in force; 'admin' too for a superuser."""
    held = {post.role for post in posts(user)}
    return held | {"admin"} if getattr(user, "is_superuser", False) else held


def holders(permission: str, *, area: str = "", kind: str = "", unit_id: int | None = None) -> Iterable[User]:
    """Active users whose posts reach this place with this permission, for messages: two queries at most."""
    carrying = [role.code for role in roles.holders(permission)]
    today = timezone.localdate()
    rows = Post.objects.filter(role__in=carrying, valid_from__lte=today, user__is_active=True)
    found: dict[int, User] = {}
    for post in rows.select_related("user", "user__person"):
        grant = _grant(post) if in_force(post, today) else None
        if grant and grant.holds(stem(area), kind, unit_id):
            found[post.user_id] = post.user
    return found.values()
