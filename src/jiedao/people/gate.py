"""What every address needs, declared on its view: `public`, `signed_in` or `needs("case.view")`.

A view without a declaration fails the suite (tests/test_access_table.py). The decorators work on functions and on class
views; a ninja operation takes `auth=Api("case.view")`, or `@public` under the route decorator. `needs` asks whether the
user holds the permission anywhere; which rows he sees is `access.scope(user, permission)`. The API's own schema pages
are declared by `NinjaAPI(docs_decorator=public)`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.cache import patch_cache_control
from ninja.errors import AuthenticationError
from ninja.openapi.views import default_home
from ninja.security import APIKeyCookie

from jiedao.errors import Forbidden, Refused
from jiedao.people import access, roles
from jiedao.people.models import User
from jiedao.text import Text

View = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Gate:
    """`kind` is public, signed_in or needs; a permission only with needs."""

    kind: str
    permission: str = ""

    def refuses(self, user: Any) -> Forbidden | None:
        if self.kind == "needs" and not access.can(user, self.permission):
            return access.refusal(self.permission)
        return None


PUBLIC = Gate("public")
SIGNED_IN = Gate("signed_in")
PASSWORD_FIRST = Text("请先更改临时密码。", "Please change the temporary password first.")
CODE_FIRST = Text("您的岗位要求二次验证，请先设置。", "Your post needs a second factor: please set it up first.")


def wants_json(request: HttpRequest) -> bool:
    """An API call, rather than somebody looking at a page."""
    return request.path.startswith("/api/") or request.headers.get("accept", "").startswith("application/json")


def refuse(request: HttpRequest, refused: Refused) -> HttpResponse:
    """JSON for the API; on a page the refusal is raised, for the one error page of the house."""
    if wants_json(request):
        return JsonResponse(refused.as_dict(), status=refused.status)
    raise refused


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Off to the sign-in page and back here; a form's own address is not repeated, its page is."""
    if wants_json(request):
        text = Text("请先登录。", "Please sign in first.")
        return JsonResponse(Refused(text, code="sign_in").as_dict(), status=401)
    back = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
    address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def second_factor_due(user: Any) -> bool:
    """A post of this user needs TOTP (setting TOTP_ROLES) and this session has not shown it."""
    wanted = set(settings.TOTP_ROLES)
    return bool(wanted) and bool(wanted & access.role_codes(user)) and not user.is_verified()


def unfinished(user: User) -> tuple[Text, str] | None:
    """What stands between a signed-in user and the pages: (why, where to do it)."""
    if user.must_change_password:
        return PASSWORD_FIRST, "people:password"
    if second_factor_due(user):
        return CODE_FIRST, "people:totp"
    return None


def _stop(gate: Gate, request: HttpRequest, early: bool) -> HttpResponse | None:
    """The answer that keeps this request out, if any."""
    if gate.kind == "public":
        return None
    if not request.user.is_authenticated:
        return to_sign_in(request)
    if not early and (due := unfinished(request.user)):
        if wants_json(request):
            return refuse(request, Forbidden(due[0], code="unfinished"))
        return HttpResponseRedirect(resolve_url(due[1]))
    refused = gate.refuses(request.user)
    return refuse(request, refused) if refused else None


def _guard(view: View, gate: Gate, early: bool) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        answer = _stop(gate, request, early) or view(request, *args, **kwargs)
        if gate.kind != "public" and isinstance(answer, HttpResponse) and "Cache-Control" not in answer:
            patch_cache_control(answer, private=True, no_store=True)
        return answer

    guarded.gate = gate  # type: ignore[attr-defined]
    return guarded


def _declare(view: View, gate: Gate, early: bool = False) -> View:
    if isinstance(view, type):
        dispatch = view.dispatch  # type: ignore[attr-defined]

        def guarded(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return _guard(lambda r, *a, **k: dispatch(self, r, *a, **k), gate, early)(request, *args, **kwargs)

        return type(view.__name__, (view,), {"dispatch": guarded, "gate": gate, "__module__": view.__module__})
    return _guard(view, gate, early)


def public(view: View) -> View:
    """Anybody may come. On a ninja operation: put it under the route decorator."""
    if isinstance(view, type):
        return _declare(view, PUBLIC)
    view.gate = PUBLIC  # type: ignore[attr-defined]
    return view


def signed_in(view: View | None = None, *, early: bool = False) -> View:
    """Anybody with a sign-in. `early`: also before a temporary password was changed or a due second factor set up."""
    if view is None:
        return lambda v: _declare(v, SIGNED_IN, early)
    return _declare(view, SIGNED_IN, early)


def needs(permission: str) -> Callable[[View], View]:
    """Whoever holds `permission` somewhere; others get a page (403) that explains. The permission must exist."""
    gate = Gate("needs", permission)
    return lambda view: _declare(view, gate)


class Api(APIKeyCookie):
    """`auth=` of a ninja operation: the session's user with `permission` somewhere ('' is any sign-in), CSRF checked.

    Raises Forbidden, which the API's handler of Refused answers; request.auth is the user.
    """

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self, permission: str = "") -> None:
        super().__init__(csrf=True)
        self.gate = Gate("needs", permission) if permission else SIGNED_IN

    def authenticate(self, request: HttpRequest, key: str | None) -> User:
        user = request.user
        if not user.is_authenticated:
            raise AuthenticationError()
        if due := unfinished(user):
            raise Forbidden(due[0], code="unfinished")
        if refused := self.gate.refuses(user):
            raise refused
        return user


@dataclass(frozen=True, slots=True)
class Route:
    """One address with what it needs; `methods` empty is any, `gate` None is a fault."""

    path: str
    name: str
    methods: tuple[str, ...]
    gate: Gate | None


def _gates(view: View) -> Iterator[tuple[tuple[str, ...], Gate | None]]:
    """A ninja view holds an operation for each method; any other view declares once. An API's root answers 404."""
    if getattr(view, "func", None) is default_home:
        yield (), PUBLIC
        return
    paths = inspect.getclosurevars(view).nonlocals.get("self") if inspect.isfunction(view) else None
    if paths is None or not hasattr(paths, "operations"):
        yield (), getattr(view, "gate", None) or getattr(getattr(view, "view_class", None), "gate", None)
        return
    for operation in paths.operations:
        declared = getattr(operation.view_func, "gate", None)
        held = [gate for auth in operation.auth_callbacks if (gate := getattr(auth, "gate", None))]
        yield tuple(operation.methods), declared or (held[0] if len(held) == 1 else None)


def routes(resolver: URLResolver | None = None, prefix: str = "/", space: str = "") -> Iterator[Route]:
    """Every address of the site, in the order in which Django tries them."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from routes(entry, path, inner)
        elif isinstance(entry, URLPattern):
            for methods, gate in _gates(entry.callback):
                yield Route(path, f"{space}{entry.name or ''}", methods, gate)


def unknown_permissions() -> list[Route]:
    """Routes that name a permission which no role and no system declares; a finding of `jiedao check`."""
    known = roles.permission_names()
    return [r for r in routes() if r.gate and r.gate.kind == "needs" and r.gate.permission not in known]
