"""One batch of reports on its way into the database: duplicates, cases, log lines, clocks, reports, photos."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model, Q
from django.utils import timezone

from jiedao.cases import attachments, clocks, duplicates, log, notices
from jiedao.cases.duplicates import Thing
from jiedao.cases.intake import Filed, Ready
from jiedao.cases.kinds import Proposal
from jiedao.cases.models import Attachment, Case, Clock, Entry, Report
from jiedao.city import h3cells
from jiedao.config.options import options
from jiedao.errors import Conflict, Invalid
from jiedao.people import duty, vault
from jiedao.people.models import Unit
from jiedao.text import Text

REPORTER = "上报人"


def take_ids(model: type[Model], count: int) -> list[int]:
    """`count` fresh primary keys, in order: one query."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SELECT nextval('{table}_id_seq') FROM generate_series(1, %s)", [count])  # noqa: S608
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
    return list(range(last + 1, last + 1 + count))


class Item:
    """One report with what was found out about it."""

    __slots__ = ("case", "filed", "limits", "proposal", "ready", "report", "thing", "why")

    def __init__(self, ready: Ready, proposal: Proposal) -> None:
        report, here = ready.report, ready.located
        self.ready, self.proposal = ready, proposal
        self.limits = duplicates.rule(ready.kind, here.district if here else "")
        self.thing = Thing(
            kind=report.kind,
            category=report.category or proposal.category,
            condition=report.condition or proposal.condition,
            lon=report.lon,
            lat=report.lat,
            h3=h3cells.cell(report.lon, report.lat) if here else None,  # type: ignore[arg-type]
            asset=report.asset,
            text=report.text,
        )
        self.case: Case | None = None
        self.filed: Filed | None = None
        self.report: Report | None = None
        self.why: list[Text] = []


