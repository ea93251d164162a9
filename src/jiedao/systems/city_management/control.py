"""Control areas: which one covers a point, a class and a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import shapely
from django.utils import timezone

from jiedao.city.locate import Located
from jiedao.systems.city_management.models import ControlArea
from jiedao.text import Text


@dataclass(frozen=True)
class Covering:
    """An approved control area that a report falls into."""

    id: int
    warning: Text


def approved(now: datetime) -> list[ControlArea]:
    """Those in force at `now`."""
    return list(ControlArea.objects.filter(ends__gt=now, starts__lte=now, approved_at__isnull=False, ended_by=None))


def covering(
    rows: Sequence[ControlArea], lon: float | None, lat: float | None, category: str, place: Located | None
) -> Covering | None:
    """The first of `rows` that covers this point and class."""
    for row in rows:
        if row.categories and category not in row.categories:
            continue
        if _inside(row, lon, lat, place):
            until = timezone.localtime(row.ends)
            text = Text(
                "位于控制区“{name}”（{reason}），{until:%m月%d日}前一般不予立案",
                "inside the control area “{name}” ({reason}); usually not filed before {until:%d %b}",
            )
            return Covering(row.id, text.format(name=row.name, reason=row.reason, until=until))
    return None


def _inside(row: ControlArea, lon: float | None, lat: float | None, place: Located | None) -> bool:
    if row.area:
        return bool(place and place.code.startswith(row.area))
    if row.shape is None or lon is None or lat is None:
        return False
    return bool(shapely.covers(shapely.from_wkb(bytes(row.shape)), shapely.Point(lon, lat)))
