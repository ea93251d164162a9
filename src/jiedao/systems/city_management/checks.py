"""What `jiedao check` asks of city management: a standard that can file, close and dispatch every class."""

from __future__ import annotations

from collections.abc import Iterator

from jiedao.people.models import Responsibility, Unit
from jiedao.registry import Finding
from jiedao.systems.city_management.taxonomy import duties, taxonomy
from jiedao.text import Text


def findings() -> Iterator[Finding]:
    """Classes without conditions or with an unknown duty; duties that no unit answers for (a warning)."""
    known = duties()
    for small in taxonomy().classes:
        if not small.conditions:
            yield Finding(f"taxonomy {small.code}", Text("没有立案条件", "has no filing condition"))
        if small.duty not in known:
            yield Finding(f"taxonomy {small.code}", Text("职责不在列表中", "names an unknown duty"))
    if not Unit.objects.exists():
        return
    covered = set(Responsibility.objects.filter(kind="city").values_list("duty", flat=True))
    if "" in covered:
        return
    for duty in sorted({small.duty for small in taxonomy().classes} - covered):
        text = Text("“{name}”没有责任单位", "no unit answers for “{name}”").format(
            name=known.get(duty, Text(duty, duty))
        )
        yield Finding("responsibilities", text, level="warning")
