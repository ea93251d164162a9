"""What whoever reported may do: add, rate, and reopen once if it was not done. The caller has found their report."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Avg
from django.utils import timezone

from jiedao.cases import kinds, log, words
from jiedao.cases.flow import REPORTER
from jiedao.cases.models import Case, Feedback, Report
from jiedao.cases.moves import Move, lock, move
from jiedao.errors import Conflict, Invalid
from jiedao.rules.store import value
from jiedao.text import Text

LABEL = "上报人"
STARS = range(1, 6)


def standing(report: Report) -> Case:
    """The case that stands for the report now: its own, or the one which that was merged into in the end."""
    case = report.case
    while case.merged_into is not None:
        case = case.merged_into
    return case


def followed(report: Report) -> int:
    """Id of the case that stands for the report now."""
    return standing(report).pk


def unrated(report: Report) -> bool:
    """Whether its case has ended and the reporter has not said how well."""
    return standing(report).closed_at is not None and not hasattr(report, "feedback")


def check_reopen(case: Case, text: str, now: datetime) -> Move:
    """Only once, only for a while after closing, and with words on what is still wrong."""
    flow = kinds.get(case.kind).flow
    step = next((step for step in flow.leaving(case.state) if step.permission == REPORTER), None)
    if step is None:
        name = flow.state(case.state).name
        refusal = Text("案卷现为“{s}”，不能申请复查。", "The case is at “{s}” and cannot be reopened.").format(s=name)
        raise Conflict(refusal, field="state", value=case.state, code="step_not_possible")
    area = case.district or None
    most, days = value("cases.reopen_max", city=area), value("cases.reopen_days", city=area)
    if case.reopened >= most:
        refusal = Text("每件案卷最多复查 {n} 次。", "A case can be reopened {n} time(s) only.").format(n=most)
        raise Conflict(refusal, field="reopened", value=case.reopened, code="reopened_already")
    if case.closed_at and now > case.closed_at + timedelta(days=days):
        refusal = Text("结案超过 {n} 天，请重新上报。", "It was closed more than {n} days ago; please report anew.")
        raise Conflict(refusal.format(n=days), field="closed_at", code="too_late")
    said = words.note(text, "text")
    if not said:
        raise Invalid(Text("请说明还有什么问题。", "Please say what is still wrong."), field="text")
    return Move(step=step, actor=None, at=now, note=said, label=LABEL)


def do_reopen(report: Report, text: str, now: datetime | None = None) -> Case:
    """申请复查: back to the acceptor's desk."""
    with transaction.atomic():
        case = lock(followed(report))
        wanted = check_reopen(case, text, now or timezone.now())
        wanted.data["report"] = report.pk
        move(case, wanted)
    return case


def do_rate(report: Report, stars: int, text: str = "", now: datetime | None = None) -> Feedback:
    """评价: one to five, once a report, after the case has ended."""
    if isinstance(stars, bool) or not isinstance(stars, int) or stars not in STARS:
        expected = Text("1 到 5", "1 to 5")
        raise Invalid(
            Text("请打 1 到 5 分。", "Please give 1 to 5 stars."), field="stars", value=stars, expected=expected
        )
    said = words.note(text, "text")
    with transaction.atomic():
        case = lock(followed(report))
        if case.closed_at is None:
            raise Conflict(
                Text("办结后才能评价。", "It can be rated when it is done."), field="state", value=case.state
            )
        if Feedback.objects.filter(report=report).exists():
            raise Conflict(Text("您已经评价过。", "You have rated this already."), field="report", code="rated_already")
        given = Feedback.objects.create(report=report, case=case, stars=stars, text=said, at=now or timezone.now())
        case.rating = round(Feedback.objects.filter(case=case).aggregate(mean=Avg("stars"))["mean"])
        data = {"report": report.pk, "stars": stars}
        log.append(case, "rate", given.at, label=LABEL, data=data, public=False)
        case.save(update_fields=["rating", "version", "head"])
    return given
