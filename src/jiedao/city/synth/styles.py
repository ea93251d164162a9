"""How plots are built over, style by style."""

from __future__ import annotations

from dataclasses import dataclass

from .blocks import Leaf
from .frame import Frame

BUSY = ("trunk", "primary", "secondary", "tertiary")
Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Style:
    """How a plot is built over: sizes and gaps in metres, `unit` the width of one stairwell (0: no dwellings)."""

    use: str
    depth: Range
    length: Range
    gap_x: float
    gap_y: float
    storeys: tuple[int, int]
    unit: float = 0.0
    per_floor: int = 0
    edge: float = 5.0
    walled: bool = True
    loop: bool = False
    fill: float = 1.0
    shape: str = "bar"
    shops: bool = False


STYLES = {
    "slab": Style("residential", (10.5, 12.5), (30, 62), 9, 17, (5, 7), unit=16, per_floor=2, shops=True, fill=0.96),
    "mid": Style(
        "residential", (13, 15), (30, 50), 14, 26, (9, 14), unit=22, per_floor=2, edge=9, loop=True, shops=True
    ),
    "tower": Style(
        "residential",
        (18, 21),
        (25, 31),
        22,
        33,
        (18, 28),
        unit=28,
        per_floor=4,
        edge=10,
        loop=True,
        shape="tower",
        shops=True,
    ),
    "factory": Style("factory", (28, 46), (55, 120), 14, 16, (1, 2), edge=9, loop=True, fill=0.85),
    "depot": Style("workshop", (14, 22), (28, 60), 10, 11, (1, 3), fill=0.8),
    "campus": Style("university", (15, 19), (48, 80), 20, 30, (4, 6), edge=10, loop=True, shape="ell", fill=0.85),
    "school": Style("school", (11, 13), (36, 60), 12, 20, (3, 5), edge=6, shape="ell"),
    "kindergarten": Style("kindergarten", (11, 14), (22, 36), 10, 16, (2, 3), edge=6, shape="ell"),
    "hospital": Style("hospital", (16, 20), (38, 60), 16, 20, (4, 14), edge=8, shape="ell"),
    "office": Style("office", (20, 27), (24, 36), 18, 24, (6, 22), edge=6, walled=False, fill=0.8, shops=True),
    "hotel": Style("hotel", (16, 20), (40, 60), 18, 30, (7, 16), edge=8, walled=False, fill=0.7, shops=True),
    "mall": Style("shop", (38, 58), (50, 90), 14, 18, (3, 6), edge=7, walled=False),
    "market": Style("market", (18, 26), (36, 60), 8, 9, (1, 2), edge=5, walled=False),
}

PLOT_NAMES = {
    "school": ("小学", "Primary School"),
    "kindergarten": ("幼儿园", "Kindergarten"),
    "hospital": ("医院", "Hospital"),
    "market": ("农贸市场", "Farmers' Market"),
    "campus": ("职业学院", "Vocational College"),
    "mall": ("商业广场", "Shopping Centre"),
    "office": ("商务楼", "Business Park"),
    "hotel": ("宾馆", "Hotel"),
}
YEARS = {"slab": (1972, 1999), "factory": (1958, 2018)}


def plot(leaf: Leaf, style: Style) -> Frame:
    """The plot a style gets in a block; an open one keeps farther from the street."""
    return Frame(leaf, 2.5 if style.walled else 3.5)


def fits(frame: Frame, style: Style) -> bool:
    """Whether at least one building of the style has room."""
    if not frame.ok or frame.height - 2 * style.edge < style.depth[0]:
        return False
    low = frame.bottom + style.edge
    x0, x1 = frame.span(low, low + style.depth[0])
    return x1 - x0 - 2 * style.edge > style.length[0] * 0.75
