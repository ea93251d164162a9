"""Plays the hand-written cases through the real actions, each by somebody who may, at times a little before now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction

from jiedao.cases import actions, escalation, intake
from jiedao.cases.intake import Filed, NewReport
from jiedao.cases.models import Case, Notice, Report
from jiedao.people.models import Person
from jiedao.rules.calendar import calendar_for
from jiedao.systems.city_management import demo_photos, demo_spots
from jiedao.systems.city_management.actions import do_approve, do_open
from jiedao.systems.city_management.demo_scenes import GUIHUA, LIULINGYI, SCENES, Scene
from jiedao.systems.city_management.demo_spots import Spot
from jiedao.systems.city_management.demo_story import People
from jiedao.systems.city_management.kinds import limit

START = (("file_and_send", "to_dispatch", 0.12), ("dispatch", "to_handle", 0.24), ("assign", "handling", 0.45))
"""Step, where it leads, hours after the report."""
END = (
    ("hand_back", "handled", 0.15),
    ("confirm", "dept_confirmed", 0.1),
    ("request_check", "pre_closing_check", 0.5),
    ("pass_check", "to_close", 0.1),
    ("close", "closed", 0.0),
)
"""Step, where it leads, hours until the next one."""
AFTER = frozenset({"hand_back", "pass_check", "fail_check"})
"""Steps whose photo shows the work."""
NORTH_20_M = 0.00018


def play(people: People, seed: int, now: datetime) -> int:
    """All scenes, the photos of cases closed lately, and the control areas; returns how many cases were made."""
    before = Case.objects.count()
    for number, scene in enumerate(SCENES):
        with transaction.atomic():
            Player(scene, number, people, seed, now).play()
    escalation.escalate_due(now)
    Notice.objects.filter(created_at__gt=now).update(created_at=now, sent_at=now)
    demo_photos.hang()
    control_areas(people, now)
    return Case.objects.count() - before


def control_areas(people: People, now: datetime) -> None:
    """One in force, one that waits to be approved."""
    asks, approves = people.desk("dispatcher"), people.desk("shift_leader")
    span = {"starts": now - timedelta(days=3), "ends": now + timedelta(days=40)}
    works = do_open(
        asks, name="桂花街道道路改造", reason="雨污分流施工，路面统一恢复", area=GUIHUA,
        categories=("E01-14", "E03-02"), **span,
    )  # fmt: skip
    do_approve(approves, works.pk)
    do_open(
        asks, name="六〇一社区外墙翻新", reason="外墙整体粉刷，小广告随工清除", area=LIULINGYI, categories=("E02-01",),
        **span,
    )  # fmt: skip


def back(now: datetime, hours: float) -> datetime:
    """The moment from which to `now` this many working hours passed."""
    calendar, left = calendar_for(), hours * 3_600_000_000
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    until = (now - midnight) // timedelta(microseconds=1)
    while True:
        for begin, close in reversed(calendar.day(midnight.toordinal())[1]):
            close = min(close, until)
            if close - begin >= left and close > begin:
                return midnight + timedelta(microseconds=close - left)
            left -= max(0, close - begin)
        midnight, until = midnight - timedelta(days=1), 86_400_000_000


class Player:
    """One scene on its way to where it stands."""

    def __init__(self, scene: Scene, number: int, people: People, seed: int, now: datetime) -> None:
        self.scene, self.number, self.people, self.now = scene, number, people, now
        self.random = np.random.default_rng([seed, 1, number])
        found = limit(scene.category, scene.condition, "", now.date())
        self.urgent = found is not None and found.unit.startswith("urgent")
        self.left = scene.age

    def ago(self, hours: float) -> datetime:
        return self.now - timedelta(hours=hours) if self.urgent else back(self.now, hours)

    def play(self) -> None:
        spot = demo_spots.find(self.scene.area, self.scene.spot, self.scene.category, self.random)
        filed = self.file(spot, self.scene.text)
        if filed.merged:
            return
        self.spot, self.case = spot, Case.objects.get(pk=filed.case_id)
        self.report = Report.objects.get(pk=filed.report_id)
        for code, left in self.way():
            self.left = left
            self.step(code)
        for what in self.scene.then:
            self.left /= 2
            getattr(self, f"and_{what}")()
            self.case.refresh_from_db()
            self.settle()

    def file(self, spot: Spot, text: str) -> Filed:
        scene, said = self.scene, text.format(s=spot.street)
        person, by = self.sender()
        owner = by or getattr(person, "user", None)
        photos = [demo_photos.photo(scene.picture, False, self.number, owner)] if scene.picture else []
        report = NewReport(
            "city", said, round(spot.lon, 6), round(spot.lat, 6), scene.category, scene.condition, scene.channel,
            person=person, by=by, asset=spot.asset, photos=photos,
        )  # fmt: skip
        if scene.who == "stranger":
            report.contact = {"name": "王女士", "phone": "19910009001"}
        return intake.do_file([report], self.ago(self.left))[0]

    def sender(self) -> tuple[Person | None, Any]:
        """The person who tells of it, or who takes it down."""
        if self.scene.channel in ("field", "patrol"):
            return None, self.people.collector(self.home())
        if self.scene.channel in ("phone", "letter"):
            return None, self.people.desk("acceptor")
        if self.scene.who == "resident":
            return self.people.desk("resident").person, None
        if self.scene.who == "stranger":
            return None, None
        number = self.people.residents[int(self.random.integers(1, len(self.people.residents)))]
        return Person.objects.get(pk=number), None

    def home(self) -> str:
        """A community of the scene's place."""
        known = sorted(self.people.by_community)
        return next((code for code in known if code.startswith(self.scene.area)), known[0])

    def way(self) -> Iterator[tuple[str, float]]:
        """Steps, and how many hours before now each is taken."""
        scene, age = self.scene, self.scene.age
        if scene.stands == "pre_filing_check":
            yield "ask_check", age - 0.1
        if scene.stands in ("reported", "pre_filing_check"):
            return
        for code, state, after in START:
            yield code, age - after
            if state == scene.stands:
                return
        last = next(n for n, (_, state, _) in enumerate(END) if state == scene.stands)
        for n, (code, _, _) in enumerate(END[: last + 1]):
            yield code, scene.since + sum(gap for _, _, gap in END[n:last])

    def actor(self, code: str) -> Any:
        if code in ("found", "not_found", "pass_check", "fail_check"):
            return self.people.collector(self.case.community)
        if code in ("dispatch", "request_check", "return_to_acceptor"):
            return self.people.desk("dispatcher")
        if code in ("assign", "confirm", "return_to_dispatcher"):
            return self.people.boss(self.case.unit_id)
        return self.people.handler(self.case.unit_id) if code == "hand_back" else self.people.desk("acceptor")

    def step(self, code: str, note: str = "") -> None:
        actor = self.actor(code)
        more: dict[str, Any] = {}
        if code in (*AFTER, "not_found"):
            done = code in AFTER and code != "fail_check"
            more["attachments"] = [demo_photos.photo(self.scene.picture, done, self.number, actor)]
        if code == "assign":
            more["handler"] = self.people.handler(self.case.unit_id)
        self.case = actions.do_step(
            self.case, code, actor, version=self.case.version, note=note, condition_met=code == "close",
            now=self.ago(self.left), **more,
        )  # fmt: skip
        self.settle()

    def settle(self) -> None:
        """Messages and photos bear the time of what they belong to."""
        at = self.ago(self.left)
        Notice.objects.filter(case=self.case, created_at__gt=at).update(created_at=at, sent_at=at)
        self.case.attachments.filter(at__gt=at).update(at=at)

    # what `then` names

    def and_another(self) -> None:
        """The same thing in other words, too far off to be merged by itself."""
        spot = Spot(self.spot.lon, self.spot.lat + NORTH_20_M, self.spot.street)
        self.file(spot, self.scene.reason)

    def and_echo(self) -> None:
        self.file(self.spot, self.scene.reason)

    def and_not_found(self) -> None:
        self.step("not_found", self.scene.reason)

    def and_return(self) -> None:
        self.step("return_to_dispatcher", self.scene.reason)

    def and_return_to_acceptor(self) -> None:
        self.step("return_to_acceptor", self.scene.reason)

    def and_fail(self) -> None:
        self.step("fail_check", self.scene.reason)

    def and_reopen(self) -> None:
        actions.do_reopen(self.report, self.scene.reason, now=self.ago(self.left))

    def and_rate(self) -> None:
        actions.do_rate(self.report, 5, self.scene.reason, now=self.ago(self.left))

    def and_comment(self) -> None:
        boss = self.people.boss(self.case.unit_id)
        actions.do_comment(self.case, boss, self.scene.reason, public=True, now=self.ago(self.left))

    def and_supervise(self) -> None:
        leader = self.people.desk("leader")
        actions.do_supervise(self.case, leader, "leader", self.scene.reason, now=self.ago(self.left))

    def and_appeal(self) -> None:
        boss = self.people.boss(self.case.unit_id)
        actions.do_appeal(self.case, boss, reason=self.scene.reason, now=self.ago(self.left))

    def and_ask_extension(self) -> None:
        asker = self.case.handler or self.people.boss(self.case.unit_id)
        actions.do_ask_adjustment(self.case, "extension", asker, reason=self.scene.reason, now=self.ago(self.left))

    def and_suspend(self) -> None:
        at, boss = self.ago(self.left), self.people.boss(self.case.unit_id)
        until = (self.now + timedelta(days=30)).replace(hour=9, minute=0, second=0, microsecond=0)
        asked = actions.do_ask_adjustment(self.case, "suspension", boss, reason=self.scene.reason, until=until, now=at)
        self.left /= 2
        actions.do_decide_adjustment(asked, self.people.desk("dispatcher"), approve=True, now=self.ago(self.left))
