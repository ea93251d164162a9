"""The demo city's cases: a year of them told in the order of time, so that newer ones have higher numbers, and the
ones that stand on the desks right now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import accumulate

from django.db import transaction

from jiedao.cases import history
from jiedao.cases.models import Adjustment, Case
from jiedao.systems.city_management.demo_plan import classes, plan
from jiedao.systems.city_management.demo_play import play
from jiedao.systems.city_management.demo_story import ADJUSTMENTS_A_CASE, People, Story

BATCH = 1000


def build(people: People, seed: int, now: datetime, progress: Callable[[float], None]) -> int:
    """Tell and store the year before `now`, in batches, and then today; returns how many cases."""
    told, sites = classes(), plan(seed, now)
    for first in range(0, len(sites), BATCH):
        batch = sites[first : first + BATCH]
        stories = [Story(site, told[site.talk], people, seed, now) for site in batch]
        with transaction.atomic():
            offsets = list(accumulate((1 + site.twin for site in batch), initial=0))
            ids = history.take_ids(Case, offsets[-1])
            spare = iter(history.take_ids(Adjustment, ADJUSTMENTS_A_CASE * len(batch)))
            history.store(
                [past for story, n in zip(stories, offsets, strict=False) for past in story.tell(ids[n], spare)]
            )
        progress(min(1.0, (first + BATCH) / len(sites)))
    return sum(1 + site.twin for site in sites) + play(people, seed, now)
