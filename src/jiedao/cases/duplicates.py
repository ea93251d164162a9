"""Whether two reports are one thing: one small class, near, alike in words where not very near; or one component."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from django.db import connection
from django.db.models import Q
from rapidfuzz import fuzz

from jiedao.cases.kinds import Kind
from jiedao.cases.models import Case
from jiedao.city import h3cells
from jiedao.rules.store import value
from jiedao.text import Text

SQUARE = 0.001
"""Degrees. Squares that writers lock; small beside a city, large beside the radius of the rule."""
METRES_A_DEGREE = 110_500.0
"""Of latitude, at the equator, where a degree is shortest."""


@dataclass(slots=True)
class Thing:
    """What is compared: a report being filed, or an open case (`id`)."""

    kind: str
    category: str
    condition: str
    lon: float | None
    lat: float | None
    h3: int | None
    asset: int | None
    text: str
    code: str = ""
    id: int = 0


def rule(kind: Kind, area: str) -> dict[str, Any] | None:
    """{near_m, radius_m, days, words} for a kind here, or None where nothing is merged."""
    return value(kind.duplicate, city=area or None, kind=kind.code) if kind.duplicate else None


def why_same(new: Thing, old: Thing, limits: dict[str, Any]) -> Text | None:
    """The reason why two things are one, or None."""
    if new.kind != old.kind or new.category != old.category:
        return None
    if new.condition and old.condition and new.condition != old.condition:
        return None
    if new.asset and old.asset:
        return Text("同一部件", "the same component") if new.asset == old.asset else None
    if new.lon is None or new.lat is None or old.lon is None or old.lat is None:
        return None
    metres = h3cells.distance_m(new.lon, new.lat, old.lon, old.lat)
    if metres > limits["radius_m"]:
        return None
    if metres <= limits["near_m"] and new.category:
        return Text("同一小类，相距 {m:.0f} 米", "the same class, {m:.0f} m away").format(m=metres)
    alike = max(fuzz.ratio(new.text, old.text), fuzz.partial_ratio(new.text, old.text)) if new.text and old.text else 0
    if alike < limits["words"]:
        return None
    text = Text("相距 {m:.0f} 米，文字相似度 {a:.0f}", "{m:.0f} m away, words {a:.0f} % alike")
    return text.format(m=metres, a=alike)


def squares(lon: float, lat: float, radius_m: float) -> list[tuple[int, int]]:
    """Squares that a disc of half the radius touches: points within the radius share one, that of their midpoint."""
    high = radius_m / 2 / METRES_A_DEGREE * 1.01
    wide = high / max(0.01, math.cos(math.radians(lat)))
    xs = range(math.floor((lon - wide) / SQUARE), math.floor((lon + wide) / SQUARE) + 1)
    ys = range(math.floor((lat - high) / SQUARE), math.floor((lat + high) / SQUARE) + 1)
    return [(x, y) for x in xs for y in ys]


def lock_names(thing: Thing, limits: dict[str, Any]) -> Iterable[str]:
    if thing.lon is not None and thing.lat is not None:
        for x, y in squares(thing.lon, thing.lat, limits["radius_m"]):
            yield f"{thing.kind}|{thing.category}|{x}|{y}"
    if thing.asset:
        yield f"{thing.kind}|{thing.category}|asset {thing.asset}"


def lock(names: Iterable[str]) -> None:
    """Hold these names until the transaction ends, in one order for everybody. SQLite has one writer as it is."""
    if connection.vendor != "postgresql":
        return
    keys = sorted(int.from_bytes(blake2b(n.encode(), digest_size=8).digest(), "big", signed=True) for n in set(names))
    if keys:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(k) FROM unnest(%s::bigint[]) WITH ORDINALITY u(k, n)", [keys])


FIELDS = ("kind", "category", "condition", "lon", "lat", "h3", "asset_id", "text", "code", "id")


def candidates(things: Sequence[tuple[Thing, dict[str, Any]]], now: datetime) -> Candidates:
    """Open cases near any of these things: one query for them all."""
    if not things:
        return Candidates()
    cells = {
        cell
        for thing, limits in things
        if thing.h3 is not None
        for cell in h3cells.near(thing.h3, h3cells.rings_for(limits["radius_m"]))
    }
    assets = {thing.asset for thing, _ in things if thing.asset}
    where = Q(h3__in=cells)
    if assets:
        where |= Q(asset__in=assets)
    since = now - timedelta(days=max(limits["days"] for _, limits in things))
    found = Case.objects.filter(
        where, closed_at=None, kind__in={t.kind for t, _ in things}, category__in={t.category for t, _ in things}
    )
    rows = found.filter(opened_at__gte=since).order_by("id").values_list(*FIELDS)
    return Candidates(Thing(*row) for row in rows)


class Candidates:
    """Things by kind, class and cell, so that each report looks at its neighbours only."""

    def __init__(self, things: Iterable[Thing] = ()) -> None:
        self._near: dict[tuple[str, str, int | None], list[Thing]] = defaultdict(list)
        self._asset: dict[tuple[str, str, int], list[Thing]] = defaultdict(list)
        for thing in things:
            self.add(thing)

    def add(self, thing: Thing) -> None:
        self._near[thing.kind, thing.category, thing.h3].append(thing)
        if thing.asset:
            self._asset[thing.kind, thing.category, thing.asset].append(thing)

    def match(self, new: Thing, limits: dict[str, Any], gone: set[int]) -> tuple[Thing, Text] | None:
        """The oldest thing that is the same, and why; `gone` are ids not to be taken."""
        pool = list(self._asset.get((new.kind, new.category, new.asset), ())) if new.asset else []
        if new.h3 is not None:
            for cell in h3cells.near(new.h3, h3cells.rings_for(limits["radius_m"])):
                pool += self._near.get((new.kind, new.category, cell), ())
        for old in sorted(pool, key=lambda thing: thing.id):
            if old.id not in gone and (why := why_same(new, old, limits)):
                return old, why
        return None
