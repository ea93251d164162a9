"""The questions of GET requests and GET servicerequestupdates: parameters read, cases found."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from jiedao.cases import queries
from jiedao.cases.models import Case
from jiedao.errors import Invalid, Missing
from jiedao.gateway.open311 import reading
from jiedao.people.models import User
from jiedao.rules.store import value
from jiedao.text import Text

MANY = 100
"""Values in one list of codes."""
DEEPEST = 10_000
"""How far pages reach; beyond, dates are narrowed."""
PAGE = 50
DATE = Text("如 2026-06-15T09:00:00+08:00", "such as 2026-06-15T09:00:00+08:00")


def moment(request: HttpRequest, name: str) -> datetime | None:
    """A W3C date and time; without an offset it is local, a bare date begins at midnight. Raises Invalid."""
    given = request.GET.get(name, "").strip().replace(" ", "+")
    if not given:
        return None
    try:
        found = parse_datetime(given)
        if found is None and (day := parse_date(given)):
            found = datetime(day.year, day.month, day.day)
        if found is not None:
            found = found if timezone.is_aware(found) else timezone.make_aware(found)
            if 1970 <= found.year <= 2200:
                return found
    except (ValueError, OverflowError):
        pass
    raise Invalid(Text("日期时间有误。", "This is no date and time."), field=name, value=given, expected=DATE)


def number(request: HttpRequest, name: str, default: int, most: int) -> int:
    given = request.GET.get(name, "").strip()
    if not given:
        return default
    if not (given.isascii() and given.isdigit() and len(given) < 10 and 1 <= int(given) <= most):
        expected = Text(f"1 到 {most}", f"1 to {most}")
        raise Invalid(Text("应为整数。", "This must be a whole number."), field=name, value=given, expected=expected)
    return int(given)


def listed(request: HttpRequest, name: str) -> list[str]:
    """A list of codes with commas."""
    found = [code.strip() for code in request.GET.get(name, "").replace("\0", "").split(",") if code.strip()]
    if len(found) > MANY:
        expected = Text(f"最多 {MANY} 个", f"{MANY} at most")
        raise Invalid(Text("太多了。", "Too many."), field=name, value=len(found), expected=expected)
    return found


def truth(request: HttpRequest, name: str) -> bool:
    return request.GET.get(name, "").lower() in ("true", "1")


def requests(request: HttpRequest, user: User | None) -> list[dict[str, Any]]:
    """GET requests: newest first. Given ids override everything else, as the standard has it."""
    rows = Case.objects.select_related("unit").defer("form", "triage")
    extended = truth(request, "extensions")
    if codes := [code for code in listed(request, "service_request_id") if code.isascii()]:
        return reading.records(rows.filter(code__in=codes).order_by("-pk"), user, extended)
    return reading.records(_window(request, rows.filter(_terms(request))), user, extended)


def _terms(request: HttpRequest) -> Q:
    status = request.GET.get("status", "").strip().lower()
    wanted = set(status.split(",")) if status else {"open", "closed"}
    if not wanted <= {"open", "closed"}:
        expected = Text("open、closed", "open, closed")
        raise Invalid(Text("状态有误。", "There is no such status."), field="status", value=status, expected=expected)
    found = reading.shown(status=wanted.pop() if len(wanted) == 1 else "")
    if codes := listed(request, "service_code"):
        found &= Q(category__in=codes)
    for name, term in (("updated_after", "state_at__gte"), ("updated_before", "state_at__lte")):
        if bound := moment(request, name):
            found &= Q(**{term: bound})
    return found


def _window(request: HttpRequest, rows: QuerySet[Case]) -> QuerySet[Case]:
    """The dates, by default the last days of the rule; then the page, or as many as the rule allows."""
    start, end = span(request, value("gateway.open311_days"))
    rows = rows.filter(opened_at__gte=start, opened_at__lte=end).order_by("-opened_at", "-pk")
    most = value("gateway.open311_most")
    if not {"page", "page_size"} & set(request.GET):
        return rows[:most]
    size = number(request, "page_size", PAGE, most)
    page = number(request, "page", 1, max(1, DEEPEST // size))
    return rows[(page - 1) * size : page * size]


def span(request: HttpRequest, days: int, most: int | None = None) -> tuple[datetime, datetime]:
    """start_date and end_date; where one is missing it lies `days` from the other. Raises Invalid for a wrong order, or
    more than `most` days."""
    start, end = moment(request, "start_date"), moment(request, "end_date")
    now = timezone.now()
    end = end or (min(now, start + timedelta(days=days)) if start else now)
    start = start or end - timedelta(days=days)
    if end < start and request.GET.get("end_date"):
        text = Text("结束早于开始。", "The end lies before the start.")
        raise Invalid(text, field="end_date", value=request.GET["end_date"])
    if most is not None and end - start > timedelta(days=most):
        expected = Text(f"不超过 {most} 天", f"{most} days at most")
        raise Invalid(Text("时间范围太长。", "This span is too long."), field="start_date", expected=expected)
    return start, end


def one(code: str, user: User | None) -> Case:
    """The case of an id, if the caller may see it. Raises Missing."""
    case = None
    if code.isascii() and queries.CODE.fullmatch(code):
        case = Case.objects.select_related("unit").filter(code=code).first()
    if case is None or not reading.seen([case], user).may(case):
        text = Text("没有这个 service_request_id。", "There is no such service_request_id.")
        raise Missing(text, field="service_request_id", value=code)
    return case
