"""Task: a city to measure in: the demo's areas, units and staff; with `whole` its streets, buildings, assets too."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from jiedao.city import stamps, synth
from jiedao.demo import geography, staff
from jiedao.demo.staff import Staff


def make(population: int, seed: int, *, whole: bool) -> Staff:
    """Fill an empty database; a list of cases needs no streets, a report does."""
    city = synth.generate(population, seed)
    if whole:
        geography.write(city, lambda share, name: None)
    else:
        with transaction.atomic():
            geography.write_areas(city)
        stamps.bump("areas")
    return staff.build(population, timezone.now())


def run(population: int, seed: int, *, whole: bool = True) -> None:
    make(population, seed, whole=whole)
