"""Photos of the demo's cases, drawn: given to actions that ask for one, and hung on cases closed lately."""

from __future__ import annotations

from typing import Any

from jiedao.cases import attachments
from jiedao.cases.models import Attachment, Case
from jiedao.demo import pictures
from jiedao.systems.city_management.demo_scenes import PICTURES

VARIANTS = {"ads": 4, "litter": 3, "bikes": 3}
CLOSED_LATELY = 20


def photo(scene: str, done: bool, number: int, user: Any) -> Attachment:
    """A stored photo; `number` chooses among the variants of a scene."""
    drawn = pictures.draw(scene or "plain", done, number % VARIANTS.get(scene, 1))
    return attachments.store(drawn, purpose="after" if done else "before", user=user)


def hang() -> int:
    """Photos before and after on the cases that were closed last; returns how many."""
    last = Case.objects.filter(state="closed", category__in=PICTURES, attachments=None).order_by("-closed_at")
    for number, case in enumerate(rows := list(last[:CLOSED_LATELY])):
        scene, report = PICTURES[case.category], case.reports.order_by("pk").first()
        before = photo(scene, False, number, None)
        before.case, before.report, before.at = case, report, case.opened_at
        before.save()
        done = case.entries.filter(step="hand_back").order_by("-seq").first()
        after = photo(scene, True, number, done.actor)
        after.case, after.entry, after.at = case, done, done.at
        after.save()
    return 2 * len(rows)
