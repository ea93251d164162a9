"""From what was typed to a session: who is meant, the second factor, the lock-out page, where to go next."""

from __future__ import annotations

import math
import time
import unicodedata
from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate, login
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_otp import login as otp_login

from jiedao.errors import Invalid, TooMany
from jiedao.people import access, accounts, identifiers, roles, totp, vault
from jiedao.people.gate import wants_json
from jiedao.people.models import User
from jiedao.text import Text

PENDING = "sign_in_pending"
PENDING_SECONDS = 300
LANGUAGE_AGE = 365 * 86_400


def safe_next(request: HttpRequest) -> str:
    """The `next` of the request if it leads to a page of this site, else ''."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    here = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=here, require_https=request.is_secure())
    return wanted if safe else ""


def home(user: User) -> str:
    """Where this user's work starts: the page of the first post, the portal for a resident."""
    if user.is_superuser:
        return roles.ROLES["admin"].home
    held = [roles.ROLES[post.role].home for post in access.posts(user) if post.role in roles.ROLES]
    return held[0] if held else settings.LOGIN_REDIRECT_URL


def resolve(typed: str) -> str:
    """The username meant by a username or phone number.

    For nobody's it is a keyed hash, so that the lock-out counts it while no phone number lands in its table.
    """
    name = unicodedata.normalize("NFKC", typed).replace("\0", "").strip()[:254]
    if User.objects.filter(username=name).exists():
        return name
    try:
        known = accounts.user_with_phone(identifiers.phone(name))
    except Invalid:
        known = None
    return known.username if known else f"?{vault.key(name, 'sign-in')}"


def check(request: HttpRequest, typed: str, password: str) -> User | None:
    """The user, or None; guesses are counted by user and address (django-axes)."""
    return authenticate(request, username=resolve(typed), password=password[:1024])


def begin(request: HttpRequest, user: User, after: str) -> HttpResponse:
    """The password was right: on to the code where the user has a second factor, else in."""
    if totp.device(user) is None:
        return finish(request, user, after)
    request.session.cycle_key()
    request.session[PENDING] = {
        "user": user.pk,
        "backend": user.backend,
        "after": after,
        "until": time.time() + PENDING_SECONDS,
    }
    return HttpResponseRedirect(resolve_url("people:code"))


def pending(request: HttpRequest) -> tuple[User, str] | None:
    """Who passed the password and owes the code, and where to go then; None when it took too long."""
    kept = request.session.get(PENDING)
    if not kept or kept["until"] < time.time():
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    if user:
        user.backend = kept["backend"]
    return (user, kept["after"]) if user else None


def finish(request: HttpRequest, user: User, after: str, device: Any = None) -> HttpResponse:
    """A new session key, the person's language where this browser has chosen none, and away."""
    request.session.pop(PENDING, None)
    login(request, user, backend=getattr(user, "backend", None))
    if device is not None:
        otp_login(request, device)
    answer = HttpResponseRedirect(after or home(user))
    if user.person and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        remember_language(answer, user.person.language)
    return answer


def remember_language(answer: HttpResponse, language: str) -> None:
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=LANGUAGE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )


def locked_out(request: HttpRequest, _response: HttpResponse | None, credentials: dict | None) -> HttpResponse:
    """What django-axes answers once the guesses are used up: a page that says when to try again."""
    username = (credentials or {}).get("username")
    tried = AccessAttempt.objects.filter(username=username, ip_address=request.axes_ip_address)
    last = tried.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    until: Any = last + settings.AXES_COOLOFF_TIME
    wait = max(timedelta(seconds=1), until - timezone.now())
    minutes = math.ceil(wait.total_seconds() / 60)
    refused = TooMany(
        Text("密码试错次数太多，已暂停登录。", "Too many wrong passwords: signing in is paused."),
        field="username",
        expected=Text(f"{minutes} 分钟后再试", f"try again in {minutes} min"),
        code="locked_out",
    )
    if wants_json(request):
        answer: HttpResponse = JsonResponse(refused.as_dict(), status=refused.status)
    else:
        context = {"until": until, "refused": refused}
        answer = render(request, "people/locked_out.html", context, status=refused.status)
    answer["Retry-After"] = str(math.ceil(wait.total_seconds()))
    return answer
