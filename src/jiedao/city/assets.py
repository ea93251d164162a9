"""Kinds of assets 部件: their small class in the taxonomy, their name, and their 16-digit codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from jiedao.city.models import Asset
from jiedao.errors import Conflict
from jiedao.text import Text

SEQUENCE_DIGITS = 6
"""County 6 + big class 2 + small class 2 + sequence 6, after CJ/T 214."""


@dataclass(frozen=True, slots=True)
class AssetKind:
    category: str
    name: Text


KINDS: dict[str, AssetKind] = {
    "lamp": AssetKind("C01-37", Text("路灯", "street lamp")),
    "manhole": AssetKind("C01-23", Text("井盖", "manhole")),
    "hydrant": AssetKind("C01-25", Text("消火栓", "hydrant")),
    "drinking_water": AssetKind("C01-25", Text("供水器", "drinking water")),
    "cabinet": AssetKind("C01-27", Text("交接箱", "cabinet")),
    "substation": AssetKind("C01-28", Text("电力设施", "substation")),
    "pole": AssetKind("C01-30", Text("电力立杆", "pole")),
    "kiosk": AssetKind("C01-40", Text("报刊亭", "kiosk")),
    "vending": AssetKind("C01-45", Text("自动售货机", "vending machine")),
    "fitness": AssetKind("C01-46", Text("健身设施", "fitness equipment")),
    "camera": AssetKind("C01-50", Text("监控", "camera")),
    "shelter": AssetKind("C01-52", Text("休息亭", "shelter")),
    "charging": AssetKind("C01-54", Text("充电站", "charging station")),
    "parking": AssetKind("C02-01", Text("停车场", "car park")),
    "bus_stop": AssetKind("C02-04", Text("公交站", "bus stop")),
    "traffic_signal": AssetKind("C02-83", Text("交通信号灯", "traffic signal")),
    "bollard": AssetKind("C02-20", Text("桩", "bollard")),
    "bicycle_parking": AssetKind("C02-25", Text("非机动车停放点", "bicycle parking")),
    "sign": AssetKind("C02-83", Text("指示牌", "sign")),
    "toilet": AssetKind("C03-01", Text("公共厕所", "public toilet")),
    "transfer_station": AssetKind("C03-04", Text("垃圾中转站", "waste transfer station")),
    "bin": AssetKind("C03-05", Text("垃圾箱", "waste bin")),
    "recycling": AssetKind("C03-05", Text("可回收物收集点", "recycling point")),
    "waste_point": AssetKind("C03-05", Text("垃圾收集点", "waste collection point")),
    "advertising": AssetKind("C03-06", Text("户外广告", "advertising")),
    "notice_board": AssetKind("C03-08", Text("宣传栏", "notice board")),
    "tree": AssetKind("C04-02", Text("行道树", "street tree")),
    "statue": AssetKind("C04-06", Text("雕塑", "statue")),
    "bench": AssetKind("C04-07", Text("座椅", "bench")),
    "fountain": AssetKind("C04-10", Text("喷泉", "fountain")),
    "fuel": AssetKind("C05-03", Text("加油站", "filling station")),
}


def category(kind: str) -> str:
    """Small class of a kind, "" for one the taxonomy does not know."""
    found = KINDS.get(kind)
    return found.category if found else ""


def name(kind: str) -> Text:
    found = KINDS.get(kind)
    return found.name if found else Text(kind, kind)


def code_stem(county: str, category: str) -> str:
    """The ten digits before the sequence: county 6, class 4 (0000 where unknown)."""
    return f"{county[:6]:0<6}{category.lstrip('C').replace('-', '') or '0000'}"


def new_codes(stems: Sequence[str]) -> list[str]:
    """A free code for each stem, in order. One query a distinct stem. Raises Conflict when a sequence is used up."""
    last = {stem: _last(stem) for stem in sorted(set(stems))}
    taken: Counter[str] = Counter()
    found = []
    for stem in stems:
        taken[stem] += 1
        number = last[stem] + taken[stem]
        if number >= 10**SEQUENCE_DIGITS:
            raise Conflict(
                Text(f"部件编码 {stem}… 已用完", f"no asset codes {stem}… are left"), field="code", value=stem
            )
        found.append(f"{stem}{number:0{SEQUENCE_DIGITS}d}")
    return found


def _last(stem: str) -> int:
    used = Asset.objects.filter(code__startswith=stem).order_by("-code").values_list("code", flat=True).first()
    return int(used[len(stem) :]) if used else 0
