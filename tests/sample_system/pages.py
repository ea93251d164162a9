"""One page a shell, each with its gate."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from jiedao.cases import queries
from jiedao.errors import Invalid, Refused
from jiedao.measures.compute import Frame, Period, compute
from jiedao.people.gate import needs, public
from jiedao.text import Text
from tests.sample_system.actions import do_ask
from tests.sample_system.flow import PLANT
from tests.sample_system.indicators import INDICATORS
from tests.sample_system.kinds import TREES, classes
from tests.sample_system.models import Tree


@public
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form; what was typed stays when a value is wrong."""
    wrong: Refused | None = None
    if request.method == "POST":
        try:
            filed = _ask(request)
        except Refused as refused:
            wrong = refused
        else:
            text = Text("已收到，编号 {code}", "Received: {code}").format(code=filed.code)
            messages.success(request, str(text))
            return redirect("sample-portal:ask")
    given = {"given": request.POST, "wrong": {wrong.field: wrong} if wrong else {}, "refused": wrong}
    page = given | {"species": classes(), "trees": Tree.objects.count()}
    return render(request, "sample/ask.html", page, status=wrong.status if wrong else 200)


def _ask(request: HttpRequest):
    person = getattr(request.user, "person", None)
    try:
        lon, lat = float(request.POST.get("lon", "")), float(request.POST.get("lat", ""))
    except ValueError as error:
        raise Invalid(Text("请在图上选择地点", "Choose the place on the map"), field="place") from error
    return do_ask(
        person, lon=lon, lat=lat, species=request.POST.get("species", ""), text=request.POST.get("text", ""),
        count=request.POST.get("count", "1"),
    )  # fmt: skip


@needs("case.handle")
@require_GET
def to_plant(request: HttpRequest) -> HttpResponse:
    page = queries.page(request.user, kind=TREES.code, states=("tree_agreed",))
    return render(request, "sample/to_plant.html", {"cases": page.cases})


@needs(PLANT)
@require_GET
def to_answer(request: HttpRequest) -> HttpResponse:
    page = queries.page(request.user, kind=TREES.code, states=("tree_asked",))
    return render(request, "sample/to_answer.html", {"cases": page.cases})


@needs("plan.view")
@require_GET
def nurseries(request: HttpRequest) -> HttpResponse:
    return render(request, "sample/nurseries.html", {"trees": Tree.objects.count()})


@needs("measure.view")
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    found = compute(INDICATORS, Frame(Period.last_days(90)))[None]
    return render(request, "sample/figures.html", {"measures": found.values()})
