"""Who calls: `Access("case.view")` of an operation takes a key (Authorization: Bearer) or a session with CSRF."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.errors import AuthenticationError

from jiedao.gateway import keys, rates
from jiedao.gateway.models import ApiKey
from jiedao.people.gate import Api
from jiedao.people.models import User

SCHEME = "bearer "


def bearer(request: HttpRequest) -> str:
    """The key in the header Authorization, "" where there is none."""
    given = request.headers.get("Authorization", "")
    return given[len(SCHEME) :].strip() if given[: len(SCHEME)].lower() == SCHEME else ""


class Access(Api):
    """`auth=` of a ninja operation: whoever holds `permission` somewhere ('' is any sign-in or key).

    request.auth is the user, a key's own sign-in where one was sent. Raises Forbidden, BadKey, TooMany.
    """

    def __call__(self, request: HttpRequest) -> Any:
        if key := bearer(request):
            user = keys.find(key)
            rates.request_of(user.pk)
            if refused := self.gate.refuses(user):
                raise refused
            return user
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            raise AuthenticationError
        return super().__call__(request)


def key_of(user: User) -> ApiKey | None:
    """The key by which this user came."""
    return getattr(user, "api_key", None)


def owner(user: User) -> str:
    """Whose idempotency keys these are."""
    return f"user:{user.pk}"
