"""The administrative frame: real names and codes of four districts of Zhuzhou, and which of them a small city keeps."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from pypinyin import lazy_pinyin

from .model import Division

PEOPLE_PER_COMMUNITY = 1500
FEWEST = 6
MAIN_SUBDISTRICTS = ("430202004", "430202002", "430203001", "430204002", "430211001")
MUST_HOLD = ("430202002021", "430204002007")
SUFFIXES = {
    "社区": "Community",
    "街道": "Subdistrict",
    "镇": "Town",
    "村": "Village",
    "区": "District",
    "市": "City",
}


@lru_cache(maxsize=1)
def zhuzhou() -> tuple[Division, ...]:
    """Rows of divisions.csv (National Bureau of Statistics, 2023), parents before children."""
    text = (Path(__file__).parent / "divisions.csv").read_text(encoding="utf-8")
    return tuple(Division(**row) for row in csv.DictReader(text.splitlines()))


@lru_cache(maxsize=65536)
def pinyin(text: str) -> str:
    """贺家土 → Hejiatu."""
    return "".join(lazy_pinyin(text)).capitalize()


def english(name: str) -> str:
    """Pinyin with the kind of division translated: 桂花街道 → Guihua Subdistrict."""
    for suffix, word in SUFFIXES.items():
        if name.endswith(suffix) and len(name) > len(suffix):
            return f"{pinyin(name[: -len(suffix)])} {word}"
    return pinyin(name)


def is_rural(division: Division) -> bool:
    return division.name.endswith("村")


def _ranked(frame: Sequence[Division]) -> list[Division]:
    """Communities, most wanted first: the named ones, four of each main subdistrict (one a village), then others."""
    by_parent: dict[str, list[Division]] = defaultdict(list)
    for d in frame:
        if d.level == "community":
            by_parent[d.parent].append(d)
    ranked = []
    for parent, members in by_parent.items():
        members.sort(key=lambda d: (d.code not in MUST_HOLD, is_rural(d), d.code))
        village = next((d for d in members if is_rural(d)), None)
        if village and members.index(village) > 3:
            members.remove(village)
            members.insert(3, village)
        late = 0 if parent in MAIN_SUBDISTRICTS else 3
        ranked += [(k + late, parent not in MAIN_SUBDISTRICTS, d.code, d) for k, d in enumerate(members)]
    return [row[-1] for row in sorted(ranked, key=lambda row: row[:3])]


def choose(frame: Sequence[Division], population: int) -> list[Division]:
    """The part of the frame that a city of this size plays, parents kept, in order of code."""
    ranked = _ranked(frame)
    kept = ranked[: min(len(ranked), max(FEWEST, round(population / PEOPLE_PER_COMMUNITY)))]
    codes = {d.code for d in kept}
    parents = {d.parent for d in kept}
    for _ in ("district", "city"):
        parents |= {d.parent for d in frame if d.code in parents}
    return [d for d in frame if d.code in codes or d.code in parents]
