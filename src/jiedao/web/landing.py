"""First pages of field and plans: for whoever may work there, the ways on."""

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
