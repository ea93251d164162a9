"""What every Open311 address has in common: format, key, jurisdiction, rate, and errors in the standard's form."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from jiedao.config.options import options
from jiedao.errors import Forbidden, Missing, Refused, TooLarge
from jiedao.gateway import keys, rates
from jiedao.gateway.auth import bearer
from jiedao.gateway.open311 import formats
from jiedao.people.gate import public
from jiedao.people.models import User
from jiedao.text import Text

STATUSES = {401: 403, 422: 400}
"""Where the standard wants another status than the API of the house."""


class NotAllowed(Refused):
    status, code = 405, "method"


def endpoint(*methods: str, root: str, item: str = "") -> Callable[[Callable[..., Any]], Any]:
    """A view that takes (request, user or None, address's parts) and returns data, or (data, status).

    The key comes as `api_key` or in Authorization; a session counts for nothing here, so a page of another site can
    do nothing in its visitor's name.
    """

    def decorate(view: Callable[..., Any]) -> Any:
        @csrf_exempt
        @wraps(view)
        def answer(request: HttpRequest, form: str = "", **parts: str) -> HttpResponse:
            chosen = "xml"
            try:
                chosen = formats.choose(request, form)
                if request.method not in methods:
                    text = Text("这个地址不支持此方法。", "This address does not take that method.")
                    raise NotAllowed(text, expected=Text("、".join(methods), ", ".join(methods)))
                user = _caller(request)
                _jurisdiction(request)
                found = view(request, user, **parts)
                data, status = found if isinstance(found, tuple) else (found, 200)
                response = formats.render(chosen, data, root, item, status)
            except Refused as refused:
                response = error(chosen, refused)
            except (SuspiciousOperation, BadRequest, MultiPartParserError) as fault:
                response = error(chosen, _unreadable(fault))
            patch_vary_headers(response, ("Accept",))
            if request.GET.get("api_key") or bearer(request):
                response["Cache-Control"] = "private, no-store"
            return response

        return public(answer)

    return decorate


def _caller(request: HttpRequest) -> User | None:
    """The sign-in of the key that was sent. Raises BadKey, TooMany."""
    key = given(request, "api_key") or bearer(request)
    if not key:
        rates.nobody(request.META.get("REMOTE_ADDR", ""))
        return None
    user = keys.find(key)
    rates.request_of(user.pk)
    return user


def given(request: HttpRequest, name: str) -> str:
    """One parameter, from the form or the address, without what no reader should see around it."""
    return (request.POST.get(name) or request.GET.get(name) or "").strip()


def needs_key(user: User | None) -> User:
    """Raises Forbidden where no key was sent."""
    if user is None:
        text = Text("缺少接口密钥 api_key。", "The API key is missing: api_key.")
        raise Forbidden(text, field="api_key", code="no_key")
    return user


def _jurisdiction(request: HttpRequest) -> None:
    """One city answers here; its code, long or short, or nothing. Raises Missing."""
    asked, city = given(request, "jurisdiction_id"), options().city
    known = {city, city.removesuffix("00"), city.ljust(12, "0")}
    if asked and asked not in known:
        text = Text("这里没有这个辖区。", "This jurisdiction is not served here.")
        raise Missing(text, field="jurisdiction_id", value=asked, expected=Text(city, city))


def _unreadable(fault: Exception) -> Refused:
    if isinstance(fault, RequestDataTooBig):
        return TooLarge(Text("请求内容太大。", "The request is too large."), field="body")
    return Refused(Text("请求内容无法读取。", "The request cannot be read."), field="body")


def turned_away(request: HttpRequest, refused: Refused) -> HttpResponse:
    """The answer to a request that never reached its address: in the form its ending, parameter or Accept asks for."""
    ending = request.path.rpartition("/")[2].rpartition(".")
    try:
        return error(formats.choose(request, ending[2] if ending[1] else ""), refused)
    except Missing:
        return error("xml", refused)


def error(form: str, refused: Refused) -> HttpResponse:
    """An array of {code, description}."""
    status = STATUSES.get(refused.status, refused.status)
    said = str(refused.text)
    if refused.field:
        said = f"{refused.field}: {said}"
    if refused.expected:
        said = f"{said} ({refused.expected})"
    response = formats.render(form, [{"code": status, "description": said}], "errors", "error", status)
    if wait := getattr(refused, "retry_after", None):
        response["Retry-After"] = str(wait)
    if status == 405 and refused.expected:
        response["Allow"] = refused.expected.en
    return response
