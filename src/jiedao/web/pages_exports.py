"""Exports 导出: the tables that systems hand out, as CSV or XLSX, to whoever may have each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from jiedao.errors import Missing
from jiedao.people import access
from jiedao.people.gate import signed_in
from jiedao.registry import Export, registry
from jiedao.rules import value
from jiedao.text import Text
from jiedao.web.desk_export import answer, safe


def offered(user: Any) -> list[Export]:
    """What this user may take, of every system."""
    return [export for export in registry().collect("exports") if access.can(user, export.permission)]


@signed_in
@require_GET
def exports(request: HttpRequest) -> HttpResponse:
    return render(request, "web/desk/exports.html", {"exports": offered(request.user)})


@signed_in
@require_GET
def export(request: HttpRequest, code: str, form: str) -> HttpResponse | StreamingHttpResponse:
    """One table; at most `web.export_rows` lines."""
    found = next((one for one in registry().collect("exports") if one.code == code), None)
    if found is None or form not in ("csv", "xlsx"):
        raise Missing(Text("没有这张表。", "There is no such table."), field="code", value=code)
    access.require(request.user, found.permission)
    return answer(_lines(found, request.user), form, found.code, str(found.name))


def _lines(export: Export, user: Any) -> Iterator[list[Any]]:
    yield [str(column) for column in export.columns]
    for row in islice(export.rows(user), value("web.export_rows")):
        yield [safe(_plain(cell)) for cell in row]


def _plain(cell: Any) -> Any:
    return f"{timezone.localtime(cell):%Y-%m-%d %H:%M}" if isinstance(cell, datetime) else cell
