"""A plain limit on how often one address may do one thing; counted in each web process."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest

from jiedao.errors import TooMany
from jiedao.text import Text


def limit(what: str, who: str, times: int, seconds: int) -> None:
    """Raises TooMany at the call after `times` within `seconds`."""
    key = f"throttle:{what}:{who}"
    cache.add(key, 0, seconds)
    try:
        count = cache.incr(key)
    except ValueError:
        return
    if count > times:
        text = Text("操作太频繁，请稍后再试。", "Too many tries: please wait a little.")
        expected = Text(f"{seconds // 60} 分钟内最多 {times} 次", f"at most {times} times in {seconds // 60} minutes")
        raise TooMany(text, field=what, expected=expected)


def per_address(request: HttpRequest, what: str, times: int, seconds: int) -> None:
    limit(what, request.META.get("REMOTE_ADDR", ""), times, seconds)
