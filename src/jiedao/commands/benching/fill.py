"""Task: very many cases at once, written past the rooms: rows as the rooms would leave them, but logs without hashes.

A year up to now: `OPEN_SHARE` of them open and spread over the stages, the newest among them; busy and quiet
communities; classes as people report them, each with the unit that answers for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from jiedao.cases.models import Case, Clock, Entry, Report
from jiedao.city import h3cells
from jiedao.city.models import Area
from jiedao.people.models import Post, Responsibility
from jiedao.systems.city_management.demo_plan import classes

CHUNK = 25_000
YEAR_S = 365 * 86_400
OPEN_SHARE = 0.03
SPOTS = 24
"""Places of a community at which things happen."""
OPEN = {
    "reported": 4, "filed": 2, "to_dispatch": 3, "to_handle": 6, "handling": 8, "handled": 2, "dept_confirmed": 1,
    "pre_closing_check": 2, "to_close": 2, "rework": 1, "suspended": 1,
}  # fmt: skip
ENDED = {"closed": 88, "rejected": 9, "merged": 3}
WITH_UNIT = {"to_handle", "handling", "handled", "dept_confirmed", "pre_closing_check", "to_close", "rework", "closed"}
WITH_HANDLER = {"handling", "handled", "closed"}
COLUMNS = (
    "id", "code", "kind", "category", "condition", "title", "text", "form", "lon", "lat", "h3", "address", "district",
    "subdistrict", "community", "cell", "state", "state_at", "arrived", "unit_id", "handler_id", "channel",
    "limit_amount", "limit_unit", "deadline", "promised", "supervised", "reports_count", "reopened", "rework", "triage",
    "version", "head", "opened_at", "closed_at",
)  # fmt: skip


@dataclass(frozen=True)
class Spot:
    community: str
    lon: float
    lat: float
    h3: int


@dataclass(frozen=True)
class Told:
    """A class, what people say of it, and the unit and handler by district."""

    code: str
    title: str
    says: tuple[str, ...]
    condition: str
    amount: float
    unit: str
    units: dict[str, int]


def spots(random: np.random.Generator) -> list[Spot]:
    found = []
    for area in Area.objects.filter(level=Area.Level.COMMUNITY).order_by("code").only("code", "lon", "lat"):
        for east, north in random.normal(0, 2e-3, (SPOTS, 2)).tolist():
            lon, lat = round(area.lon + east, 6), round(area.lat + north, 6)
            found.append(Spot(area.code, lon, lat, h3cells.cell(lon, lat)))
    return found


def told() -> tuple[list[Told], np.ndarray]:
    """Classes and how often each comes up."""
    units: dict[str, dict[str, int]] = {}
    for duty, area, unit in Responsibility.objects.values_list("duty", "area", "unit"):
        units.setdefault(duty, {})[area] = unit
    found = [
        Told(
            one.small.code, one.small.name.zh, one.talk.says, one.condition.id, one.condition.limit_amount,
            one.condition.limit_unit, units.get(one.small.duty, {}),
        )
        for one in classes()
    ]  # fmt: skip
    weights = np.array([one.talk.weight for one in classes()])
    return found, weights / weights.sum()


class Filler:
    """Rows of cases in order of time."""

    def __init__(self, cases: int, seed: int, now: datetime, first: int) -> None:
        self.cases, self.first, self.now = cases, first, now.timestamp()
        self.random = np.random.default_rng(seed)
        self.spots = spots(self.random)
        busy = self.random.lognormal(0, 0.8, len(self.spots))
        self.busy = busy / busy.sum()
        self.told, self.often = told()
        self.handlers = dict(Post.objects.filter(role="handler").values_list("unit", "user"))

    def rows(self) -> Iterator[list[tuple[Any, ...]]]:
        for start in range(0, self.cases, CHUNK):
            yield self._chunk(start, min(CHUNK, self.cases - start))

    def _chunk(self, start: int, count: int) -> list[tuple[Any, ...]]:
        random, numbers = self.random, np.arange(start, start + count)
        age = (1 - numbers / self.cases) * YEAR_S
        # the newest stand open; a few old ones, too
        open_ = random.random(count) < np.where(age < YEAR_S * OPEN_SHARE, 0.85, OPEN_SHARE * 0.15)
        state = np.where(open_, _draw(random, OPEN, count), _draw(random, ENDED, count))
        spot = random.choice(len(self.spots), count, p=self.busy)
        of = random.choice(len(self.told), count, p=self.often)
        say = random.integers(0, 10, count)
        due = self.now + random.normal(86_400, 2 * 86_400, count)
        took = random.exponential(2 * 86_400, count)
        columns = (numbers + self.first, age, state, spot, of, say, due, took)
        return [self._row(*values) for values in zip(*(column.tolist() for column in columns), strict=True)]

    def _row(self, pk: int, age: float, state: str, spot: int, of: int, say: int, due: float, took: float) -> tuple:
        here, kind = self.spots[spot], self.told[of]
        district, opened = here.community[:6], self.now - age
        unit = kind.units.get(district) if state in WITH_UNIT else None
        handler = self.handlers.get(unit) if unit and state in WITH_HANDLER else None
        ended = _stamp(min(self.now, opened + took)) if state in ENDED else None
        deadline = None if ended or state == "suspended" else _stamp(due)
        at = _stamp(opened)
        return (
            pk, f"{district}{at[2:4]}{at[5:7]}{pk:09d}", "city", kind.code, kind.condition, kind.title,
            kind.says[say % len(kind.says)].replace("{s}", "红旗中路"), "{}", here.lon, here.lat, here.h3, "红旗中路",
            district, here.community[:9], here.community, "", state, ended or at, "close" if ended else "report", unit,
            handler, "portal", kind.amount, kind.unit, deadline, deadline or ended, "", 1, 0, 0,
            json.dumps({"unit": unit, "confidence": 1, "why": []}), 1, "", at, ended,
        )  # fmt: skip


def _draw(random: np.random.Generator, weights: dict[str, int], count: int) -> np.ndarray:
    share = np.array(list(weights.values()), float)
    return random.choice(list(weights), count, p=share / share.sum())


def _stamp(posix: float) -> str:
    """UTC, as SQLite keeps it and PostgreSQL reads it: Django's sessions are in UTC."""
    return datetime.fromtimestamp(posix, UTC).strftime("%Y-%m-%d %H:%M:%S")


