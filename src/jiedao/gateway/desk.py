"""/desk/keys/: which software may come in, since when, and how far."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from jiedao.errors import Invalid, Missing, Refused
from jiedao.gateway import keys
from jiedao.gateway.models import ApiKey
from jiedao.people import desk, staff
from jiedao.people.gate import needs
from jiedao.people.models import User
from jiedao.people.pages import form, say
from jiedao.text import Text

NO_ROLE = Text("无（只上报）", "none (reports only)")


@needs(staff.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def keys_page(request: HttpRequest) -> HttpResponse:
    """The list; POST makes, renews or revokes one. A fresh key is shown on the answer, and never again."""
    fresh, refused = None, None
    if request.method == "POST":
        try:
            fresh = _act(request)
        except Refused as error:
            refused = error
    users = User.objects.filter(desk.within(request.user)).values("pk")
    mine = Q(user__in=users) | Q(created_by=request.user)
    rows = ApiKey.objects.filter(mine).select_related("user__person").prefetch_related("user__posts").order_by("-pk")
    lines = [(row, [desk.roles.ROLES[p.role].name for p in row.user.posts.all()]) for row in rows[: desk.PAGE * 4]]
    context = {"lines": lines, "fresh": fresh, "roles": [("", NO_ROLE), *desk.role_choices()]}
    return form(request, "gateway/keys.html", refused, **context)


def _act(request: HttpRequest) -> dict[str, Any] | None:
    """{name, key} where a key was made."""
    if request.POST.get("act") == "create":
        return _create(request)
    number = request.POST.get("row", "")
    found = ApiKey.objects.select_related("user__person").filter(pk=number if number.isdecimal() else 0).first()
    if found is None:
        raise Missing(Text("没有这个密钥。", "There is no such key."), field="row")
    if request.POST.get("act") == "renew":
        return {"name": found.user.label, "key": keys.do_renew(request.user, found)}
    keys.do_revoke(request.user, found, request.POST.get("reason", ""))
    say(request, "密钥已停用。", "The key is revoked.")
    return None


def _create(request: HttpRequest) -> dict[str, Any]:
    data = request.POST
    rate = data.get("rate", "").strip()
    if rate and not (rate.isdecimal() and len(rate) < 7):
        raise Invalid(Text("应为整数。", "This must be a whole number."), field="rate", value=rate)
    kinds = [kind for kind in data.get("kinds", "").replace(",", " ").split() if kind]
    row, key = keys.do_create(
        request.user, data.get("username", ""), data.get("name", ""), area=data.get("area", ""), kinds=kinds,
        rate=int(rate) if rate else None, expires_on=desk.a_day(data.get("expires_on", ""), "expires_on"),
        post=desk.post_values(data) if data.get("role") else None,
    )  # fmt: skip
    return {"name": row.user.label, "key": key}
