"""The resident's way in: report a problem, with the class proposed and neighbours' reports shown before sending."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jiedao.cases import intake
from jiedao.cases.intake import Filed
from jiedao.cases.views import TOKENS
from jiedao.config.options import options
from jiedao.errors import Refused
from jiedao.people import throttle
from jiedao.people.gate import public
from jiedao.rules.store import value
from jiedao.systems.city_management import offers
from jiedao.systems.city_management.report_form import Draft, Errors, keep_photos, kept_photos, read
from jiedao.systems.city_management.triage import triager
from jiedao.text import Text

TOKENS_KEPT = 50
REPORTS_AN_HOUR = 60
ALREADY = Text(
    "这张表刚才已经提交过。要报另一件事，请再按一次“提交”；要补充，请打开“我的上报”。",
    "This form was sent already. To report something else, press Send again; to add to it, open My reports.",
)


def person_of(request: HttpRequest) -> Any:
    return getattr(request.user, "person", None) if request.user.is_authenticated else None


@public
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The form; a POST files it once, however often it comes."""
    if request.method != "POST":
        return form(request, Draft.fresh(lon=request.GET.get("lon", "")[:24], lat=request.GET.get("lat", "")[:24]))
    draft, errors = Draft.of(request), Errors()
    person = None if draft.anonymous else person_of(request)
    keep_photos(request.FILES.getlist("photos"), draft, None, errors)
    new = read(draft, errors, channel="portal", person=person)
    if new is None:
        return form(request, draft, errors)
    try:
        throttle.per_address(request, "report", REPORTS_AN_HOUR, 3600)
        filed = intake.submit(new)
    except Refused as refused:
        return form(request, draft, {_field(draft, refused): refused})
    remember(request, filed.token)
    if draft.join and filed.merged:
        messages.success(
            request, Text("您已加入这件案卷，进展会一并告诉您。", "You joined this case and will hear of it.")
        )
    return redirect("city_management-portal:done", code=filed.code)


def _field(draft: Draft, refused: Refused) -> str:
    """Where a refusal of intake belongs; a form sent twice with other words gets a new key."""
    if refused.code == "key_reused":
        draft.key = Draft.fresh().key
        refused.text = ALREADY
        return ""
    return refused.field or ""


def remember(request: HttpRequest, token: str) -> None:
    """So that this browser finds its reports again, signed in or not."""
    held = [kept for kept in request.session.get(TOKENS, []) if kept != token]
    request.session[TOKENS] = [*held, token][-TOKENS_KEPT:]


def form(request: HttpRequest, draft: Draft, errors: Errors | None = None) -> HttpResponse:
    errors = errors or {}
    context = offers.context(draft) | {
        "draft": draft,
        "errors": errors,
        "person": person_of(request),
        "kept": kept_photos(draft, None),
        "most": value("cases.photos_max"),
        "megabytes": options().upload_mb,
        "longest": value("cases.text_max"),
        "groups": offers.groups(),
    }
    status = next((refused.status for refused in errors.values()), 200)
    return render(request, "city_management/portal/report.html", context, status=status)


@public
@require_POST
def guess(request: HttpRequest) -> HttpResponse:
    """What the form would be filed as, as it stands: a part of the page. The form asks once as it opens, so that a
    fresh process has learned its classes by the time somebody types."""
    triager()
    context = offers.context(Draft.of(request))
    context["picked"] = getattr(request.htmx, "trigger", "") == "smalls"
    return render(request, "city_management/portal/_proposal.html", context)


@public
@require_GET
def classes(request: HttpRequest) -> HttpResponse:
    """The picker's list: of a big class, or by words."""
    q, big = request.GET.get("q", "").replace("\0", ""), request.GET.get("big", "")
    context = {"bigs": offers.bigs(), "found": offers.search(q, big), "q": q.strip(), "big": big}
    return render(request, "city_management/portal/_classes.html", context)


def token_link(request: HttpRequest, filed: Filed | Any) -> str:
    """The address by which somebody without a sign-in comes back."""
    return request.build_absolute_uri(reverse("city_management-portal:token", args=[filed.token]))
