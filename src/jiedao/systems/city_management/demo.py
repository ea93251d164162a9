"""A year of invented cases: where and when they arise, what people say, and how the city dealt with each.

Planned from a seed, a community a time; then told in the order of time, so that newer cases have higher numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import numpy as np
import shapely
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from jiedao.cases import history
from jiedao.cases.history import Past
from jiedao.cases.kinds import Limit
from jiedao.cases.models import Case
from jiedao.city.locate import Located
from jiedao.city.models import Area, Asset, Street
from jiedao.rules.calendar import calendar_for
from jiedao.rules.deadlines import deadline
from jiedao.systems.city_management.demo_words import DONE, FAILS, REJECTS, REMARKS, RETURNS, TALKS, Talk
from jiedao.systems.city_management.taxonomy import Condition, SmallClass, taxonomy

PER_1000 = 45.0
"""Cases a year for a thousand people, in a city small enough."""
MOST_CASES = 60_000
"""A larger city tells a sample of its year, so that it is built in minutes."""
DAYS = 365
BATCH = 2000
WEEKDAY = np.array([1.2, 1.1, 1.05, 1.0, 1.05, 0.85, 0.75])
HOUR = np.array([1, 0.5, 0.3, 0.2, 0.3, 1, 3, 6, 8, 8, 7, 6, 5, 5, 6, 7, 7, 7, 8, 8, 7, 5, 3, 2], float)
CHANNELS = (("field", 0.52), ("portal", 0.27), ("phone", 0.13), ("patrol", 0.05), ("open311", 0.03))
OLD_AT = "back_street"
HOURS = {
    "urgent_hour": (1, "urgent_hour"),
    "urgent_day": (24, "urgent_hour"),
    "work_hour": (1, "work_hour"),
    "work_day": (7, "work_hour"),
}
"""A limit's unit as hours of the clock that the work is told in."""


class People(Protocol):
    """Who does the work; `jiedao.demo.staff.Staff` is one."""

    units: dict[tuple[str, str], int]
    """(district, duty) → unit."""
    residents: Sequence[int]

    def desk(self, role: str) -> Any: ...

    def boss(self, unit: int) -> Any: ...

    def handler(self, unit: int) -> Any: ...

    def collector(self, community: str) -> Any: ...


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


# where and when


