"""What people report in the demo city: where, in which words. The same for every way in."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from jiedao.city.locate import locate
from jiedao.city.models import Street
from jiedao.systems.city_management.demo_plan import beside, classes

STREETS = 4000
Said = tuple[str, float, float]
"""Text, longitude, latitude."""


def said(seed: int) -> Iterator[Said]:
    """Without end: a class as often as it comes up, one of its sentences, a place beside a random street."""
    random = np.random.default_rng(seed)
    streets = list(Street.objects.exclude(kind="steps").order_by("ref")[:STREETS])
    weights = np.array([street.length_m for street in streets])
    known = classes()
    often = np.array([one.talk.weight for one in known])
    while True:
        street = streets[int(random.choice(len(streets), p=weights / weights.sum()))]
        says = known[int(random.choice(len(known), p=often / often.sum()))].talk.says
        text = says[int(random.integers(len(says)))].replace("{s}", street.name or "路边")
        lon, lat = beside(street, random)
        if locate(lon, lat):
            yield text, lon, lat


def take(seed: int, count: int) -> list[Said]:
    return [one for one, _ in zip(said(seed), range(count), strict=False)]
