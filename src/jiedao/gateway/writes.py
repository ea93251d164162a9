"""A write of the API: done once for each Idempotency-Key, answered with what was stored."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Schema

from jiedao.cases import idempotency
from jiedao.gateway.auth import owner

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"


def key_of(request: HttpRequest) -> str | None:
    """The sender's key for this request; None where there is none."""
    return request.headers.get(HEADER)


def _body(request: HttpRequest) -> bytes:
    """What the request says; files count by their content."""
    if not (request.content_type or "").startswith("multipart/"):
        return request.body
    found = hashlib.sha256(repr(sorted(request.POST.lists())).encode("utf-8", "replace"))
    for name, file in sorted(request.FILES.items()):
        found.update(name.encode("utf-8", "replace"))
        for chunk in file.chunks():
            found.update(chunk)
        file.seek(0)
    return found.digest()


def once(request: Any, write: Callable[[], Schema], status: int = 200) -> HttpResponse:
    """The answer of `write`, or the one given before to the same key and request. Raises Conflict, Invalid."""

    def run() -> tuple[int, Any]:
        return status, write().model_dump(mode="json")

    key, again = key_of(request), False
    if key is None:
        code, body = run()
    else:
        digest = idempotency.digest(request.method, request.get_full_path(), _body(request))
        (code, body), again = idempotency.once(owner(request.auth), key, digest, run)
    answer = JsonResponse(body, status=code, json_dumps_params={"ensure_ascii": False})
    if again:
        answer[REPLAYED] = "true"
    return answer