def fill(cases: int, seed: int, now: datetime | None = None) -> None:
    """Add so many cases to a city with staff, each with a log line and a report, open ones with a clock."""
    first = (Case.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    filler = Filler(cases, seed, now or timezone.now(), first)
    for rows in filler.rows():
        with transaction.atomic():
            _insert(rows)
    with transaction.atomic():
        _followers(first)
    _tidy()


def _insert(rows: list[tuple[Any, ...]]) -> None:
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    table = Case._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            marks = ", ".join(["%s"] * len(COLUMNS))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608 - our own names
            return
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _followers(first: int) -> None:
    """One report and one log line a case; a running clock for each deadline."""
    json_ = "'{}'" + ("::jsonb" if connection.vendor == "postgresql" else "")
    empty = "'[]'" + ("::jsonb" if connection.vendor == "postgresql" else "")
    yes, no = ("true", "false") if connection.vendor == "postgresql" else ("1", "0")
    wanted: dict[type[Model], dict[str, str]] = {
        Report: {
            "case_id": "id", "token": "'bench' || id", "channel": "channel", "text": "text", "lon": "lon", "lat": "lat",
            "attributes": json_, "at": "opened_at",
        },
        Entry: {
            "case_id": "id", "seq": "1", "at": "opened_at", "step": "'report'", "source": "''", "target": "state",
            "actor_label": "''", "note": "''", "data": json_, "public": yes, "previous": "''", "hash": "''",
        },
        Clock: {
            "case_id": "id", "stage": "'handle'", "unit_id": "unit_id", "started_at": "opened_at",
            "amount": "limit_amount", "amount_unit": "limit_unit", "deadline": "deadline", "pauses": empty,
            "overdue": no, "exempt": no, "told": "0", "next_check": "deadline",
        },
    }  # fmt: skip
    with connection.cursor() as cursor:
        for model, columns in wanted.items():
            where = " AND deadline IS NOT NULL" if model is Clock else ""
            into, values = ", ".join(columns), ", ".join(columns.values())
            source = f"SELECT {values} FROM {Case._meta.db_table} WHERE id >= {first}{where}"  # noqa: S608
            cursor.execute(f"INSERT INTO {model._meta.db_table} ({into}) {source}")


def _tidy() -> None:
    """Sequences and statistics as after a year of work."""
    table = Case._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")  # noqa: S608
        vacuum = "VACUUM " if connection.vendor == "postgresql" and not connection.in_atomic_block else ""
        cursor.execute(f"{vacuum}ANALYZE")


def run(cases: int, seed: int) -> None:
    fill(cases, seed)
