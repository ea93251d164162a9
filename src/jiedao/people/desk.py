"""/desk/people/: staff, posts, units, responsibilities and the ledger of changes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect

from jiedao.errors import Invalid, Refused
from jiedao.people import access, identifiers, ledger, roles, staff, totp, units, vault
from jiedao.people.gate import needs
from jiedao.people.models import Change, Post, Responsibility, Unit, User
from jiedao.people.pages import form, say
from jiedao.text import Text

PAGE = 50
manages = needs(staff.MANAGE)


def keyset(rows: QuerySet, request: HttpRequest, column: str = "pk", down: bool = True) -> tuple[list[Model], Any]:
    """(a page of rows, the `after` of the next page or None), ordered by `column`."""
    after = request.GET.get("after", "")
    if after and (column != "pk" or (after.isdecimal() and len(after) < 19)):
        rows = rows.filter(**{f"{column}__{'lt' if down else 'gt'}": after})
    page = list(rows.order_by(f"{'-' if down else ''}{column}")[: PAGE + 1])
    return page[:PAGE], getattr(page[PAGE - 1], column) if len(page) > PAGE else None


def a_unit(code: str, field: str = "unit") -> Unit | None:
    """The unit of a code as typed; None for nothing."""
    if not (code := code.strip()):
        return None
    found = Unit.objects.filter(code=code).first()
    if found is None:
        expected = Text("组织页上的编码", "a code from the page of units")
        raise Invalid(Text("没有这个组织。", "No such unit."), field=field, value=code, expected=expected)
    return found


def a_day(text: str, field: str = "start") -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        expected = Text("年-月-日，如 2025-06-17", "year-month-day, such as 2025-06-17")
        raise Invalid(Text("日期不对。", "This is not a date."), field=field, value=text, expected=expected) from error


def role_choices() -> list[tuple[str, Text]]:
    return [(role.code, role.name) for role in roles.ROLES.values() if role.code != "resident"]


def post_values(data: QueryDict) -> dict[str, Any]:
    """Arguments of staff.check_post from a form."""
    return {
        "role": data.get("role", ""),
        "unit": a_unit(data.get("unit", "")),
        "area": data.get("area", ""),
        "kinds": [kind for kind in data.get("kinds", "").replace(",", " ").split() if kind],
        "start": a_day(data.get("start", "")),
    }


def within(user: User) -> Q:
    """Users that somebody with people.manage may list: those with a post in his area, everybody for the whole city."""
    areas = access.scope(user, staff.MANAGE).areas
    found = Q()
    for area in areas:
        found |= Q(posts__area__startswith=area) if area else Q(pk__gt=0)
    return found if areas else Q(pk__in=())


def search(text: str) -> Q:
    """By a part of user name or name, or by a whole phone number."""
    found = Q(username__icontains=text) | Q(person__name__icontains=text)
    try:
        return found | Q(person__phone_key__in=vault.keys(identifiers.phone(text), "phone"))
    except Invalid:
        return found


@manages
def users(request: HttpRequest) -> HttpResponse:
    rows = User.objects.filter(within(request.user)).select_related("person").prefetch_related("posts__unit")
    asked = {name: request.GET.get(name, "").replace("\0", "")[:80] for name in ("q", "role", "unit")}
    if asked["q"]:
        rows = rows.filter(search(asked["q"]))
    if asked["role"]:
        rows = rows.filter(posts__role=asked["role"])
    if asked["unit"]:
        rows = rows.filter(posts__unit__code=asked["unit"])
    if not asked["q"]:
        rows = rows.filter(Q(posts__isnull=False) | Q(is_superuser=True))
    found, following = keyset(rows.distinct(), request)
    lines = [(user, [(roles.ROLES.get(p.role), p) for p in user.posts.all()]) for user in found]
    context = {"lines": lines, "following": following, "asked": asked, "roles": role_choices()}
    return form(request, "people/users.html", **context)


@manages
def new_user(request: HttpRequest) -> HttpResponse:
    choices = role_choices()
    if request.method != "POST":
        return form(request, "people/new_user.html", roles=choices)
    try:
        post = post_values(request.POST) if request.POST.get("role") else None
        wanted = {name: request.POST.get(name, "") for name in ("username", "name", "phone", "subject")}
        made, password = staff.do_create_user(request.user, **wanted, post=post)
    except Refused as refused:
        return form(request, "people/new_user.html", refused, roles=choices)
    return form(request, "people/new_user.html", made=made, password=password)


@manages
def user(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User.objects.select_related("person"), pk=pk)
    staff.check_manages(request.user, found)
    if request.method == "POST":
        try:
            done = _user_act(request, found)
        except Refused as refused:
            return _user_page(request, found, refused)
        return done or redirect("people:user", pk=pk)
    return _user_page(request, found)


def _user_act(request: HttpRequest, found: User) -> HttpResponse | None:
    """One button of the user's page; a temporary password is shown at once, any other act leads back to the page."""
    act, reason = request.POST.get("act", ""), request.POST.get("reason", "")
    if act == "password":
        return _user_page(request, found, password=staff.do_reset_password(request.user, found, reason))
    if act == "add_post":
        staff.do_add_post(request.user, found, reason, **post_values(request.POST))
    elif act == "end_post":
        number = request.POST.get("post", "")
        post = get_object_or_404(Post, pk=number if number.isdecimal() else 0, user=found)
        staff.do_end_post(request.user, post, reason)
    elif act == "second_factor":
        staff.do_reset_second_factor(request.user, found, reason)
    elif act in ("close", "open"):
        staff.do_set_active(request.user, found, act == "open", reason)
    else:
        raise Invalid(Text("没有这个操作。", "No such act."), field="act", value=act)
    say(request, "已保存。", "Saved.")
    return None


