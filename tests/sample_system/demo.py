"""What the demo city would show of it: requests in several states."""

from __future__ import annotations

from collections.abc import Sequence

from jiedao.people.models import Person
from tests.sample_system.actions import do_ask

WORDS = ("楼下空地想种一棵桂花", "路口太晒，能种几棵樟树吗")


def write(people: Sequence[Person], places: Sequence[tuple[float, float]]) -> int:
    """One request a person, each at its place; returns how many."""
    asked = zip(people, places, strict=False)
    return len([do_ask(person, lon=lon, lat=lat, text=WORDS[i % 2]) for i, (person, (lon, lat)) in enumerate(asked)])
