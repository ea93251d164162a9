"""What `jiedao check` asks of city management beside its taxonomy: somebody answers for every class."""

from __future__ import annotations

from collections.abc import Iterator

from jiedao.people.models import Responsibility, Unit
from jiedao.registry import Finding
from jiedao.systems.city_management.taxonomy import duties, taxonomy
from jiedao.text import Text


def findings() -> Iterator[Finding]:
    """Duties that no unit answers for (a warning), once there are units."""
    if not Unit.objects.exists():
        return
    covered = set(Responsibility.objects.filter(kind="city").values_list("duty", flat=True))
    if "" in covered:
        return
    for duty in sorted({small.duty for small in taxonomy().classes} - covered):
        text = Text("“{name}”没有责任单位", "no unit answers for “{name}”").format(
            name=duties().get(duty, Text(duty, duty))
        )
        yield Finding("responsibilities", text, level="warning")
