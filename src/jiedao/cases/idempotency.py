"""A write that is sent twice happens once: the same key and request get the same answer, another request a Conflict.

The answer is stored in the transaction of the write, so there is no moment at which one is there without the other.
A second request that comes while the first is under way waits for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from jiedao.cases.models import IdempotencyKey
from jiedao.errors import Conflict, Invalid
from jiedao.rules.store import value
from jiedao.text import Text

WAIT_MS = 5000
Answer = tuple[int, Any]
"""HTTP status and JSON body."""


def digest(method: str, path: str, body: bytes) -> str:
    """What a key stands for."""
    return hashlib.sha256(b"\0".join((method.upper().encode(), path.encode(), body))).hexdigest()


def once(owner: str, key: str, request: str, write: Callable[[], Answer]) -> tuple[Answer, bool]:
    """(answer, whether it was stored before). `owner` is who sends (user:7, client:harbour), `request` a `digest`.

    A refusal that `write` raises undoes everything, so the same key may be tried again.
    Raises Invalid (no usable key), Conflict (key used for another request; or the first one takes too long: retry).
    """
    _check(key)
    try:
        with transaction.atomic():
            if (row := _claim(owner, key, request)) is None:
                return _stored(owner, key, request), True
            status, body = write()
            row.status, row.response = status, body
            row.save(update_fields=["status", "response"])
            return (status, body), False
    except OperationalError as error:
        if "lock" not in str(error):
            raise
        text = Text("同一请求正在处理，请稍后重试。", "The same request is being worked on; try again in a moment.")
        raise Conflict(text, field="Idempotency-Key", value=key, code="in_progress") from error


def _check(key: str) -> None:
    if not key or len(key) > 80 or not key.isascii() or not key.isprintable():
        expected = Text("1 到 80 个可见 ASCII 字符", "1 to 80 printable ASCII characters")
        text = Text("幂等键有误。", "This idempotency key cannot be used.")
        raise Invalid(text, field="Idempotency-Key", value=key, expected=expected)


def _claim(owner: str, key: str, request: str) -> IdempotencyKey | None:
    """The new row, or None where the key is known. PostgreSQL waits here for a first request that has not ended."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{WAIT_MS}ms"])
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(owner=owner, key=key, request=request)
    except IntegrityError:
        return None


def _stored(owner: str, key: str, request: str) -> Answer:
    row = IdempotencyKey.objects.get(owner=owner, key=key)
    if row.request != request:
        text = Text("这个幂等键已用于另一个请求。", "This idempotency key was used for another request.")
        raise Conflict(text, field="Idempotency-Key", value=key, code="key_reused")
    return row.status or 200, row.response


def sweep() -> int:
    """Forget keys after their days; returns how many."""
    old = timezone.now() - timedelta(days=value("cases.idempotency_days"))
    return IdempotencyKey.objects.filter(at__lt=old).delete()[0]
