"""What staff do to a case beside its flow: put it under supervision, correct it, merge it into another."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiedao.cases import clocks, kinds, log, notices, words
from jiedao.cases.kinds import Kind, NewReport
from jiedao.cases.models import Case
from jiedao.cases.moves import Move, lock, move
from jiedao.city import h3cells, locate
from jiedao.errors import Conflict, Invalid
from jiedao.people import access, duty
from jiedao.text import Text

SUPERVISED = {
    "timeout": Text("超时督办", "overdue"),
    "leader": Text("领导督办", "by a leader"),
    "important": Text("重要督办", "important"),
}


def do_supervise(case: Case, actor: Any, why: str, note: str = "", now: datetime | None = None) -> Case:
    """督办: `why` is a key of SUPERVISED, "" ends it. Tells the unit."""
    if why and why not in SUPERVISED:
        known = Text("、".join(SUPERVISED), ", ".join(SUPERVISED))
        raise Invalid(Text("没有这种督办。", "There is no such supervision."), field="why", value=why, expected=known)
    access.require_case(actor, "case.supervise", case)
    with transaction.atomic():
        held = lock(case.pk)
        check_open(held)
        mark_supervised(held, why, actor, words.note(note), now or timezone.now())
        held.save(update_fields=["supervised", "version", "head"])
    return held


def mark_supervised(case: Case, why: str, actor: Any, note: str, at: datetime) -> None:
    """On a locked case; the caller saves it."""
    case.supervised = why
    label = "" if actor else "系统"
    log.append(
        case, "supervise", at, actor=actor, label=label, note=note, data={"set": {"supervised": why}}, public=False
    )
    if why and case.unit_id:
        notices.tell("supervised", unit=case.unit, case=case, note=note or SUPERVISED[why])


def check_open(case: Case) -> None:
    if case.closed_at is not None:
        text = Text("案卷已经结束。", "The case has ended.")
        raise Conflict(text, field="state", value=case.state, code="closed")


def do_correct(
    case: Case,
    actor: Any,
    *,
    version: int,
    category: str | None = None,
    condition: str | None = None,
    lon: float | None = None,
    lat: float | None = None,
    address: str | None = None,
    asset: int | None = None,
    title: str | None = None,
    note: str = "",
    now: datetime | None = None,
) -> Case:
    """Set right the class, the place or the title; limit, proposed unit and promise follow the class. What is None
    stays. The log keeps old and new, from which triage learns."""
    access.require_case(actor, "case.correct", case)
    at = now or timezone.now()
    with transaction.atomic():
        held = lock(case.pk, version)
        check_open(held)
        wanted = {"category": category, "condition": condition, "lon": lon, "lat": lat, "address": address}
        wanted |= {"asset_id": asset, "title": title}
        before = {name: getattr(held, name) for name in wanted}
        _apply(held, kinds.get(held.kind), {k: v for k, v in wanted.items() if v is not None}, at)
        changed = {name: [old, getattr(held, name)] for name, old in before.items() if old != getattr(held, name)}
        if not changed:
            return held
        _follow(held, kinds.get(held.kind), changed, at)
        data = {"changed": changed, "set": {"category": held.category, "condition": held.condition}}
        log.append(held, "correct", at, actor=actor, note=words.note(note), data=data, public=False)
        held.save()
    return held


def _apply(case: Case, kind: Kind, wanted: dict[str, Any], at: datetime) -> None:
    for name, most in (("category", 24), ("condition", 32), ("address", 200), ("title", 120)):
        if name in wanted:
            setattr(case, name, words.line(wanted[name], name, most))
    if "category" in wanted and "condition" not in wanted:
        case.condition = ""
    if kind.check:
        kind.check(
            NewReport(case.kind, case.text, case.lon, case.lat, case.category, case.condition, asset=case.asset_id)
        )
    if "asset_id" in wanted:
        case.asset_id = wanted["asset_id"]
    if "lon" in wanted or "lat" in wanted:
        found = locate.require(wanted.get("lon"), wanted.get("lat"))  # type: ignore[arg-type]
        case.lon, case.lat = wanted["lon"], wanted["lat"]
        case.h3 = h3cells.cell(case.lon, case.lat)
        case.district, case.subdistrict, case.community, case.cell = found


def _follow(case: Case, kind: Kind, changed: dict[str, Any], at: datetime) -> None:
    """Limit, promise, proposed unit and the running clock after class or place changed."""
    on, area = timezone.localdate(at), access.place(case)
    asked = kind.duty(case.category) if kind.duty else case.triage.get("duty", "")
    unit = duty.responsible(case.kind, case.category, asked, case, on)
    case.triage = case.triage | {"unit": unit.pk if unit else None, "duty": asked}
    if kind.limit is None or not changed.keys() & {"category", "condition", "lon", "lat"}:
        return
    limit = kind.limit(case.category, case.condition, area, on)
    case.limit_amount, case.limit_unit = (limit.amount, limit.unit) if limit else (None, "")
    case.promised = clocks.promise(case, kind.flow.promise, case.opened_at)
    clock = clocks.running(case)
    if clock and clock.stage == clocks.HANDLE:
        found = clocks.stage_limit(case, clocks.HANDLE)
        clock.amount, clock.amount_unit = found.amount, found.unit
        clocks.recount(case, clock)
        clock.save()


def do_merge(
    case: Case, into: Case, actor: Any, *, version: int | None = None, note: str = "", now: datetime | None = None
) -> Case:
    """合并: `case` ends as merged, its reporters follow `into`, which keeps the earlier clock. Returns `into`."""
    at = now or timezone.now()
    if case.pk == into.pk:
        raise Invalid(Text("不能与自己合并。", "A case cannot be merged into itself."), field="into", value=into.code)
    with transaction.atomic():
        first, second = sorted((case.pk, into.pk))
        held = {pk: lock(pk, version if pk == case.pk else None) for pk in (first, second)}
        one, other = held[case.pk], held[into.pk]
        step = kinds.get(one.kind).flow.step("merge", one.state, one.arrived)
        access.require_case(actor, step.permission, one)
        access.require_case(actor, step.permission, other)
        check_open(other)
        if one.kind != other.kind:
            text = Text("只能合并同类案卷。", "Only cases of one kind are merged.")
            raise Invalid(text, field="into", value=other.code)
        _share_clock(one, other)
        other.reports_count += one.reports_count
        data = {"case": one.code, "set": {"reports_count": other.reports_count}}
        log.append(other, "absorb", at, actor=actor, data=data)
        other.save()
        found = {"into": other.code}
        move(one, Move(step, actor, at, words.note(note), set={"merged_into_id": other.pk}, data=found))
        notices.tell_reporters(one, "joined", code=other.code)
    return other


def _share_clock(one: Case, other: Case) -> None:
    """The clock that ends first holds for both."""
    mine, theirs = clocks.running(one), clocks.running(other)
    if mine and theirs and mine.stage == theirs.stage and mine.deadline < theirs.deadline:
        for name in ("started_at", "amount", "amount_unit", "pauses"):
            setattr(theirs, name, getattr(mine, name))
        clocks.recount(other, theirs)
        theirs.save()
    if one.promised and (other.promised is None or one.promised < other.promised):
        other.promised = one.promised