def _user_page(request: HttpRequest, found: User, refused: Refused | None = None, **more: Any) -> HttpResponse:
    held = found.posts.select_related("unit").order_by("-pk")
    context = {
        "found": found,
        "masked": ledger.masked(found.person, ("phone", "email")) if found.person else {},
        "posts": [(roles.ROLES.get(post.role), post) for post in held],
        "second": totp.device(found),
        "roles": role_choices(),
        "changes": Change.objects.filter(subject=f"user:{found.pk}").order_by("-pk")[:20],
    }
    return form(request, "people/user.html", refused, **context, **more)


@manages
def unit_tree(request: HttpRequest) -> HttpResponse:
    """One level of the tree, or what a search finds."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:80]
    above = a_unit(request.GET.get("under", ""), "under")
    rows = Unit.objects.filter(Q(name__icontains=text) | Q(code__startswith=text)) if text else Unit.objects
    if not text:
        rows = rows.filter(parent=above)
    found, following = keyset(rows.select_related("parent"), request, "code", down=False)
    trail: list[Unit] = []
    step = above
    while step:
        trail, step = [step, *trail], step.parent
    lines = [(units.TIER_NAMES[unit.tier], unit) for unit in found]
    context = {"lines": lines, "following": following, "trail": trail, "above": above, "q": text}
    return form(request, "people/units.html", **context)


def unit_values(data: QueryDict) -> dict[str, Any]:
    plain = ("code", "name", "name_en", "tier", "area", "duty", "credit_code", "phone")
    values: dict[str, Any] = {name: data.get(name, "") for name in plain}
    return values | {"parent": a_unit(data.get("parent", ""), "parent"), "active": bool(data.get("active"))}


def _unit_form(request: HttpRequest, found: Unit | None, given: dict[str, Any]) -> HttpResponse:
    context: dict[str, Any] = {"found": found, "tiers": list(units.TIER_NAMES.items())}
    if request.method != "POST":
        return form(request, "people/unit.html", given=given, **context)
    try:
        saved = staff.do_unit(request.user, unit_values(request.POST), found, request.POST.get("reason", ""))
    except Refused as refused:
        return form(request, "people/unit.html", refused, **context)
    say(request, "已保存。", "Saved.")
    return redirect("people:unit", pk=saved.pk)


@manages
def new_unit(request: HttpRequest) -> HttpResponse:
    return _unit_form(request, None, {"parent": request.GET.get("under", ""), "active": True})


@manages
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Unit.objects.select_related("parent"), pk=pk)
    plain = ("code", "name", "name_en", "tier", "area", "duty", "credit_code", "phone", "active")
    given = {name: getattr(found, name) for name in plain}
    return _unit_form(request, found, given | {"parent": found.parent.code if found.parent else ""})


@manages
def responsibilities(request: HttpRequest) -> HttpResponse:
    """The rows; a POST ends one."""
    if request.method == "POST":
        number = request.POST.get("row", "")
        row = get_object_or_404(Responsibility.objects.select_related("unit"), pk=number if number.isdecimal() else 0)
        staff.do_end_responsibility(request.user, row, request.POST.get("reason", ""))
        say(request, "已终止。", "Ended.")
        return redirect("people:responsibilities")
    asked = {name: request.GET.get(name, "").replace("\0", "")[:40] for name in ("kind", "area", "unit")}
    terms = {"kind": "kind", "area": "area__startswith", "unit": "unit__code"}
    rows = Responsibility.objects.filter(**{terms[name]: value for name, value in asked.items() if value})
    found, following = keyset(rows.select_related("unit"), request)
    return form(request, "people/responsibilities.html", rows=found, following=following, asked=asked)


@manages
def new_responsibility(request: HttpRequest) -> HttpResponse:
    data = request.POST
    if request.method != "POST":
        return form(request, "people/responsibility.html")
    try:
        values: dict[str, Any] = {name: data.get(name, "") for name in ("kind", "category", "duty", "area")}
        values |= {"unit": a_unit(data.get("unit", "")), "start": a_day(data.get("start", ""))}
        staff.do_add_responsibility(request.user, values, data.get("reason", ""))
    except Refused as refused:
        return form(request, "people/responsibility.html", refused)
    say(request, "已增加。", "Added.")
    return redirect("people:responsibilities")


@needs("audit.view")
def changes(request: HttpRequest) -> HttpResponse:
    """Who changed what of people and units."""
    subject = request.GET.get("subject", "").replace("\0", "")[:160]
    rows = Change.objects.filter(subject=subject) if subject else Change.objects.all()
    found, following = keyset(rows, request)
    return form(request, "people/changes.html", rows=found, following=following, subject=subject)
