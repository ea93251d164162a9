"""Answers to what went wrong: a sentence in the reader's language and the next step, for pages and parts of a page."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from jiedao.errors import Refused
from jiedao.text import Text

SAID: dict[int, tuple[Text, Text]] = {
    400: (
        Text("这个请求读不懂", "This request could not be read"),
        Text("请返回上一页再试一次。您填写的内容没有保存。", "Go back and try again. Nothing was saved."),
    ),
    403: (
        Text("您不能打开这一页", "You may not open this page"),
        Text(
            "它属于另一个岗位或辖区。需要时请联系您单位的管理员。",
            "It belongs to another post or area. If you need it, ask your unit's administrator.",
        ),
    ),
    404: (
        Text("没有这一页", "There is no such page"),
        Text(
            "地址可能写错，或内容已移走。可以从首页或搜索找到它。",
            "The address may be mistyped, or the page has moved. Start from home, or search.",
        ),
    ),
    409: (
        Text("有人先您一步", "Somebody was faster"),
        Text(
            "内容刚刚被别人更改。请返回，看过最新情况后再做。",
            "This has just been changed. Go back, look at it as it is now, and decide again.",
        ),
    ),
    413: (
        Text("文件太大", "The file is too large"),
        Text("请换一张较小的照片，或少选几张再发送。", "Choose a smaller photo, or fewer of them, and send again."),
    ),
    422: (
        Text("填写的内容有误", "Something filled in cannot be right"),
        Text("请返回改正后再提交。", "Go back, correct it and send again."),
    ),
    429: (
        Text("请求太频繁", "Too many requests"),
        Text("请稍等几分钟再试。", "Please wait a few minutes and try again."),
    ),
    500: (
        Text("我们这边出了错", "Something went wrong on our side"),
        Text(
            "错误已记录。请稍后再试；急事请拨打 12345。",
            "It has been recorded. Please try again later; for urgent matters call 12345.",
        ),
    ),
}
CSRF = Text(
    "页面已过期，或请求来自别的网站。请刷新页面后再提交。",
    "The page has expired, or the request came from another site. Reload the page and send again.",
)


def answer(
    request: HttpRequest,
    status: int,
    *,
    title: Text | None = None,
    text: Text | None = None,
    expected: Text | None = None,
) -> HttpResponse:
    """An error page; for a request by htmx a notice that is put into the page's toasts instead."""
    said_title, said_text = SAID.get(status, SAID[400 if status < 500 else 500])
    context = {"status": status, "title": title or said_title, "text": text or said_text, "expected": expected}
    if getattr(request, "htmx", False):
        response = render(
            request, "web/components/notice.html", {**context, "tone": "red", "icon": "warning"}, status=status
        )
        response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "innerHTML"
        return response
    return render(request, "web/error.html", context, status=status)


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return answer(request, error.status, text=error.text, expected=error.expected)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 403)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 404)


def failed(request: HttpRequest) -> HttpResponse:
    """Draws without the database and without navigation: whatever failed may fail again."""
    title, text = SAID[500]
    return HttpResponse(render_to_string("web/500.html", {"title": title, "text": text}), status=500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW."""
    return answer(request, 403, text=CSRF)


class RefusedMiddleware:
    """Turns a Refused that a page did not catch into its answer; the API and Open311 answer in their own form."""

    APART = ("/api/", "/open311/", "/ocpp/")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refused) and not request.path.startswith(self.APART):
            return refused(request, exception)
        return None