class Batch:
    """Runs inside a transaction. Locks are taken in one order: names, then rows by id."""

    def __init__(self, batch: Sequence[Ready], proposals: Sequence[Proposal], at: datetime) -> None:
        self.at, self.on = at, timezone.localdate(at)
        self.items = [Item(ready, proposal) for ready, proposal in zip(batch, proposals, strict=True)]
        named = {proposal.unit_id for proposal in proposals if proposal.unit_id}
        self.units = Unit.objects.in_bulk(named) if named else {}
        self.entries: list[Entry] = []
        self.merged: dict[int, Case] = {}

    def run(self) -> list[Filed]:
        self._lock()
        self._answer_repeats()
        new = [item for item in self.items if item.filed is None]
        if new:
            self._match(new)
            self._open(new)
            self._write(new)
        return [item.filed for item in self.items]  # type: ignore[misc]

    def _lock(self) -> None:
        names = [f"key {item.ready.report.key}" for item in self.items if item.ready.report.key]
        for item in self.items:
            if item.limits:
                names += duplicates.lock_names(item.thing, item.limits)
        duplicates.lock(names)

    # the same report sent again

    def _answer_repeats(self) -> None:
        keys = [item.ready.report.key for item in self.items if item.ready.report.key]
        if not keys:
            return
        if len(set(keys)) < len(keys):
            raise Conflict(Text("同一批中有相同的编号。", "One batch holds a key twice."), field="key")
        sent = list(Report.objects.filter(key__in=keys).values_list("pk", flat=True))
        if not sent:
            return
        known = {report.key: report for report in Report.objects.filter(pk__in=sent).select_related("case")}
        for item in self.items:
            before = known.get(item.ready.report.key)
            if before:
                item.filed = _repeat(before, item.ready.report)

    # one thing, one case

    def _match(self, new: list[Item]) -> None:
        """Give every duplicate its case; cases closed meanwhile are dropped and the matching is done anew."""
        asked = [(item.thing, item.limits) for item in new if item.limits]
        gone: set[int] = set()
        while True:
            pool = duplicates.candidates(asked, self.at)
            hits = {}
            for number, item in enumerate(new, 1):
                hit = duplicates_of(pool, item, gone)
                if hit:
                    hits[number] = hit
                else:
                    item.thing.id = -number
                    pool.add(item.thing)
            wanted = {thing.id for thing, _ in hits.values() if thing.id > 0}
            self._hold(wanted)
            if wanted <= self.merged.keys():
                break
            gone |= wanted - self.merged.keys()
        for number, (thing, why) in hits.items():
            item = new[number - 1]
            item.why.append(why)
            item.case = self.merged.get(thing.id)
            item.thing.id = thing.id

    def _hold(self, ids: set[int]) -> None:
        if ids:
            rows = Case.objects.select_for_update(of=("self",)).filter(Q(pk__in=ids), closed_at=None).order_by("pk")
            self.merged = {case.pk: case for case in rows}

    # new cases, and reports joining old ones

    def _open(self, new: list[Item]) -> None:
        opening = [item for number, item in enumerate(new, 1) if item.thing.id == -number]
        ids = take_ids(Case, len(opening)) if opening else []
        for item, pk in zip(opening, ids, strict=True):
            item.case = self._case(item, pk)
        for number, item in enumerate(new, 1):
            joins = item.thing.id != -number
            if joins and item.case is None:
                item.case = new[-item.thing.id - 1].case
            self._tell(item, joins)

    def _case(self, item: Item, pk: int) -> Case:
        report, proposal, here, kind = item.ready.report, item.proposal, item.ready.located, item.ready.kind
        limit = proposal.limit
        proposed = self._unit(kind.code, item, proposal)
        first = kind.flow.state(proposal.start or kind.flow.start)
        district = here.district if here else ""
        case = Case(
            id=pk,
            code=f"{district or options().city:0<6.6}{timezone.localtime(self.at):%y%m}{pk:09d}",
            kind=kind.code,
            category=item.thing.category,
            condition=item.thing.condition,
            title=_title(item),
            text=report.text,
            form=item.ready.form | proposal.form,
            lon=report.lon,
            lat=report.lat,
            h3=item.thing.h3,
            address=report.address,
            asset_id=report.asset,
            state="",
            version=0,
            unit=proposed if first.unit else None,
            channel=report.channel,
            limit_amount=limit.amount if limit else None,
            limit_unit=limit.unit if limit else "",
            opened_at=self.at,
            closed_at=self.at if first.final else None,
            triage=_triage(proposal, proposed.pk if proposed else None),
        )
        if here:
            case.district, case.subdistrict, case.community, case.cell = here
        case.promised = clocks.promise(case, kind.flow.promise, self.at)
        set_ = {"category": case.category, "condition": case.condition, "reports_count": 1, "unit_id": case.unit_id}
        self._entry(case, item, first.code, {"set": set_, "channel": report.channel})
        return case

    def _unit(self, kind: str, item: Item, proposal: Proposal) -> Unit | None:
        if proposal.unit_id:
            return self.units[proposal.unit_id]
        return duty.responsible(kind, item.thing.category, proposal.duty, item.ready.located, self.on)

    def _entry(self, case: Case, item: Item, target: str | None, data: dict[str, Any]) -> None:
        by = item.ready.report.by
        label = "" if by else REPORTER
        self.entries.append(log.line(case, "report", self.at, target=target, actor=by, label=label, data=data))

    def _tell(self, item: Item, joins: bool) -> None:
        case, report = item.case, item.ready.report
        assert case is not None
        if joins:
            case.reports_count += 1
            data = {"set": {"reports_count": case.reports_count}, "channel": report.channel}
            self._entry(case, item, None, data | {"why": [text.as_dict() for text in item.why]})
        item.report = Report(
            case=case, person_id=getattr(report.person, "pk", report.person), token=report.token,
            key=report.key or None, channel=report.channel, text=report.text, lon=report.lon, lat=report.lat,
            by=report.by, attributes=item.ready.form, at=self.at, contact_sealed=_contact(report.contact),
        )  # fmt: skip
        unit_id = case.unit_id or case.triage.get("unit")
        why = [*item.proposal.why, *item.why]
        item.filed = Filed(case.pk, case.code, report.token, joins, case.promised, unit_id, why)

    # writing

    def _write(self, new: list[Item]) -> None:
        opened = [item.case for item in new if item.case and item.case._state.adding]
        opened = list({case.pk: case for case in opened}.values())
        running = [
            clocks.new(case, item.ready.kind.flow.state(case.state), self.at)
            for case, item in ((item.case, item) for item in new if item.filed and not item.filed.merged)
            if case and item.ready.kind.flow.state(case.state).clock
        ]
        Case.objects.bulk_create(opened)
        Entry.objects.bulk_create(self.entries)
        Clock.objects.bulk_create(running)
        reports = Report.objects.bulk_create([item.report for item in new])
        joined = [case for case in self.merged.values() if any(item.case is case for item in new)]
        if joined:
            Case.objects.bulk_update(joined, ["reports_count", "version", "head"])
        for item, report in zip(new, reports, strict=True):
            if item.filed:
                item.filed.report_id = report.pk
        self._photos(new)
        handed = [case for case in opened if case.unit_id]
        if handed:
            notices.tell_units(handed)

    def _photos(self, new: list[Item]) -> None:
        """Photos stored before, by the same person, and not used yet."""
        wanted = {p: item for item in new for p in attachments.numbers(item.ready.report.photos, "photos")}
        if not wanted:
            return
        rows = list(Attachment.objects.select_for_update().filter(pk__in=wanted, case=None))
        fitting = {row.pk: row for row in rows}
        for number, item in wanted.items():
            row = fitting.get(number)
            if row is None or row.uploaded_by_id not in (None, _uploader(item.ready.report)):
                text = Text("照片不存在或已用于别的上报。", "There is no such photo, or another report has it.")
                raise Invalid(text, field="photos", value=number)
            row.case, row.report = item.case, item.report
        Attachment.objects.bulk_update(rows, ["case", "report"])


