"""What became of each invented case: who did what, how fast, and what went wrong on the way."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import numpy as np
from django.utils import timezone

from jiedao.cases import history
from jiedao.cases.history import Past
from jiedao.cases.kinds import Limit
from jiedao.city.locate import Located
from jiedao.rules.calendar import calendar_for
from jiedao.rules.deadlines import deadline
from jiedao.systems.city_management import demo_words as words
from jiedao.systems.city_management.demo_plan import Site, Told

CHANNELS = (("field", 0.52), ("portal", 0.27), ("phone", 0.13), ("patrol", 0.05), ("open311", 0.03))
HOURS = {
    "urgent_hour": (1, "urgent_hour"),
    "urgent_day": (24, "urgent_hour"),
    "work_hour": (1, "work_hour"),
    "work_day": (7, "work_hour"),
}
"""A limit's unit as hours of the clock that the work is told in."""
ADJUSTMENTS_A_CASE = 4
"""More than one case can come to: an extension or two, a suspension, an appeal."""


class People(Protocol):
    """Who does the work; `jiedao.demo.staff.Staff` is one."""

    units: dict[tuple[str, str], int]
    """(district, duty) → unit."""

    @property
    def residents(self) -> Sequence[int]: ...

    @property
    def by_community(self) -> Mapping[str, Any]: ...

    def desk(self, role: str) -> Any: ...

    def boss(self, unit: int) -> Any: ...

    def handler(self, unit: int) -> Any: ...

    def collector(self, community: str) -> Any: ...


class Over(Exception):
    """The next step lies in the future: the case stands where it stands today."""


@dataclass(frozen=True)
class Manners:
    """How good a unit or a community's collectors are: the same each time for a seed and a name."""

    pace: float
    """Time taken, against the usual."""
    slips: float
    """Work that fails the check, against the usual."""

    @classmethod
    def of(cls, seed: int, name: str) -> Manners:
        random = np.random.default_rng([seed, zlib.crc32(name.encode())])
        return cls(float(random.lognormal(-0.03, 0.25)), float(random.lognormal(-0.1, 0.5)))


