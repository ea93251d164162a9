"""The filtered list as CSV or XLSX: no personal data, only so many rows, no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from jiedao.cases import kinds
from jiedao.cases.models import Case
from jiedao.city import areas
from jiedao.rules import value
from jiedao.text import Text
from jiedao.web.desk_filters import Filters

CHUNK = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")
COLUMNS = (
    Text("案卷号", "Code"),
    Text("标题", "Title"),
    Text("类别", "Class"),
    Text("状态", "State"),
    Text("区县", "District"),
    Text("街道", "Subdistrict"),
    Text("社区", "Community"),
    Text("地址", "Address"),
    Text("责任单位", "Unit"),
    Text("上报数", "Reports"),
    Text("立案时间", "Opened"),
    Text("当前时限", "Deadline"),
    Text("结束时间", "Ended"),
    Text("督办", "Supervised"),
    Text("返工次数", "Rework"),
    Text("评价", "Rating"),
)


def safe(cell: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front; OWASP's rule for CSV injection."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RUNS) else cell


def rows(filters: Filters) -> Iterator[list[Any]]:
    """Head and lines, page by page through the same query as the list."""
    yield [str(column) for column in COLUMNS]
    left, after = value("web.export_rows"), None
    while left > 0:
        page = filters.page(after=after, size=min(CHUNK, left))
        yield from ([safe(cell) for cell in _line(case)] for case in page.cases)
        left, after = left - len(page.cases), page.next
        if after is None:
            return


def _line(case: Case) -> list[Any]:
    kind = kinds.get(case.kind)
    state = kind.flow.by_state.get(case.state)
    places = [str(areas.name(code)) if code else "" for code in (case.district, case.subdistrict, case.community)]
    times = [_time(moment) for moment in (case.opened_at, case.deadline, case.closed_at)]
    return [
        case.code, case.title, str(kind.class_name(case.category)), str(state.name) if state else case.state, *places,
        case.address, case.unit.name if case.unit else "", case.reports_count, *times, case.supervised, case.rework,
        case.rating if case.rating is not None else "",
    ]  # fmt: skip


def _time(moment: Any) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""


def as_csv(lines: Iterator[list[Any]]) -> Iterator[str]:
    """UTF-8 with a mark, so that office programs read the Chinese."""
    yield "\ufeff"
    for line in lines:
        out = io.StringIO()
        csv.writer(out).writerow(line)
        yield out.getvalue()


def as_xlsx(lines: Iterator[list[Any]], title: str) -> bytes:
    """Every text cell is typed as text, never guessed."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for line in lines:
        sheet.append([_cell(sheet, cell) for cell in line])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, cell: Any) -> Any:
    made = WriteOnlyCell(sheet, cell)
    if isinstance(cell, str):
        made.data_type = "s"
    return made


def answer(lines: Iterator[list[Any]], form: str, name: str, title: str) -> HttpResponse | StreamingHttpResponse:
    """These lines as a file to keep; `form` is csv or xlsx."""
    if form == "csv":
        found: Any = StreamingHttpResponse(as_csv(lines), content_type="text/csv; charset=utf-8")
    else:
        found = HttpResponse(as_xlsx(lines, title), content_type=XLSX)
    found["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localtime():%Y%m%d-%H%M}.{form}"'
    return found
