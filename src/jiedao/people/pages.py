"""Coming in and going out: sign-in, second factor, registration, sign-out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from jiedao.errors import Invalid, Refused
from jiedao.people import accounts, codes, identifiers, oidc, signin, throttle, totp
from jiedao.people.gate import public
from jiedao.text import Text

WRONG = Text("用户名、手机号或密码不对。", "User name, phone number or password is wrong.")
HOUR = 3600
SECRET_FIELDS = frozenset({"password", "old", "again", "csrfmiddlewaretoken"})


def form(request: HttpRequest, template: str, refused: Refused | None = None, **context: Any) -> HttpResponse:
    """A form, or the form again: `wrong` holds the refusal by its field's name, `given` what was typed, no secrets."""
    wrong = {refused.field: refused} if refused and refused.field else {}
    given = {name: value for name, value in request.POST.items() if name not in SECRET_FIELDS} if refused else {}
    shown = {**context, "refused": refused, "wrong": wrong, "given": {**given, **context.get("given", {})}}
    return render(request, template, shown, status=refused.status if refused else 200)


def say(request: HttpRequest, zh: str, en: str) -> None:
    """A message on the next page."""
    messages.success(request, str(Text(zh, en)))


@public
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    after = signin.safe_next(request)
    if request.method == "POST":
        user = signin.check(request, request.POST.get("username", ""), request.POST.get("password", ""))
        if user is not None:
            return signin.begin(request, user, after)
        if getattr(request, "axes_locked_out", False):
            return HttpResponse(status=429)
        return _sign_in_form(request, after, Invalid(WRONG))
    if request.user.is_authenticated:
        return HttpResponseRedirect(after or signin.home(request.user))
    return _sign_in_form(request, after)


def _sign_in_form(request: HttpRequest, after: str, refused: Refused | None = None) -> HttpResponse:
    start = oidc.start_address(after) if oidc.enabled() else ""
    return form(request, "people/sign_in.html", refused, after=after, oidc=start)


@public
@never_cache
@sensitive_post_parameters("code")
def code(request: HttpRequest) -> HttpResponse:
    """The second step of signing in."""
    owed = signin.pending(request)
    if owed is None:
        say(request, "登录已超时，请重新开始。", "Signing in took too long: please start again.")
        return redirect("people:sign_in")
    if request.method == "POST":
        try:
            device = totp.check_code(owed[0], request.POST.get("code", ""))
        except Refused as refused:
            return form(request, "people/code.html", refused)
        return signin.finish(request, *owed, device=device)
    return form(request, "people/code.html")


@public
@never_cache
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        logout(request)
        say(request, "您已退出。", "You are signed out.")
        return redirect("people:sign_in")
    return render(request, "people/sign_out.html")


@public
@never_cache
@sensitive_post_parameters("password", "again")
def register(request: HttpRequest) -> HttpResponse:
    """A resident's own sign-in; with a sender of codes the phone is proved first."""
    context: dict[str, Any] = {"proves": codes.sender() is not None, "after": signin.safe_next(request)}
    if request.method != "POST":
        return form(request, "people/register.html", **context)
    try:
        throttle.per_address(request, "register", 20, HOUR)
        if context["proves"] and request.POST.get("act") == "send":
            return _send_code(request, context)
        return _register(request, context["proves"])
    except Refused as refused:
        return form(request, "people/register.html", refused, **context)


def _send_code(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    phone = identifiers.phone(request.POST.get("phone", ""))
    throttle.limit("code", phone, 5, HOUR)
    codes.send(request.session, phone)
    given = {"name": request.POST.get("name", ""), "phone": phone}
    return form(request, "people/register.html", **context, sent=True, given=given)


def _register(request: HttpRequest, proves: bool) -> HttpResponse:
    name, phone, password = (request.POST.get(field, "") for field in ("name", "phone", "password"))
    if password != request.POST.get("again", ""):
        raise Invalid(Text("两次输入的密码不一样。", "The two passwords do not match."), field="again")
    name, phone = accounts.check_register(name, phone, password)
    if proves:
        codes.check(request.session, phone, request.POST.get("code", ""))
    user = accounts.do_register(name, phone, password, verified=proves)
    user = authenticate(request, username=user.username, password=password) or user
    say(request, "注册成功。", "You are registered.")
    return signin.finish(request, user, signin.safe_next(request))
