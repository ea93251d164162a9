"""Where and when the invented cases of the past year arise, and of which class: planned from a seed, by community."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import shapely
from django.db.models import Sum
from django.utils import timezone

from jiedao.city.locate import locate_many
from jiedao.city.models import Area, Asset, Street
from jiedao.systems.city_management.demo_words import TALKS, Talk
from jiedao.systems.city_management.taxonomy import Condition, SmallClass, taxonomy

PER_1000 = 45.0
"""Cases a year for a thousand people, in a city small enough."""
MOST_CASES = 60_000
"""A larger city tells a sample of its year, so that it is built in minutes."""
DAYS = 365
WEEKDAY = np.array([1.2, 1.1, 1.05, 1.0, 1.05, 0.85, 0.75])
HOUR = np.array([1, 0.5, 0.3, 0.2, 0.3, 1, 3, 6, 8, 8, 7, 6, 5, 5, 6, 7, 7, 7, 8, 8, 7, 5, 3, 2], float)
TWINS = 0.02
"""Cases that a second person reports in words so different that staff must merge the two."""
OLD_AT = "back_street"


@dataclass(slots=True)
class Site:
    """One case to be: when, where, of which class."""

    at: float
    talk: int
    community: str
    cell: str
    lon: float
    lat: float
    street: str
    asset: int | None
    twin: bool
    seed: int


@dataclass(frozen=True)
class Told:
    """A class with what people say of it, and its usual condition."""

    talk: Talk
    small: SmallClass
    condition: Condition


def classes() -> list[Told]:
    """Those of the words' classes that the standard in force knows."""
    table = taxonomy()
    known = [(talk, table.get(talk.code)) for talk in TALKS]
    return [Told(talk, small, small.conditions[0]) for talk, small in known if small]


def plan(seed: int, now: datetime) -> list[Site]:
    """All cases of the past year, in the order of time."""
    told = classes()
    sites: list[Site] = []
    people = Area.objects.filter(level=Area.Level.COMMUNITY).aggregate(all=Sum("population"))["all"] or 1
    rate = min(PER_1000 / 1000, MOST_CASES / people)
    for number, area in enumerate(Area.objects.filter(level=Area.Level.COMMUNITY).order_by("code")):
        random = np.random.default_rng([seed, number])
        sites += _community(area, random, told, rate, now)
    return sorted(_inside(sites), key=lambda site: site.at)


def _inside(sites: Sequence[Site]) -> Iterator[Site]:
    """With the cell that each lies in; without those that fell over the city's edge."""
    places = locate_many([site.lon for site in sites], [site.lat for site in sites])
    for site, place in zip(sites, places, strict=True):
        if place and place.cell:
            site.community, site.cell = place.community, place.cell
            yield site


def _community(
    area: Area, random: np.random.Generator, told: Sequence[Told], rate: float, now: datetime
) -> Iterator[Site]:
    count = int(random.poisson(rate * area.population * random.lognormal(0, 0.35)))
    streets = list(Street.objects.filter(community=area.code).exclude(kind="steps").order_by("ref"))
    if not count or not streets:
        return
    moments = _moments(random, count, now)
    picks = _classes(random, moments, told)
    assets = _assets(area, told, picks)
    weights = np.array([s.length_m * (3.0 if s.tags.get(OLD_AT) else 1.0) for s in streets])
    chronic = random.random(len(streets)) < 0.08
    weights[chronic] *= 6
    chosen = random.choice(len(streets), count, p=weights / weights.sum())
    for k in range(count):
        street = streets[chosen[k]]
        thing = assets.get(told[picks[k]].talk.code)
        row = thing[int(random.integers(len(thing)))] if thing else None
        asset, lon, lat, cell = row or (None, *beside(street, random), "")
        yield Site(
            float(moments[k]), int(picks[k]), area.code, cell, lon, lat, street.name, asset,
            bool(random.random() < TWINS), int(random.integers(2**31)),
        )  # fmt: skip


def _moments(random: np.random.Generator, count: int, now: datetime) -> np.ndarray:
    """POSIX times in the year before now, in the rhythm of the week and the day."""
    start = now - timedelta(days=DAYS)
    first = timezone.localtime(start).replace(hour=0, minute=0, second=0, microsecond=0)
    weekdays = WEEKDAY[(first.weekday() + np.arange(DAYS + 1)) % 7]
    days = random.choice(DAYS + 1, count, p=weekdays / weekdays.sum())
    hours = random.choice(24, count, p=HOUR / HOUR.sum())
    found = first.timestamp() + days * 86400.0 + hours * 3600.0 + random.random(count) * 3600
    return np.where(found > now.timestamp(), found - 7 * 86400, found)


def _classes(random: np.random.Generator, moments: np.ndarray, told: Sequence[Told]) -> np.ndarray:
    """Which class each moment's case is of, after the month."""
    months = moments.astype("datetime64[s]").astype("datetime64[M]").astype(int) % 12
    weights = np.array([[one.talk.weight * one.talk.months[month] for one in told] for month in range(12)])
    edges = np.cumsum(weights, axis=1)
    return np.array([np.searchsorted(edges[m], random.random() * edges[m, -1]) for m in months], int)


def _assets(area: Area, told: Sequence[Told], picks: np.ndarray) -> dict[str, list[tuple]]:
    """Components of the classes that came up here: (id, lon, lat, cell)."""
    wanted = {told[k].talk.code for k in np.unique(picks)}
    codes = [code for code in wanted if code.startswith("C")]
    rows = Asset.objects.filter(community=area.code, category__in=codes).order_by("code")
    found: dict[str, list[tuple]] = {}
    for category, *row in rows.values_list("category", "pk", "lon", "lat", "cell"):
        found.setdefault(category, []).append(tuple(row))
    return found


def beside(street: Street, random: np.random.Generator) -> tuple[float, float]:
    """A point a few metres off a street."""
    line = shapely.from_wkb(bytes(street.shape))
    at = shapely.line_interpolate_point(line, 0.08 + 0.84 * random.random(), normalized=True)
    lon, lat = at.x + random.normal(0, 4e-5), at.y + random.normal(0, 4e-5)
    return round(lon, 6), round(lat, 6)
