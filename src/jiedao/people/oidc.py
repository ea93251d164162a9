"""Sign-in with an office's own directory (OpenID Connect) through mozilla-django-oidc; on when `oidc_issuer` is set.

Addresses come from the issuer's discovery document. Beyond the library's checks of signature, nonce, state and PKCE the
ID token must be from this issuer, for this client, and about the same subject as the user data. The claim `sub` finds
the sign-in; at the first visit one is made that holds no post. A name or e-mail from the directory never takes over a
sign-in that is there already: an administrator puts the `sub` on it.
"""

from __future__ import annotations

import secrets
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from jwt import PyJWTError
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

from jiedao.errors import Refused
from jiedao.people import signin
from jiedao.people.accounts import clean_text
from jiedao.people.gate import public
from jiedao.people.models import Person, User
from jiedao.text import Text

TIMEOUT_S = 10
ENDPOINTS = {
    "OIDC_OP_AUTHORIZATION_ENDPOINT": "authorization_endpoint",
    "OIDC_OP_TOKEN_ENDPOINT": "token_endpoint",
    "OIDC_OP_USER_ENDPOINT": "userinfo_endpoint",
    "OIDC_OP_JWKS_ENDPOINT": "jwks_uri",
}
FAULTS = (SuspiciousOperation, PyJWTError, requests.RequestException, KeyError, ValueError)


class Unreachable(Refused):
    status, code = 502, "directory"


def enabled() -> bool:
    return bool(settings.OPTIONS.oidc_issuer and settings.OPTIONS.oidc_client_id)


@lru_cache(maxsize=2)
def discover(issuer: str) -> dict[str, Any]:
    """The issuer's discovery document; ValueError where it names another issuer or an address without TLS."""
    answer = requests.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", timeout=TIMEOUT_S)
    answer.raise_for_status()
    found = answer.json()
    if found.get("issuer", "").rstrip("/") != issuer.rstrip("/"):
        raise ValueError(f"{issuer} says it is {found.get('issuer')!r}")
    for name in ENDPOINTS.values():
        address = urlsplit(found[name])
        if address.scheme != "https" and address.hostname not in ("localhost", "127.0.0.1"):
            raise ValueError(f"{name} is not https")
    return found


def setting(attr: str, *default: Any) -> Any:
    """What the library asks of Django's settings, answered from options() and the discovery document."""
    if attr in ENDPOINTS:
        return discover(settings.OPTIONS.oidc_issuer)[ENDPOINTS[attr]]
    fixed = {
        "OIDC_RP_CLIENT_ID": settings.OPTIONS.oidc_client_id,
        "OIDC_RP_CLIENT_SECRET": settings.OPTIONS.oidc_client_secret,
        "OIDC_RP_SIGN_ALGO": "RS256",
        "OIDC_RP_SCOPES": "openid profile",
        "OIDC_USE_PKCE": True,
        "OIDC_TIMEOUT": TIMEOUT_S,
        "OIDC_AUTHENTICATION_CALLBACK_URL": "people:oidc_callback",
        "LOGIN_REDIRECT_URL_FAILURE": "/sign-in/",
    }
    return fixed[attr] if attr in fixed else getattr(settings, attr, *default)


class Backend(OIDCAuthenticationBackend):
    """Only answers to what the callback passes; password sign-ins never reach it."""

    get_settings = staticmethod(setting)

    def __init__(self) -> None:
        self.UserModel = User

    def __getattr__(self, name: str) -> Any:
        """The library's attributes of the provider, looked up when a sign-in needs them, not at every request."""
        if name.startswith("OIDC_"):
            return None if name == "OIDC_RP_IDP_SIGN_KEY" else setting(name)
        raise AttributeError(name)

    def authenticate(self, request: HttpRequest, *, nonce: str, code_verifier: str) -> User | None:
        return super().authenticate(request, nonce=nonce, code_verifier=code_verifier) if enabled() else None

    def verify_token(self, token: str, **kwargs: Any) -> dict[str, Any]:
        claims = super().verify_token(token, **kwargs)
        audience = claims.get("aud")
        if settings.OPTIONS.oidc_client_id not in (audience if isinstance(audience, list) else [audience]):
            raise SuspiciousOperation("the ID token is for another client")
        if claims.get("iss", "").rstrip("/") != settings.OPTIONS.oidc_issuer.rstrip("/"):
            raise SuspiciousOperation("the ID token is from another issuer")
        if not claims.get("sub") or "exp" not in claims:
            raise SuspiciousOperation("the ID token names no subject or never ends")
        return claims

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> User:
        info = self.get_userinfo(access_token, id_token, payload)
        if info.get("sub") != payload["sub"]:
            raise SuspiciousOperation("the user data is about somebody else")
        known = User.objects.filter(oidc_subject=payload["sub"]).first()
        return known or self.create_user(info)

    def create_user(self, claims: dict[str, Any]) -> User:
        """A sign-in without posts or password; the name is kept, nothing else."""
        subject = claims["sub"]
        name = clean_text(str(claims.get("name") or claims.get("preferred_username") or "")[:80], "name", 80)
        with transaction.atomic():
            person = Person.objects.create(name=name or "—")
            username = f"oidc-{secrets.token_hex(6)}"
            return User.objects.create_user(username, person=person, oidc_subject=subject)

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()


def failed(request: HttpRequest, *, reachable: bool = True) -> HttpResponse:
    text = Text("单位账号登录没有成功，请重试。", "Signing in with the office directory failed: please try again.")
    if not reachable:
        text = Text("单位的账号系统现在连不上。", "The office's directory cannot be reached now.")
    refused = Unreachable(text)
    status = 403 if reachable else refused.status
    return render(request, "people/sign_in.html", {"refused": refused, "oidc": start_address("")}, status=status)


@public
class Start(OIDCAuthenticationRequestView):
    """Off to the directory."""

    get_settings = staticmethod(setting)

    def __init__(self, **kwargs: Any) -> None:
        super(OIDCAuthenticationRequestView, self).__init__(**kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        if not enabled():
            raise Http404
        try:
            self.OIDC_OP_AUTH_ENDPOINT = setting("OIDC_OP_AUTHORIZATION_ENDPOINT")
        except FAULTS:
            return failed(request, reachable=False)
        self.OIDC_RP_CLIENT_ID = setting("OIDC_RP_CLIENT_ID")
        return super().get(request)


@public
class Callback(OIDCAuthenticationCallbackView):
    """Back from the directory; a second factor is asked here as after a password."""

    get_settings = staticmethod(setting)

    def get(self, request: HttpRequest) -> HttpResponse:
        if not enabled():
            raise Http404
        try:
            return super().get(request)
        except requests.ConnectionError:
            return failed(request, reachable=False)
        except FAULTS:
            return failed(request)

    def login_failure(self) -> HttpResponse:
        return failed(self.request)

    def login_success(self) -> HttpResponse:
        return signin.begin(self.request, self.user, self.request.session.pop("oidc_login_next", None) or "")


def start_address(after: str) -> str:
    """The link of the sign-in page."""
    return reverse("people:oidc_start") + ("?" + urlencode({"next": after}) if after else "")
