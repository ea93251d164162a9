"""Evaluation indicators of grid-based city management (facts 5.C, in the manner of GB/T 30428.4)."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q

from jiedao.cases.models import Entry
from jiedao.measures.indicators import Indicator, Tally
from jiedao.text import Text

SOURCE = "S27"
KINDS = Q(kind="city")
NOT_FILED = ("reported", "pre_filing_check", "rejected")
OF_CITY = Q(case__kind="city")
HANDLING = Q(stage="handle")
IN_TIME = Q(stopped_at__isnull=False) & (Q(overdue=False) | Q(exempt=True))


ALL = KINDS & ~Q(state="merged")
FILED = ALL & ~Q(state__in=NOT_FILED)
CLOCKS = OF_CITY & HANDLING
DISPATCHES = OF_CITY & Q(step="dispatch")
SENT = OF_CITY & Q(step__in=("file_and_send", "send"))
TOLD = OF_CITY


def stopped_by(step: str) -> Q:
    """Clocks that this step stopped: the unit that sent a case back keeps no other trace on it."""
    return Q(Exists(Entry.objects.filter(case_id=OuterRef("case_id"), at=OuterRef("stopped_at"), step=step)))


def not_followed_by(step: str) -> Q:
    """Log lines after which the case was not sent back by this step."""
    later = Entry.objects.filter(case_id=OuterRef("case_id"), seq__gt=OuterRef("seq"), step=step)
    return ~Q(Exists(later))


BY_COLLECTOR = OF_CITY & Q(channel__in=("field", "patrol"))

INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        "filing_rate",
        Text("立案率", "Filing rate"),
        Text("立案数 ÷ 上报数", "cases filed ÷ cases reported"),
        Tally("case", FILED),
        Tally("case", ALL),
        subjects=("area",),
        source=SOURCE,
    ),
    Indicator(
        "closing_rate",
        Text("结案率", "Closing rate"),
        Text("结案数 ÷ 应结案数（承诺时限在期内）", "closed ÷ promised to close in the period"),
        Tally("promise", FILED & Q(closed_at__isnull=False)),
        Tally("promise", FILED),
        source=SOURCE,
    ),
    Indicator(
        "closed_in_time",
        Text("按期结案率", "Closed in time"),
        Text("按期结案数 ÷ 应结案数", "closed by the promised time ÷ promised to close in the period"),
        Tally("promise", FILED & Q(closed_at__lte=F("promised"))),
        Tally("promise", FILED),
        source=SOURCE,
    ),
    Indicator(
        "handling_rate",
        Text("处置率", "Handling rate"),
        Text("已处置数 ÷ 应处置数（处置时限在期内）", "handled ÷ due to be handled in the period"),
        Tally("clock", CLOCKS & Q(stopped_at__isnull=False)),
        Tally("clock", CLOCKS),
        source=SOURCE,
    ),
    Indicator(
        "handled_in_time",
        Text("按期处置率", "Handled in time"),
        Text(
            "按期处置数 ÷ 应处置数；申诉通过的不计超时", "handled by the limit ÷ due; a granted appeal is not overtime"
        ),
        Tally("clock", CLOCKS & IN_TIME),
        Tally("clock", CLOCKS),
        source=SOURCE,
    ),
    Indicator(
        "rework_rate",
        Text("返工率", "Rework rate"),
        Text("核查不通过至少一次的案卷 ÷ 已处置案卷", "cases that failed a closing check ÷ cases handled"),
        Tally("case", FILED & Q(rework__gt=0)),
        Tally("case", FILED & (Q(closed_at__isnull=False) | Q(rework__gt=0))),
        better="low",
        source=SOURCE,
    ),
    Indicator(
        "return_rate",
        Text("回退率", "Return rate"),
        Text(
            "被部门退回的派遣 ÷ 派遣（处置时限在期内）",
            "dispatches sent back ÷ dispatches due to be handled in the period",
        ),
        Tally("clock", CLOCKS & stopped_by("return_to_dispatcher")),
        Tally("clock", CLOCKS),
        better="low",
        source=SOURCE,
    ),
    Indicator(
        "dispatch_accuracy",
        Text("准确派遣率", "Accurate dispatch"),
        Text("未被部门退回的派遣 ÷ 派遣次数", "dispatches that no department sent back ÷ dispatches"),
        Tally("entry", DISPATCHES & not_followed_by("return_to_dispatcher")),
        Tally("entry", DISPATCHES),
        subjects=("person",),
        source=SOURCE,
    ),
    Indicator(
        "filing_accuracy",
        Text("准确立案率", "Accurate filing"),
        Text("未被派遣员退回的立案 ÷ 交派遣的立案", "filings that no dispatcher sent back ÷ filings sent on"),
        Tally("entry", SENT & not_followed_by("return_to_acceptor")),
        Tally("entry", SENT),
        subjects=("person",),
        source=SOURCE,
    ),
    Indicator(
        "satisfaction",
        Text("公众满意率", "Satisfaction"),
        Text("三星及以上评价 ÷ 全部评价", "ratings of three stars or more ÷ ratings"),
        Tally("feedback", TOLD & Q(stars__gte=3)),
        Tally("feedback", TOLD),
        source="S34",
    ),
    Indicator(
        "valid_reports",
        Text("有效上报率", "Valid reports"),
        Text("采集员上报中立案的 ÷ 采集员上报", "collectors' reports that were filed ÷ collectors' reports"),
        Tally("report", BY_COLLECTOR & ~Q(case__state__in=NOT_FILED)),
        Tally("report", BY_COLLECTOR),
        subjects=("area", "person"),
        source=SOURCE,
    ),
    Indicator(
        "checks_in_time",
        Text("核查按时率", "Checks in time"),
        Text("按时完成的核查 ÷ 应完成的核查", "closing checks made in time ÷ closing checks due"),
        Tally("clock", OF_CITY & Q(stage="pre_closing_check") & IN_TIME),
        Tally("clock", OF_CITY & Q(stage="pre_closing_check")),
        subjects=("area",),
        source=SOURCE,
    ),
    Indicator(
        "accepted_in_time",
        Text("受理及时率", "Accepted in time"),
        Text("时限内受理数 ÷ 应受理数", "accepted within the limit ÷ due to be accepted"),
        Tally("clock", OF_CITY & Q(stage="accept") & IN_TIME),
        Tally("clock", OF_CITY & Q(stage="accept")),
        subjects=("area",),
        source=SOURCE,
    ),
)
