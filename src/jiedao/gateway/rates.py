"""Token buckets in memory: `per_minute` at once, then one each 60/per_minute seconds. Each process counts by itself."""

from __future__ import annotations

import threading
import time
from math import ceil

from jiedao.errors import TooMany
from jiedao.gateway.models import ApiKey
from jiedao.rules.store import value
from jiedao.text import Text

KEPT = 10_000
"""Beyond these, buckets that are full again are forgotten."""


class Buckets:
    """A bucket for each name."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[float, float, float]] = {}
        self._lock = threading.Lock()

    def take(self, name: str, per_minute: float, now: float | None = None) -> float:
        """0 when there was a token, else how many seconds to wait for one."""
        at, refill = time.monotonic() if now is None else now, per_minute / 60
        with self._lock:
            tokens, since, _ = self._held.get(name, (per_minute, at, refill))
            tokens = min(per_minute, tokens + (at - since) * refill)
            wait = 0.0 if tokens >= 1 else (1 - tokens) / refill
            self._held[name] = (tokens if wait else tokens - 1, at, refill)
            if len(self._held) > KEPT:
                self._sweep(at)
        return wait

    def _sweep(self, at: float) -> None:
        """Whoever has not come for a minute has a full bucket."""
        self._held = {name: held for name, held in self._held.items() if at - held[1] < 60}

    def clear(self) -> None:
        with self._lock:
            self._held.clear()


buckets = Buckets()


def limit(name: str, per_minute: float) -> None:
    """Raises TooMany, which holds `retry_after` in seconds, when `name` came more often than this."""
    wait = buckets.take(name, per_minute)
    if wait:
        text = Text("请求太频繁，请 {n} 秒后再试。", "Too many requests: try again in {n} seconds.").format(
            n=ceil(wait)
        )
        expected = Text(f"每分钟不超过 {per_minute:g} 次", f"at most {per_minute:g} a minute")
        refused = TooMany(text, field="rate", expected=expected)
        refused.retry_after = ceil(wait)  # type: ignore[attr-defined]
        raise refused


def request_of(user_id: int) -> None:
    """Any request with this sign-in's key."""
    limit(f"key:{user_id}", value("gateway.requests_per_minute"))


def report_of(user_id: int, key: ApiKey | None) -> None:
    """A report: a key's own rate, or the rule's."""
    limit(f"report:{user_id}", (key.rate if key else None) or value("gateway.reports_per_minute"))


def nobody(address: str) -> None:
    """A request without a key, from this address."""
    limit(f"address:{address}", value("gateway.anonymous_per_minute"))