def duplicates_of(pool: duplicates.Candidates, item: Item, gone: set[int]) -> tuple[Thing, Text] | None:
    return pool.match(item.thing, item.limits, gone) if item.limits else None


def _uploader(report: Any) -> int | None:
    if report.by:
        return report.by.pk
    user = getattr(report.person, "user", None) if report.person else None
    return user.pk if user else None


def _title(item: Item) -> str:
    report, proposal, kind = item.ready.report, item.proposal, item.ready.kind
    given = report.title or proposal.title
    if not given and item.thing.category and kind.label:
        given = kind.label(item.thing.category).zh
    return (given or " ".join(report.text.split())[:40] or kind.name.zh)[:120]


def _triage(proposal: Proposal, unit_id: int | None) -> dict[str, Any]:
    return {
        "category": proposal.category,
        "condition": proposal.condition,
        "duty": proposal.duty,
        "confidence": round(proposal.confidence, 4),
        "unit": unit_id,
        "why": [text.as_dict() for text in proposal.why],
    }


def _contact(contact: dict[str, str] | None) -> bytes | None:
    if not contact or not any(contact.values()):
        return None
    return vault.seal(json.dumps(contact, ensure_ascii=False), "contact")


def _repeat(before: Report, report: Any) -> Filed:
    """The answer given the first time; Conflict where the key stood for something else."""
    if (before.text, before.lon, before.lat, before.case.kind) != (report.text, report.lon, report.lat, report.kind):
        text = Text("这个编号已用于另一条上报。", "This key was used for another report.")
        raise Conflict(text, field="key", value=report.key, code="key_reused")
    case = before.case
    first = not Report.objects.filter(case=case, pk__lt=before.pk).exists()
    unit_id = case.unit_id or case.triage.get("unit")
    return Filed(case.pk, case.code, before.token, not first, case.promised, unit_id, report_id=before.pk)
