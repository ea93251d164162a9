"""A case as a resident reads it: six public stations, what happens next, what may be told to whom."""

from __future__ import annotations

from typing import Any

from jiedao.cases import timeline as kernel
from jiedao.cases.models import Attachment, Case, Report
from jiedao.cases.reporters import LABEL
from jiedao.cases.timeline import TimelineItem
from jiedao.text import Text

STATIONS = (
    Text("上报", "Reported"),
    Text("立案", "Filing"),
    Text("派遣", "Sending"),
    Text("处置", "Work"),
    Text("核查", "Check"),
    Text("结案", "Closing"),
)
AT = {
    "reported": 2, "pre_filing_check": 2, "filed": 3, "to_dispatch": 3, "to_handle": 4, "handling": 4, "rework": 4,
    "suspended": 4, "handled": 5, "dept_confirmed": 5, "pre_closing_check": 5, "to_close": 6, "closed": 7,
}  # fmt: skip
"""State → the station where the case stands, counted from 1; behind the last when it is closed."""

NEXT = {
    "reported": Text("受理员正在看您的上报，属实就立案。", "An acceptor is reading it and files it if it holds."),
    "pre_filing_check": Text("采集员会先到现场看一看。", "A collector goes and looks first."),
    "filed": Text("已立案，接下来确定由哪个单位处置。", "It is filed; next, a unit is chosen to handle it."),
    "to_dispatch": Text("已立案，正在确定由哪个单位处置。", "It is filed; a unit is being chosen to handle it."),
    "to_handle": Text("已交给责任单位，等待安排人员。", "The responsible unit has it and will send somebody."),
    "handling": Text("处置人员正在办理，办完会上传照片。", "Somebody is working on it; a photo follows when done."),
    "handled": Text("处置人员说办好了，单位正在确认。", "The worker says it is done; the unit is confirming."),
    "dept_confirmed": Text("单位说办好了，接下来核查。", "The unit says it is done; next it is checked."),
    "pre_closing_check": Text("采集员会到现场核查是否真的办好。", "A collector goes and checks that it is done."),
    "to_close": Text("核查已通过，正在结案。", "The check is passed; it is being closed."),
    "rework": Text("核查没有通过，正在发回返工。", "It did not pass the check and goes back for rework."),
    "suspended": Text("暂时办不了，已挂账；条件具备后继续。", "It cannot be done now; work goes on when it can."),
    "closed": Text("已办结。", "It is done."),
    "rejected": Text("没有立案，理由见下方。", "It was not filed; the reason is below."),
    "merged": Text("已并入另一件案卷。", "It was merged into another case."),
}

GRADES = (
    (5, Text("非常满意", "Very satisfied")),
    (4, Text("满意", "Satisfied")),
    (3, Text("基本满意", "Mostly satisfied")),
    (2, Text("不满意", "Dissatisfied")),
    (1, Text("非常不满意", "Very dissatisfied")),
)


def station(case: Case) -> int:
    """0 for a case that is on no line: rejected, merged."""
    return AT.get(case.state, 0)


def story(case: Case, report: Report | None) -> list[TimelineItem]:
    """The timeline for whoever reported it (their own words, none of other reporters'); for others only what was done,
    without any words."""
    items = kernel.timeline(case, public=True)
    own = set()
    if report is not None:
        own = set(case.entries.filter(data__report=report.pk).values_list("at", flat=True))
    return [item for item in (_told(item, item.at in own, report is not None) for item in items) if item]


def _told(item: TimelineItem, mine: bool, reporter: bool) -> TimelineItem | None:
    if item.actor == LABEL:
        if item.step == "comment" and not mine:
            return None
        item.actor = str(Text("我", "Me")) if mine else ""
        item.note = item.note if mine else ""
    elif not reporter:
        item.note = ""
    return item


def pair(items: list[TimelineItem]) -> tuple[Attachment, Attachment] | None:
    """A photo from before and the last one from after, side by side."""
    photos = [photo for item in items for photo in item.photos if photo.width]
    before = next((photo for photo in photos if photo.purpose == "before"), None)
    after = next((photo for photo in reversed(photos) if photo.purpose in ("after", "check")), None)
    return (before, after) if before and after else None


def facts(case: Case) -> dict[str, Any]:
    """What every page of a case shows."""
    current = station(case)
    return {
        "case": case,
        "stations": [(name, "done" if n < current else "now" if n == current else "next")
                     for n, name in enumerate(STATIONS, 1)] if current else [],
        "next": NEXT.get(case.state),
    }  # fmt: skip
