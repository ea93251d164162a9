"""People move in: storeys are fitted to the need, then households and residents are dealt out exactly."""

from __future__ import annotations

import numpy as np

from .draft import Draft, RawBuilding
from .trace import whole
from .uses import PEOPLE_PER_HOUSEHOLD

# Lowest and highest storeys a style may be fitted to; houses of other styles stay as they are.
STOREYS = {"slab": (3, 7), "mid": (8, 18), "tower": (12, 34)}
OCCUPIED = (0.86, 0.93)


def _room(b: RawBuilding) -> int:
    """Dwellings in a building."""
    if b.style not in STOREYS:
        return b.per_floor * (2 if b.storeys > 2 else 1)
    return len(b.entrances) * b.storeys * b.per_floor


def _restack(homes: list[RawBuilding], factor: float) -> bool:
    """Scale the storeys within what the style allows; whether anything changed."""
    changed = False
    for b in homes:
        if b.style in STOREYS:
            low, high = STOREYS[b.style]
            fitted = min(high, max(low, round(b.storeys * factor)))
            changed |= fitted != b.storeys
            b.storeys = fitted
    return changed


def _fit(homes: list[RawBuilding], want: float) -> None:
    """Bring the dwellings near the wish; where storeys cannot, divide floors into more flats."""
    for _ in range(40):
        have = sum(map(_room, homes))
        if abs(have / want - 1) < 0.03:
            return
        if not _restack(homes, want / have):
            if have >= want:
                return
            for b in homes:
                b.per_floor += 1


def move_in(draft: Draft) -> None:
    """Let exactly the community's population in. Raises ValueError where nothing habitable was laid out."""
    homes = [b for b in draft.buildings if b.per_floor]
    people = draft.ward.population
    if people and not homes:
        raise ValueError(f"no dwellings in {draft.ward.division.code}")
    households = max(1, round(people / PEOPLE_PER_HOUSEHOLD))
    _fit(homes, households / draft.rng.uniform(*OCCUPIED))
    rooms = np.array([_room(b) for b in homes])
    live = np.minimum(whole(rooms.astype(float), households), rooms)
    spare = np.argsort(live - rooms, kind="stable")[: households - int(live.sum())]
    live[spare] += 1
    live = np.minimum(live, rooms)
    persons = whole(live.astype(float), people)
    for b, r, h, p in zip(homes, rooms.tolist(), live.tolist(), persons.tolist(), strict=True):
        b.dwellings, b.households, b.population = r, h, p
