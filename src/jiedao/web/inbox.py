"""/messages/: what the house has told somebody who is signed in; opening the page does not mark, the button does."""

from __future__ import annotations

from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from jiedao.cases import notices
from jiedao.people.gate import signed_in

PAGE = 30


@signed_in
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Newest first, `?after=` the id of the last one seen."""
    after = request.GET.get("after", "")
    rows = notices.of(request.user)
    if after.isascii() and after.isdigit():
        rows = rows.filter(pk__lt=int(after[:18]))
    found = list(rows[: PAGE + 1])
    items = [_item(notice) for notice in found[:PAGE]]
    following = found[PAGE - 1].pk if len(found) > PAGE else None
    return render(request, "web/inbox.html", {"items": items, "next": following})


@signed_in
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    notices.mark_read(request.user)
    return redirect("inbox")


def _item(notice: notices.Notice) -> SimpleNamespace:
    subject, body = notices.render(notice)
    return SimpleNamespace(
        subject=subject, body=body, at=notice.created_at, new=notice.read_at is None, case=notice.case
    )
