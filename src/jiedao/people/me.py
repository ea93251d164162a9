"""/me/: one's own data, password, second factor, consents, who read it; taking it along and leaving."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_otp import login as otp_login

from jiedao.errors import Invalid, Refused
from jiedao.people import accounts, consents, erasure, export, ledger, roles, signin, throttle, totp
from jiedao.people.access import posts
from jiedao.people.gate import signed_in
from jiedao.people.models import Person, Reading
from jiedao.people.pages import form, say
from jiedao.text import LANGUAGES, Text

PAGE = 50
KEPT = "totp_key"


def own(request: HttpRequest) -> Person:
    """The signed-in user's person; made at once for a sign-in that has none, without saving."""
    return request.user.person or Person(name=request.user.username)


@signed_in
def account(request: HttpRequest) -> HttpResponse:
    """Masked; a POST of `show` opens the values on this one answer."""
    person = own(request)
    shown = request.method == "POST" and "show" in request.POST
    values = {f: ledger.opened(person, f) for f in ledger.FIELDS} if shown else ledger.masked(person)
    rows = [(ledger.FIELDS[field], value) for field, value in values.items() if field != "community"]
    held = [(roles.ROLES[p.role].name, p) for p in posts(request.user) if p.role in roles.ROLES]
    context = {"person": person, "rows": rows, "shown": shown, "posts": held, "second": totp.device(request.user)}
    return render(request, "people/me.html", context)


@signed_in
def edit(request: HttpRequest) -> HttpResponse:
    person = own(request)
    if request.method == "POST":
        try:
            saved = accounts.do_account(request.user, request.POST.dict())
        except Refused as refused:
            return form(request, "people/edit.html", refused, languages=LANGUAGES)
        say(request, "已保存。", "Saved.")
        answer = redirect("people:me")
        signin.remember_language(answer, saved.language)
        answer.set_cookie("jiedao_size", "large" if saved.large_type else "normal", max_age=signin.LANGUAGE_AGE)
        return answer
    given = {f: ledger.opened(person, f) for f in ("name", "email", "address")}
    given |= {"language": person.language, "large_type": person.large_type}
    return form(request, "people/edit.html", given=given, languages=LANGUAGES)


@signed_in(early=True)
@sensitive_post_parameters()
def password(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        fields = [request.POST.get(name, "") for name in ("old", "password", "again")]
        try:
            throttle.limit("password", str(request.user.pk), 10, 900)
            accounts.do_change_password(request.user, *fields)
        except Refused as refused:
            return form(request, "people/password.html", refused)
        update_session_auth_hash(request, request.user)
        say(request, "密码已更改，其他设备已退出。", "Password changed; other devices are signed out.")
        return redirect("people:me")
    return form(request, "people/password.html", temporary=request.user.must_change_password)


@signed_in(early=True)
@sensitive_post_parameters()
def second_factor(request: HttpRequest) -> HttpResponse:
    """Set up, renew recovery codes, or switch off."""
    user, act = request.user, request.POST.get("act", "")
    held = totp.device(user)
    left = user.recovery_codes.filter(used_at=None).count()
    context = {"held": held, "left": left, "must": totp.required(user), "stale": held and not user.is_verified()}
    try:
        if request.method == "POST" and act == "set_up" and not held:
            return _set_up(request)
        if request.method == "POST" and held:
            return _change(request, act)
    except Refused as refused:
        return form(request, "people/totp.html", refused, **context, **_offer(request, held))
    return form(request, "people/totp.html", **context, **_offer(request, held))


def _offer(request: HttpRequest, held: Any) -> dict[str, Any]:
    if held:
        return {}
    secret = request.session.setdefault(KEPT, totp.new_secret())
    return {"qr": totp.qr(request.user, secret), "secret": totp.secret_text(secret)}


def _set_up(request: HttpRequest) -> HttpResponse:
    secret = request.session.get(KEPT)
    if not secret:
        raise Invalid(Text("请重新扫描二维码。", "Please scan the code again."), field="code")
    throttle.limit("totp", str(request.user.pk), 10, 300)
    device, fresh = totp.do_set_up(request.user, secret, request.POST.get("code", ""))
    del request.session[KEPT]
    otp_login(request, device)
    return render(request, "people/totp.html", {"held": device, "codes": fresh, "left": len(fresh)})


def _change(request: HttpRequest, act: str) -> HttpResponse:
    """Each change asks for a code once more, so that an unattended browser cannot make it."""
    throttle.limit("totp", str(request.user.pk), 10, 300)
    device = totp.check_code(request.user, request.POST.get("code", ""))
    if act == "remove":
        totp.check_remove(request.user, request.POST.get("password", ""))
        totp.do_remove(request.user)
        say(request, "二次验证已关闭。", "The second factor is off.")
        return redirect("people:me")
    otp_login(request, device)
    if act == "codes":
        fresh = totp.do_recovery_codes(request.user)
        return render(request, "people/totp.html", {"held": device, "codes": fresh, "left": len(fresh)})
    return redirect(signin.home(request.user))


@signed_in
def readings(request: HttpRequest) -> HttpResponse:
    """Who opened my data, latest first; `after` is the id of the last row of the page before."""
    rows = Reading.objects.filter(subject=request.user.person_id).order_by("-pk")
    after = request.GET.get("after", "")
    if after.isdecimal() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    page = list(rows[: PAGE + 1])
    following = page[PAGE - 1].pk if len(page) > PAGE else None
    lines = [(row, [ledger.FIELDS.get(field, field) for field in row.fields]) for row in page[:PAGE]]
    return render(request, "people/readings.html", {"lines": lines, "following": following})


@signed_in
def consent(request: HttpRequest) -> HttpResponse:
    person = own(request)
    if request.method == "POST":
        if person.pk is None:
            person = accounts.do_account(request.user, {"name": person.name})
        act = consents.do_grant if request.POST.get("act") == "grant" else consents.do_withdraw
        act(person, request.POST.get("purpose", ""))
        say(request, "已记录。", "Recorded.")
        return redirect("people:consents")
    held: dict[str, Any] = {}
    if person.pk:
        held = {row.purpose: row for row in person.consents.filter(consents.in_force(timezone.now()))}
    rows = [(purpose, held.get(code)) for code, purpose in consents.PURPOSES.items()]
    return render(request, "people/consents.html", {"rows": rows})


@signed_in
@require_POST
def download(request: HttpRequest) -> HttpResponse:
    throttle.limit("export", str(request.user.pk), 10, 3600)
    name = f"jiedao-{timezone.localdate():%Y%m%d}.zip"
    return HttpResponse(
        export.build(own(request)),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@signed_in
@sensitive_post_parameters()
def erase(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return form(request, "people/erase.html")
    try:
        throttle.limit("erase", str(request.user.pk), 10, 900)
        if not request.POST.get("sure"):
            raise Invalid(Text("请确认您明白。", "Please confirm that you understand."), field="sure")
        erasure.check_erase(request.user, request.POST.get("password", ""))
        erasure.do_erase(request.user)
    except Refused as refused:
        return form(request, "people/erase.html", refused)
    logout(request)
    say(request, "您的账号和个人信息已删除。", "Your account and personal data are erased.")
    return redirect(settings.LOGIN_REDIRECT_URL)