def plan(seed: int, now: datetime) -> list[Site]:
    """All cases of the past year, in the order of time."""
    told, sites = classes(), []
    people = Area.objects.filter(level=Area.Level.COMMUNITY).aggregate(all=Sum("population"))["all"] or 1
    rate = min(PER_1000 / 1000, MOST_CASES / people)
    for number, area in enumerate(Area.objects.filter(level=Area.Level.COMMUNITY).order_by("code")):
        random = np.random.default_rng([seed, number])
        sites += _community(area, random, told, rate, now)
    return sorted(sites, key=lambda site: site.at)


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
        lon, lat = (row.lon, row.lat) if row else _beside(street, random)
        yield Site(
            float(moments[k]), int(picks[k]), area.code, row.cell if row else "", lon, lat,
            street.name, row.pk if row else None, int(random.integers(2**31)),
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


def _assets(area: Area, told: Sequence[Told], picks: np.ndarray) -> dict[str, list[Asset]]:
    """Components of the classes that came up here."""
    wanted = {told[k].talk.code for k in np.unique(picks)}
    codes = [code for code in wanted if code.startswith("C")]
    rows = Asset.objects.filter(community=area.code, category__in=codes).order_by("code")
    found: dict[str, list[Asset]] = {}
    for row in rows.only("pk", "category", "lon", "lat", "cell"):
        found.setdefault(row.category, []).append(row)
    return found


def _beside(street: Street, random: np.random.Generator) -> tuple[float, float]:
    """A point a few metres off a street."""
    line = shapely.from_wkb(bytes(street.shape))
    at = shapely.line_interpolate_point(line, 0.08 + 0.84 * random.random(), normalized=True)
    lon, lat = at.x + random.normal(0, 4e-5), at.y + random.normal(0, 4e-5)
    return round(lon, 6), round(lat, 6)


# what became of each


def write(sites: Sequence[Site], people: People, now: datetime, progress: Callable[[float], None]) -> int:
    """Tell and store all cases, in batches; returns how many."""
    told = classes()
    for first in range(0, len(sites), BATCH):
        batch = sites[first : first + BATCH]
        with transaction.atomic():
            ids = history.take_ids(Case, len(batch))
            stories = [Story(site, told[site.talk], people, now) for site in batch]
            history.store([story.tell(pk) for story, pk in zip(stories, ids, strict=True)])
        progress(min(1.0, (first + BATCH) / len(sites)))
    return len(sites)


class Over(Exception):
    """The next step lies in the future: the case stands where it stands today."""


class Story:
    """One case from its report to today."""

    def __init__(self, site: Site, told: Told, people: People, now: datetime) -> None:
        self.site, self.told, self.people, self.now = site, told, people, now
        self.random = np.random.default_rng(site.seed)
        self.zone = timezone.get_current_timezone()
        self.at = datetime.fromtimestamp(site.at, self.zone)
        self.place = Located.of(site.cell or site.community)
        self.unit = people.units.get((site.community[:6], told.small.duty))

    def tell(self, pk: int) -> Past:
        self.past = self._begin(pk)
        with suppress(Over):
            self._accept()
        return self.past

    def chance(self, share: float) -> bool:
        return bool(self.random.random() < share)

    def pick(self, texts: Sequence[str]) -> str:
        return texts[int(self.random.integers(len(texts)))]

    def wait(self, amount: float, unit: str = "work_hour") -> None:
        """Let time pass; Over when that reaches beyond now."""
        self.at = deadline(self.at, max(amount, 0.01), unit, calendar_for())
        if self.at > self.now:
            raise Over

    def step(self, code: str, actor: Any, *, note: str = "", **columns: Any) -> None:
        self.past.step(code, self.at, actor, note=note, **columns)

    def _begin(self, pk: int) -> Past:
        shares = np.cumsum([share for _, share in CHANNELS])
        channel = CHANNELS[int(np.searchsorted(shares, self.random.random() * shares[-1]))][0]
        told, site = self.told, self.site
        by = None
        if channel in ("field", "patrol"):
            by = self.people.collector(site.community)
        elif channel == "phone":
            by = self.people.desk("acceptor")
        text = self.pick(told.talk.says).format(s=site.street or "巷口")
        row = told.condition
        return history.begin(
            pk, "city", self.at, self.place, site.lon, site.lat, channel=channel, text=text,
            limit=Limit(row.limit_amount, row.limit_unit, row.source), unit_id=self.unit, by=by,
            person_id=self._resident() if channel == "portal" else None, category=told.small.code, condition=row.id,
            title=told.small.name.zh, address=f"{site.street}附近" if site.street else "", asset_id=site.asset,
        )  # fmt: skip

    def _resident(self) -> int:
        return self.people.residents[int(self.random.integers(len(self.people.residents)))]

    def _accept(self) -> None:
        acceptor = self.people.desk("acceptor")
        self.wait(self.random.lognormal(-1.9, 0.7))
        if self.past.case.channel not in ("field", "patrol") and self.chance(0.2):
            self._verify(acceptor)
        if self.chance(0.035):
            self.step("reject", acceptor, note=self.pick(REJECTS))
            return
        self.step("file_and_send", acceptor)
        if self.chance(0.06):
            self.past.report(self.at, "portal", text=self.past.case.text, person_id=self._resident())
        self._dispatch()

    def _verify(self, acceptor: Any) -> None:
        self.step("ask_check", acceptor)
        self.wait(self.random.lognormal(-0.6, 0.5))
        self.step("found", self.people.collector(self.site.community))
        self.wait(0.1)

    def _dispatch(self) -> None:
        dispatcher = self.people.desk("dispatcher")
        self.wait(self.random.lognormal(-1.9, 0.7))
        if self.unit is None:
            raise Over
        self.step("dispatch", dispatcher, unit_id=self.unit)
        boss = self.people.boss(self.unit)
        if self.chance(0.04):
            self.wait(self.random.lognormal(-0.5, 0.6))
            self.step("return_to_dispatcher", boss, note=self.pick(RETURNS))
            self.wait(self.random.lognormal(-1.2, 0.5))
            self.step("dispatch", dispatcher, unit_id=self.unit)
        self._handle(boss)

    def _handle(self, boss: Any) -> None:
        """The unit's work: most within two thirds of the limit, about one in eleven too late, a few very late."""
        row, handler = self.told.condition, self.people.handler(self.unit)
        hours, unit = HOURS[row.limit_unit]
        amount = row.limit_amount * hours * self.random.lognormal(-0.85, 0.62)
        self.wait(amount * 0.15, unit)
        self.step("assign", boss, handler_id=handler.pk)
        self.wait(amount * 0.8, unit)
        self.step("hand_back", handler, note=self.pick(DONE))
        self.wait(amount * 0.05, unit)
        self.step("confirm", boss)
        self._check(handler)

    def _check(self, handler: Any) -> None:
        dispatcher, collector = self.people.desk("dispatcher"), self.people.collector(self.site.community)
        self.wait(self.random.lognormal(-1.6, 0.5))
        self.step("request_check", dispatcher)
        self.wait(self.random.lognormal(-0.3, 0.6))
        if self.past.case.rework == 0 and self.chance(0.055):
            self.step("fail_check", collector, note=self.pick(FAILS))
            self.wait(0.3)
            self.step("redispatch", dispatcher)
            self._handle(self.people.boss(self.unit))
            return
        self.step("pass_check", collector)
        self.wait(self.random.lognormal(-1.6, 0.5))
        self.step("close", self.people.desk("acceptor"))
        self._rate()

    def _rate(self) -> None:
        """Residents who told of it themselves say now and then how it was."""
        if self.past.case.channel not in ("portal", "open311") or not self.chance(0.45):
            return
        late = self.past.case.closed_at > self.past.case.promised
        shares = (0.08, 0.1, 0.2, 0.3, 0.32) if late else (0.02, 0.03, 0.1, 0.3, 0.55)
        stars = 1 + int(np.searchsorted(np.cumsum(shares), self.random.random()))
        self.wait(self.random.exponential(20), "urgent_hour")
        self.past.rate(self.at, min(stars, 5), self.pick(REMARKS[min(stars, 5)]) if self.chance(0.6) else "")
