"""First pages of field and plans: what waits, and for whoever may work there, the ways on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from jiedao.cases import kinds, queries
from jiedao.cases.models import Case
from jiedao.people.gate import needs
from jiedao.web.desk_flow import waiting

FIRST = 5


@needs("case.view")
@require_GET
def field(request: HttpRequest) -> HttpResponse:
    """The cases that wait for this user, nearest deadline first, then the pages of the systems."""
    states = waiting(request.user)
    page = queries.page(request.user, states=states, size=FIRST, order="due") if states else None
    urgent = [(case, _named(case), _address(case)) for case in page.cases] if page else []
    return render(request, "web/field.html", {"urgent": urgent, "total": page.total_hint if page else 0})


def _named(case: Case) -> str:
    return str(kinds.get(case.kind).class_name(case.category))


def _address(case: Case) -> str:
    """Its page outdoors, where its system has one."""
    try:
        return reverse(f"{kinds.get(case.kind).system}-field:case", args=[case.code])
    except NoReverseMatch:
        return reverse("desk-case", args=[case.code])


@needs("plan.view")
@require_GET
def plans(request: HttpRequest) -> HttpResponse:
    return render(request, "web/plans.html")
