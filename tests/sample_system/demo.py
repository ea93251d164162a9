"""What the demo city shows of it: requests that wait for an answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import shapely

from jiedao.city.models import Area
from jiedao.people.models import Person
from tests.sample_system.actions import do_ask

WORDS = ("楼下空地想种一棵桂花", "路口太晒，能种几棵樟树吗")
AGO = timedelta(hours=1)


def build(people: Any, seed: int, now: datetime, progress: Callable[[float], None]) -> int:
    """One request for each of WORDS, in the first community that has a shape; returns how many. `people`: the city's
    staff and residents, `jiedao.demo.staff.Staff`."""
    community = Area.objects.filter(level=Area.Level.COMMUNITY).exclude(shape=None).order_by("code").first()
    at = shapely.from_wkb(bytes(community.shape)).representative_point()
    for number, text in enumerate(WORDS):
        asker = Person.objects.get(pk=people.residents[(seed + number) % len(people.residents)])
        do_ask(asker, lon=at.x, lat=at.y, text=text, now=now - AGO)
        progress((number + 1) / len(WORDS))
    return len(WORDS)
