"""The tree of units in memory, and which tier may stand below which (facts 5.A.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from jiedao.errors import Invalid
from jiedao.people import stamp
from jiedao.people.models import Unit
from jiedao.text import Text

T: Any = Unit.Tier
PARTY = (T.SUBDISTRICT_COMMITTEE, T.COMMUNITY_COMMITTEE, T.COMPOUND_BRANCH, T.GRID_GROUP, T.STAIRWELL_GROUP)
PARTY_NAMES = {
    T.SUBDISTRICT_COMMITTEE: Text("街道大工委", "subdistrict committee"),
    T.COMMUNITY_COMMITTEE: Text("社区大党委", "community committee"),
    T.COMPOUND_BRANCH: Text("小区党支部", "compound Party branch"),
    T.GRID_GROUP: Text("网格党小组", "grid Party group"),
    T.STAIRWELL_GROUP: Text("楼道党小组", "stairwell Party group"),
}
TIER_NAMES: dict[str, Text] = PARTY_NAMES | {
    T.GOVERNMENT: Text("政府", "government"),
    T.DEPARTMENT: Text("职能部门", "department"),
    T.TEAM: Text("班组", "team"),
    T.ENTERPRISE: Text("企业", "enterprise"),
    T.PROPERTY: Text("物业", "property company"),
}
PARENTS: dict[str, frozenset[str]] = {
    T.SUBDISTRICT_COMMITTEE: frozenset({"", T.GOVERNMENT}),
    T.COMMUNITY_COMMITTEE: frozenset({T.SUBDISTRICT_COMMITTEE}),
    T.COMPOUND_BRANCH: frozenset({T.COMMUNITY_COMMITTEE}),
    T.GRID_GROUP: frozenset({T.COMPOUND_BRANCH, T.COMMUNITY_COMMITTEE}),
    T.STAIRWELL_GROUP: frozenset({T.GRID_GROUP}),
    T.GOVERNMENT: frozenset({"", T.GOVERNMENT}),
    T.DEPARTMENT: frozenset({"", T.GOVERNMENT, T.DEPARTMENT}),
    T.TEAM: frozenset({T.DEPARTMENT, T.TEAM, T.ENTERPRISE, T.PROPERTY, T.GOVERNMENT, T.COMMUNITY_COMMITTEE}),
    T.ENTERPRISE: frozenset({"", T.ENTERPRISE}),
    T.PROPERTY: frozenset({"", T.ENTERPRISE, T.COMMUNITY_COMMITTEE}),
}
"""Which tiers may be the parent; "" is none. A grid group stands under the community where there is no branch."""


class Tree:
    """Who stands below whom at one generation, by id (a large city has 100,000 stairwell groups)."""

    def __init__(self, rows: Iterable[tuple[int, int | None]]) -> None:
        self.children: dict[int | None, list[int]] = defaultdict(list)
        for pk, parent in rows:
            self.children[parent].append(pk)
        self._below: dict[int, frozenset[int]] = {}

    def below(self, unit_id: int) -> frozenset[int]:
        """The unit and all units under it."""
        if unit_id not in self._below:
            found, todo = set(), [unit_id]
            while todo:
                pk = todo.pop()
                if pk not in found:
                    found.add(pk)
                    todo.extend(self.children.get(pk, ()))
            self._below[unit_id] = frozenset(found)
        return self._below[unit_id]


_cached: tuple[int, Tree] | None = None


def tree() -> Tree:
    """Every unit, read once a generation: no query when nothing changed."""
    global _cached
    generation = stamp.generation()
    if _cached is None or _cached[0] != generation:
        _cached = generation, Tree(Unit.objects.order_by("code").values_list("pk", "parent_id"))
    return _cached[1]


def below(unit_id: int) -> frozenset[int]:
    return tree().below(unit_id)


def check_parent(tier: str, parent: Unit | None, area: str = "", unit: Unit | None = None) -> None:
    """Refuses a parent of a wrong tier, one that lies elsewhere, and one that stands below the unit itself."""
    if (parent.tier if parent else "") not in PARENTS[tier]:
        right = [TIER_NAMES[t] if t else Text("无上级", "no parent") for t in sorted(PARENTS[tier])]
        expected = Text("、".join(t.zh for t in right), ", ".join(t.en for t in right))
        raise Invalid(
            Text("{tier}不能挂在这里。", "A {tier} cannot stand here.").format(tier=TIER_NAMES[tier]),
            field="parent",
            value=parent.name if parent else "",
            expected=expected,
        )
    if parent and unit and parent.pk in below(unit.pk):
        text = Text("不能把组织挂到自己的下级。", "A unit cannot stand below itself.")
        raise Invalid(text, field="parent", value=parent.name)
    if parent and area and not area.startswith(parent.area):
        text = Text("区域应在上级组织的区域之内。", "The area must lie inside that of the parent.")
        raise Invalid(text, field="area", value=area, expected=Text(f"以 {parent.area} 开头", f"begins {parent.area}"))
