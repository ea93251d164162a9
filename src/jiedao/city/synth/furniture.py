"""Street furniture: kinds with their small class of the component taxonomy, and where along a street each stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .blocks import CARRIAGEWAY
from .draft import Draft


@dataclass(frozen=True, slots=True)
class Kind:
    """`code` is big and small class (four digits) of the city-management component list, empty where it has none."""

    key: str
    code: str
    name: str
    name_en: str


KINDS = tuple(
    Kind(*row.split("|"))
    for row in """lamp|0137|路灯|Street lamp
lamp_garden|0139|景观灯|Garden lamp
tree||行道树|Street tree
waste_bin||果皮箱|Litter bin
sorting_station||垃圾分类投放点|Waste-sorting station
manhole_water|0101|上水井盖|Water-supply manhole
manhole_sewage|0102|污水井盖|Sewage manhole
manhole_storm|0103|雨水井盖|Storm-water manhole
storm_grate|0104|雨水箅子|Storm grate
manhole_lamp|0106|路灯井盖|Street-lighting manhole
manhole_gas|0111|燃气井盖|Gas manhole
hydrant||消火栓|Hydrant
bus_stop||公交站|Bus stop
bench||座椅|Bench
charging_shed||电动自行车充电棚|E-bike charging shed
fitness|0146|户外健身设施|Outdoor fitness equipment
telecom_box|0127|通讯交接箱|Telecom cabinet
pole|0130|电力立杆|Power pole""".splitlines()
)
INDEX = {kind.key: k for k, kind in enumerate(KINDS)}

MAIN = ("trunk", "primary", "secondary")
TOWN = (*MAIN, "tertiary", "residential")


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind along streets of these classes: spacing and distance from the kerb in m (negative: in the carriageway)."""

    kind: str
    highways: tuple[str, ...]
    spacing: float
    kerb: float
    both: bool
    value: int


RULES = tuple(
    Rule(*row)
    for row in (
        ("lamp", ("trunk", "primary"), 30, 1.2, True, 250),
        ("lamp", ("secondary",), 30, 1.0, True, 180),
        ("lamp", ("tertiary",), 30, 0.9, True, 120),
        ("lamp", ("residential",), 28, 0.8, True, 90),
        ("lamp", ("living_street",), 25, 0.5, False, 60),
        ("lamp", ("alley",), 22, 0.2, False, 40),
        ("tree", MAIN, 14, 1.8, True, 0),
        ("tree", ("tertiary",), 14, 1.6, True, 0),
        ("tree", ("residential", "residential-dark"), 18, 1.4, True, 0),
        ("waste_bin", MAIN, 90, 2.4, True, 0),
        ("waste_bin", ("tertiary", "residential"), 120, 1.9, False, 0),
        ("manhole_sewage", (*TOWN, "living_street", "living_street-dark"), 45, -1.8, False, 0),
        ("manhole_storm", TOWN, 50, -2.6, False, 0),
        ("storm_grate", TOWN, 42, -0.4, True, 0),
        ("manhole_water", TOWN, 95, -1.2, False, 0),
        ("manhole_gas", ("tertiary", "residential", "secondary"), 130, -2.1, False, 0),
        ("manhole_lamp", MAIN, 110, 0.7, True, 0),
        ("hydrant", TOWN, 120, 1.4, False, 0),
        ("bench", ("primary", "secondary", "tertiary"), 160, 2.8, True, 0),
        ("telecom_box", TOWN, 240, 2.6, False, 0),
        ("pole", ("living_street", "living_street-dark", "alley-dark", "residential-dark"), 45, 0.3, False, 0),
    )
)
BUS = {"trunk": 0.5, "primary": 0.7, "secondary": 0.45}


def _sample(curbs: np.ndarray, rule: Rule) -> tuple[np.ndarray, np.ndarray]:
    """Points of one rule along the curbs (columns a, b, inward, kerb), evenly spaced: (index of curb, point)."""
    length = np.abs(curbs["b"] - curbs["a"])
    n = np.round(length / rule.spacing).astype(int)
    short = n == 0
    n[short] = (np.arange(short.sum()) * 0.618 % 1 < length[short] / rule.spacing).astype(int)
    which = np.repeat(np.arange(len(curbs)), n)
    rank = np.arange(len(which)) - np.repeat(np.cumsum(n) - n, n)
    side = curbs[which]
    along = side["a"] + (side["b"] - side["a"]) * ((rank + 0.5) / n[which])
    return which, along + side["inward"] * (side["kerb"] + rule.kerb)


def furnish(draft: Draft) -> dict[str, np.ndarray]:
    """Columns (kind, z complex, street, compound, value) of everything that stands in the community."""
    dtype = [("a", complex), ("b", complex), ("inward", complex), ("kerb", float), ("street", np.int64)]
    rows = [(c.a, c.b, c.inward, CARRIAGEWAY[c.highway.split("-")[0]] / 2, c.street) for c in draft.curbs]
    table = np.array(rows, dtype=dtype)
    highway = np.array([c.highway for c in draft.curbs])
    first = np.array([c.first for c in draft.curbs], dtype=bool)
    kinds, zs, streets, values = [], [], [], []
    for rule in RULES:
        curbs = table[np.isin(highway, rule.highways) & (first | rule.both)]
        which, z = _sample(curbs, rule)
        kinds.append(np.full(len(z), INDEX[rule.kind], np.uint8))
        zs.append(z)
        streets.append(curbs["street"][which])
        values.append(np.full(len(z), rule.value, np.int32))
    single = draft.assets
    kinds.append(np.array([INDEX[a[0]] for a in single], np.uint8))
    zs.append(np.array([a[1] for a in single], complex))
    streets.append(np.array([a[2] for a in single], np.int64))
    values.append(np.array([a[4] for a in single], np.int32))
    compound = np.zeros(sum(map(len, zs)), np.int64)
    compound[len(compound) - len(single) :] = [a[3] for a in single]
    return {
        "kind": np.concatenate(kinds),
        "z": np.concatenate(zs),
        "street": np.concatenate(streets),
        "compound": compound,
        "value": np.concatenate(values),
    }


def bus_stops(draft: Draft) -> None:
    """Stops on wide streets, named after the community and the street; they are both an asset and a place."""
    rng = draft.rng
    names = {s.id: s.name for s in draft.line_streets.values()}
    taken: set[str] = set()
    for c in draft.curbs:
        zh, en = names.get(c.street, ("", ""))
        if c.highway not in BUS or abs(c.b - c.a) < 60 or zh in taken or rng.random() > BUS[c.highway]:
            continue
        taken.add(zh)
        at = c.a + (c.b - c.a) * 0.3 + c.inward * (CARRIAGEWAY[c.highway] / 2 + 1.5)
        draft.asset("bus_stop", at, street=c.street)
        name = draft.names.local(f"{zh}站", f"{en} Stop")
        draft.place("highway=bus_stop", name, at)
