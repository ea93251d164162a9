"""Filing reports: the hot path. One transaction a batch, nearly the same few queries for one report or a hundred."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from pydantic import ValidationError

from jiedao.cases import kinds, words
from jiedao.cases.kinds import Kind, NewReport, Proposal
from jiedao.city import locate
from jiedao.city.locate import Located
from jiedao.errors import Invalid, TooLarge
from jiedao.rules.store import value
from jiedao.text import Text

__all__ = ["Filed", "NewReport", "Ready", "check_file", "do_file", "file_ready", "prepare", "submit"]


@dataclass(slots=True)
class Filed:
    """What became of a report. `deadline` is what the reporter may be promised, `unit_id` the unit proposed."""

    case_id: int
    code: str
    token: str
    merged: bool
    deadline: datetime | None
    unit_id: int | None
    why: list[Text] = field(default_factory=list)
    report_id: int = 0


@dataclass(slots=True)
class Ready:
    """A report that was found good, with its kind and place."""

    report: NewReport
    kind: Kind
    located: Located | None
    form: dict[str, Any]


def check_file(report: NewReport) -> None:
    """Raises Invalid or TooLarge naming the field that is wrong; asks the database nothing."""
    prepare(report)


def do_file(reports: Sequence[NewReport], now: datetime | None = None) -> list[Filed]:
    """File all or, at the first refusal, none. Answers stand in the order of the reports."""
    return file_ready([prepare(report) for report in reports], now)


def file_ready(batch: Sequence[Ready], now: datetime | None = None) -> list[Filed]:
    """File prepared reports in one transaction."""
    from jiedao.cases.batch import Batch

    if not batch:
        return []
    at = now or timezone.now()
    proposals = propose(batch, at)
    with transaction.atomic():
        return Batch(batch, proposals, at).run()


def prepare(report: NewReport) -> Ready:
    """Texts tidied, place located, form validated, class checked by the kind."""
    kind = kinds.get(report.kind)
    report.text = words.description(report.text)
    report.title = words.line(report.title, "title", 120)
    report.address = words.line(report.address, "address", 200)
    report.category = words.line(report.category, "category", 24)
    report.condition = words.line(report.condition, "condition", 32)
    report.channel = words.line(report.channel, "channel", 16)
    report.key = words.line(report.key, "key", 120)
    report.token = report.token or secrets.token_urlsafe(12)
    located = _located(report, kind)
    form = _form(report, kind)
    if not (report.text or report.category or form):
        raise Invalid(Text("请描述看到的问题。", "Please describe what you saw."), field="text")
    if len(report.photos) > value("cases.photos_max"):
        most = value("cases.photos_max")
        raise TooLarge(
            Text("照片最多 {n} 张。", "{n} photos at most.").format(n=most), field="photos", value=len(report.photos)
        )
    if kind.check:
        kind.check(report)
    return Ready(report, kind, located, form)


def _located(report: NewReport, kind: Kind) -> Located | None:
    if report.lon is None and report.lat is None and not kind.place:
        return None
    return locate.require(report.lon, report.lat)  # type: ignore[arg-type]


def _form(report: NewReport, kind: Kind) -> dict[str, Any]:
    if not isinstance(report.attributes, dict):
        raise Invalid(Text("附加项应为字段和值。", "Attributes must be fields with values."), field="attributes")
    given = words.plain(report.attributes)
    try:
        found = kind.form.model_validate(given).model_dump(mode="json") if kind.form else given
        size = len(json.dumps(found, allow_nan=False))
    except ValidationError as error:
        raise _form_fault(error) from error
    except (TypeError, ValueError) as error:
        raise Invalid(Text("附加项无法保存。", "The attributes cannot be kept."), field="attributes") from error
    if size > value("cases.form_max"):
        text = Text("附加项太多。", "There are too many attributes.")
        raise TooLarge(text, field="attributes", value=size)
    return found


def _form_fault(error: ValidationError) -> Invalid:
    first = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"]) or "attributes"
    text = Text("“{name}”填写有误：{why}", "“{name}” is not right: {why}").format(name=name, why=first["msg"])
    return Invalid(text, field=f"attributes.{name}", value=first.get("input"))


def propose(batch: Sequence[Ready], now: datetime) -> list[Proposal]:
    """What each kind's triage makes of its reports; a refusal in a proposal is raised."""
    found: list[Proposal] = [Proposal()] * len(batch)
    groups: dict[str, list[int]] = {}
    for index, ready in enumerate(batch):
        groups.setdefault(ready.kind.code, []).append(index)
    for indices in groups.values():
        kind = batch[indices[0]].kind
        if kind.triage:
            made = kind.triage([batch[i].report for i in indices], [batch[i].located for i in indices], now)
        else:
            made = [_plain_proposal(batch[i], now) for i in indices]
        for index, proposal in zip(indices, made, strict=True):
            if proposal.refused:
                raise proposal.refused
            found[index] = proposal
    return found


def _plain_proposal(ready: Ready, now: datetime) -> Proposal:
    """For kinds without triage: the class given, its limit and duty from the kind."""
    report, kind = ready.report, ready.kind
    area = ready.located.code if ready.located else ""
    on = timezone.localdate(now)
    limit = kind.limit(report.category, report.condition, area, on) if kind.limit else None
    duty = kind.duty(report.category) if kind.duty else ""
    return Proposal(report.category, report.condition, duty, limit, confidence=1.0)


def submit(report: NewReport) -> Filed:
    """File one report, sharing a transaction with other threads; what web pages and the API call."""
    from jiedao.cases import commit

    return commit.submit(report)
