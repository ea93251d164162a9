"""How the API says no: {code, message, field, value, expected} with a proper status, in the caller's language."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent, TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from jiedao.errors import Forbidden, Invalid, Missing, Refused, TooLarge
from jiedao.text import Text

SIGN_IN = Text("请先登录，或发送接口密钥。", "Sign in first, or send an API key.")
UNREADABLE = Text("请求内容无法读取。", "The request cannot be read.")
CSRF = Text("请求来自别的网站，或页面已过期。", "The request came from another site, or its page has expired.")
NOTHING = Text("没有这个地址。", "There is nothing at this address.")
TOO_BIG = Text("请求内容太大。", "The request is too large.")
OTHER = Text("填写有误。", "This value is not right.")
WRONG: dict[str, Text] = {
    "missing": Text("必须填写。", "This is needed."),
    "string_type": Text("应为文字。", "This must be text."),
    "string_too_long": Text("太长，最多 {max_length} 个字符。", "Too long: {max_length} characters at most."),
    "string_too_short": Text("太短，至少 {min_length} 个字符。", "Too short: {min_length} characters at least."),
    "too_long": Text("太多，最多 {max_length} 项。", "Too many: {max_length} at most."),
    "int_parsing": Text("应为整数。", "This must be a whole number."),
    "int_type": Text("应为整数。", "This must be a whole number."),
    "int_from_float": Text("应为整数。", "This must be a whole number."),
    "float_parsing": Text("应为数字。", "This must be a number."),
    "float_type": Text("应为数字。", "This must be a number."),
    "finite_number": Text("应为有限的数字。", "This must be a finite number."),
    "bool_parsing": Text("应为 true 或 false。", "This must be true or false."),
    "bool_type": Text("应为 true 或 false。", "This must be true or false."),
    "greater_than_equal": Text("不得小于 {ge}。", "At least {ge}."),
    "less_than_equal": Text("不得大于 {le}。", "At most {le}."),
    "uuid_parsing": Text("应为 UUID。", "This must be a UUID."),
    "uuid_type": Text("应为 UUID。", "This must be a UUID."),
    "list_type": Text("应为列表。", "This must be a list."),
    "dict_type": Text("应为字段和值。", "This must be fields with values."),
    "model_attributes_type": Text("应为字段和值。", "This must be fields with values."),
    "extra_forbidden": Text("没有这个字段。", "There is no such field."),
    "literal_error": Text("应为下列之一：{expected}", "This must be one of: {expected}"),
    "enum": Text("应为下列之一：{expected}", "This must be one of: {expected}"),
    "timezone_aware": Text("时间应带时区。", "The time needs a time zone."),
}
DATES = Text("应为 ISO 8601 日期时间。", "This must be an ISO 8601 date and time.")


def of_validation(error: Any) -> Invalid:
    """The first fault, by the name of its field."""
    first: dict[str, Any] = error.errors[0]
    source, *names = [str(part) for part in first.get("loc", ())] or ["body"]
    kind, more = first.get("type", ""), first.get("ctx") or {}
    text = WRONG.get(kind) or (DATES if kind.startswith(("date", "time")) else OTHER)
    try:
        text = text.format(**more)
    except (KeyError, ValueError):
        text = OTHER
    names = names[1:] if source == "body" else names
    return Invalid(text, field=".".join(names) or "body")


def install(api: NinjaAPI) -> None:
    """Every refusal of ours, of ninja's and of Django's in the one form."""

    def answer(request: HttpRequest, refused: Any) -> HttpResponse:
        found = api.create_response(request, refused.as_dict(), status=refused.status)
        if wait := getattr(refused, "retry_after", None):
            found["Retry-After"] = str(wait)
        if refused.status == 401:
            found["WWW-Authenticate"] = "Bearer"
        return found

    api.add_exception_handler(Refused, answer)
    api.add_exception_handler(ValidationError, lambda request, error: answer(request, of_validation(error)))
    api.add_exception_handler(HttpError, lambda request, error: answer(request, _of_http(error)))
    api.add_exception_handler(Http404, lambda request, error: answer(request, Missing(NOTHING)))
    for kind in (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
        api.add_exception_handler(kind, lambda request, error: answer(request, TooLarge(TOO_BIG, field="body")))
    api.add_exception_handler(
        SuspiciousOperation, lambda request, error: answer(request, Refused(UNREADABLE, field="body"))
    )


def _of_http(error: Any) -> Refused:
    if isinstance(error, AuthenticationError) or error.status_code == 401:
        found = Refused(SIGN_IN, code="sign_in")
    elif error.status_code == 403:
        return Forbidden(CSRF, code="csrf")
    else:
        found = Refused(UNREADABLE, field="body")
    found.status = error.status_code
    return found
