"""Task: keys of other software, and what their owners will report."""

from __future__ import annotations

from typing import Any

from jiedao.commands.benching import words
from jiedao.gateway import keys
from jiedao.people.models import User


def run(count: int, seed: int, reports: int) -> dict[str, Any]:
    """`count` keys that may send as often as the rules let any key, and `reports` reports to send."""
    admin = User.objects.get(username="admin")
    made = [keys.do_create(admin, f"bench-{n}", f"bench {n}", rate=keys.LARGEST_RATE)[1] for n in range(count)]
    return {"keys": made, "texts": words.take(seed, reports)}
