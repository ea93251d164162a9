"""First pages of field, plans and board: for whoever may work there, the ways on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jiedao.people.gate import needs


@require_GET
@needs("case.view")
def field(request: HttpRequest) -> HttpResponse:
    return render(request, "web/field.html")


@require_GET
@needs("plan.view")
def plans(request: HttpRequest) -> HttpResponse:
    return render(request, "web/plans.html")


@require_GET
@needs("measure.view")
def board(request: HttpRequest) -> HttpResponse:
    return render(request, "web/board.html")