class Story:
    """One case from its report to today."""

    def __init__(self, site: Site, told: Told, people: People, seed: int, now: datetime) -> None:
        self.site, self.told, self.people, self.now = site, told, people, now
        self.random = np.random.default_rng(site.seed)
        self.at = datetime.fromtimestamp(site.at, timezone.get_current_timezone())
        self.place = Located.of(site.cell)
        self.unit = people.units[site.community[:6], told.small.duty]
        self.work = Manners.of(seed, f"{site.community[:6]} {told.small.duty}")
        self.eyes = Manners.of(seed, site.community)

    def tell(self, pk: int, spare: Iterator[int]) -> list[Past]:
        """The case, and the one merged into it; `spare`: ids for its adjustments."""
        self.pk, self.spare = pk, spare
        self.pasts: list[Past] = []
        self.past = self._begin(pk)
        with suppress(Over):
            self._accept()
        for past in self.pasts:
            past.climb(self.now)
        return self.pasts

    def chance(self, share: float) -> bool:
        return bool(self.random.random() < share)

    def pick(self, texts: Sequence[str]) -> str:
        return texts[int(self.random.integers(len(texts)))]

    def about(self, median: float, spread: float = 0.6) -> float:
        return float(median * self.random.lognormal(0, spread))

    def wait(self, amount: float, unit: str = "work_hour") -> None:
        """Let time pass; Over when that reaches beyond now."""
        self.until(deadline(self.at, max(amount, 0.01), unit, calendar_for()))

    def until(self, moment: datetime) -> None:
        self.at = moment
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
        row = told.condition
        made = history.begin(
            pk, "city", self.at, self.place, site.lon, site.lat, channel=channel, text=self._text(),
            limit=Limit(row.limit_amount, row.limit_unit, row.source), unit_id=self.unit, by=by,
            person_id=self._resident() if channel == "portal" else None, category=told.small.code, condition=row.id,
            title=told.small.name.zh, address=f"{site.street}附近" if site.street else "", asset_id=site.asset,
        )  # fmt: skip
        self.pasts.append(made)
        return made

    def _text(self) -> str:
        return self.pick(self.told.talk.says).format(s=self.site.street or "巷口")

    def _resident(self) -> int:
        return self.people.residents[int(self.random.integers(len(self.people.residents)))]

    # the desk

    def _accept(self) -> None:
        acceptor = self.people.desk("acceptor")
        self.wait(self.about(0.15, 0.7))
        if self.past.case.channel not in ("field", "patrol") and self.chance(0.2):
            self._verify(acceptor)
        if self.chance(0.035):
            self.step("reject", acceptor, note=self.pick(words.REJECTS))
            return
        self.step("file_and_send", acceptor)
        if self.chance(0.06):
            self.past.report(self.at, "portal", text=self._text(), person_id=self._resident())
        if self.site.twin and len(self.pasts) == 1:
            self._merge(acceptor)
        self._dispatch()

    def _verify(self, acceptor: Any) -> None:
        self.step("ask_check", acceptor)
        self.wait(self.about(0.5 * self.eyes.pace, 0.5))
        self.step("found", self.people.collector(self.site.community))
        self.wait(0.1)

    def _merge(self, acceptor: Any) -> None:
        """Somebody else tells of it in other words; the acceptor sees that it is the same."""
        main = self.past
        self.wait(self.about(0.1))
        self.past = self._begin(self.pk + 1)
        try:
            self.wait(self.about(0.1))
            self.past.merge(main, self.at, acceptor)
        finally:
            self.past = main

    def _dispatch(self) -> None:
        dispatcher = self.people.desk("dispatcher")
        self.wait(self.about(0.15, 0.7))
        if self.chance(0.012):
            acceptor = self.people.desk("acceptor")
            self.step("return_to_acceptor", dispatcher, note=self.pick(words.UNCLEAR))
            self.wait(self.about(0.3))
            self.step("reconsider", acceptor)
            self.wait(0.05)
            self.step("file_and_send", acceptor)
            self.wait(self.about(0.15, 0.7))
        self.step("dispatch", dispatcher, unit_id=self.unit)
        boss = self.people.boss(self.unit)
        if self.chance(0.04 * self.work.slips):
            self.wait(self.about(0.6))
            self.step("return_to_dispatcher", boss, note=self.pick(words.RETURNS))
            self.wait(self.about(0.3, 0.5))
            self.step("dispatch", dispatcher, unit_id=self.unit)
        self._handle(boss)

    # the unit

    def _handle(self, boss: Any) -> None:
        """Most work takes less than two thirds of the limit, about one case in ten too long, a few very long."""
        row, handler = self.told.condition, self.people.handler(self.unit)
        hours, unit = HOURS[row.limit_unit]
        limit = row.limit_amount * hours
        share = self.about(0.48 * self.work.pace, 0.62)
        if self.chance(0.015):
            share = float(self.random.uniform(3, 25))
        if self.chance(0.01):
            self.past.supervise("leader", self.at, self.people.desk("leader"), self.pick(words.ORDERS))
        self.wait(limit * share * 0.15, unit)
        self.step("assign", boss, handler_id=handler.pk)
        done = 0.15 * share
        if row.limit_unit == "work_day":
            done = self._more_time(boss, share, done, limit, unit)
        self.wait(limit * max(0.05, share * 0.95 - done), unit)
        self.step("hand_back", handler, note=self.pick(words.DONE))
        self.wait(limit * share * 0.05, unit)
        self.step("confirm", boss)
        self._check(handler)

    def _more_time(self, boss: Any, share: float, done: float, limit: float, unit: str) -> float:
        """Work that takes days: an extension or a suspension now and then. Returns how much of it is done by then."""
        if self.chance(0.02):
            self._suspend(boss)
        elif share > 1 and done < 0.6 and self.chance(0.6):
            self.wait(limit * (0.6 - done), unit)
            reason, dispatcher = self.pick(words.MORE_TIME), self.people.desk("dispatcher")
            asked = self.past.ask(next(self.spare), history.EXTENSION, self.at, boss, reason)
            self.wait(0.1)
            approve = self.chance(0.85)
            opinion = "" if approve else self.pick(words.NO_MORE_TIME)
            self.past.decide(asked, self.at, dispatcher, approve=approve, opinion=opinion)
            return 0.6
        return done

    def _suspend(self, boss: Any) -> None:
        day = self.at + timedelta(days=int(self.random.integers(14, 80)))
        until = day.replace(hour=9, minute=0, second=0, microsecond=0)
        asked = self.past.ask(
            next(self.spare), history.SUSPENSION, self.at, boss, self.pick(words.SUSPENSIONS), until=until
        )
        self.wait(self.about(0.5))
        self.past.decide(asked, self.at, self.people.desk("dispatcher"), approve=True)
        self.until(until)
        self.past.step("resume", self.at, label=history.SYSTEM)

    # checking and closing

    def _check(self, handler: Any) -> None:
        dispatcher, collector = self.people.desk("dispatcher"), self.people.collector(self.site.community)
        self.wait(self.about(0.12, 0.5))
        self.step("request_check", dispatcher)
        self.wait(self.about(0.5 * self.eyes.pace))
        if self.past.case.rework == 0 and self.chance(0.055 * self.work.slips):
            self.step("fail_check", collector, note=self.pick(words.FAILS))
            self.wait(0.3)
            self.step("redispatch", dispatcher)
            self._handle(self.people.boss(self.unit))
            return
        self.step("pass_check", collector)
        self.wait(self.about(0.12, 0.5))
        self.step("close", self.people.desk("acceptor"), data={"condition_met": True})
        self._appeal()
        self._rate()

    def _appeal(self) -> None:
        """The department says that the overtime was not its fault."""
        late = any(clock.stage == "handle" and clock.overdue for clock in self.past.clocks)
        if not late or self.past.adjustments or not self.chance(0.12):
            return
        self.wait(self.about(6))
        boss, reason = self.people.boss(self.unit), self.pick(words.APPEALS)
        asked = self.past.ask(next(self.spare), history.APPEAL, self.at, boss, reason, forwarded=False)
        self.wait(self.about(3))
        self.past.forward(asked, self.at, self.people.desk("dispatcher"))
        self.wait(self.about(3))
        approve = self.chance(0.6)
        opinion = "" if approve else self.pick(words.NO_APPEAL)
        self.past.decide(asked, self.at, self.people.desk("acceptor"), approve=approve, opinion=opinion)

    def _rate(self) -> None:
        """Residents who told of it themselves say now and then how it was; a few find that it was not done."""
        case = self.past.case
        if case.channel not in ("portal", "open311") or self.past.feedback or not self.chance(0.45):
            return
        late = case.closed_at > case.promised
        shares = (0.08, 0.1, 0.2, 0.3, 0.32) if late else (0.02, 0.03, 0.1, 0.3, 0.55)
        stars = min(5, 1 + int(np.searchsorted(np.cumsum(shares), self.random.random())))
        self.wait(self.random.exponential(20), "urgent_hour")
        self.past.rate(self.at, stars, self.pick(words.REMARKS[stars]) if self.chance(0.6) else "")
        if stars <= 2 and not case.reopened and self.chance(0.5):
            self.wait(0.1, "urgent_hour")
            self.step("reopen", None, note=self.pick(words.STILL))
            self._accept()
