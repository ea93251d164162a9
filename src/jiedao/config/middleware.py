"""The client's address behind proxies, and a limit on bodies before anything reads them."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from jiedao.errors import TooLarge
from jiedao.gateway.open311.endpoint import turned_away
from jiedao.text import Text
from jiedao.web.errors import RefusedMiddleware
from jiedao.web.errors import refused as show

Answer = Callable[[HttpRequest], HttpResponse]
PHOTOS_IN_A_FORM = 6


class AddressMiddleware:
    """REMOTE_ADDR becomes the address that the outermost trusted proxy saw; entries further left could be forged."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.proxies = answer, settings.OPTIONS.proxies

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.proxies:
            seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
            if len(seen) >= self.proxies:
                request.META["REMOTE_ADDR"] = seen[-self.proxies]
        return self.answer(request)


class UploadLimitMiddleware:
    """Refuses a body that announces more than a form of photos can hold, before a byte of it is parsed."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.limit = settings.OPTIONS.upload_mb * PHOTOS_IN_A_FORM * 2**20

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > self.limit:
            megabytes = self.limit // 2**20
            text = Text(f"一次最多发送 {megabytes} MB", f"At most {megabytes} MB can be sent at once")
            refused = TooLarge(
                text, field="body", value=length, expected=Text(f"≤ {megabytes} MB", f"≤ {megabytes} MB")
            )
            if request.path.startswith("/open311/"):
                return turned_away(request, refused)
            if request.path.startswith(RefusedMiddleware.APART):
                return JsonResponse(refused.as_dict(), status=refused.status)
            return show(request, refused)
        return self.answer(request)
