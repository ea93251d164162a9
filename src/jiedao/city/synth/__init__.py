"""The demo city's geometry, invented from a seed: `generate(population, seed)` → areas, then communities one by one.

Pure Python and NumPy, no Django, no database. Plane work is done in metres, results are in degrees (WGS-84).
"""

from .city import SynthCity, generate
from .furniture import KINDS
from .model import (
    Area,
    Assets,
    Block,
    Building,
    Chunk,
    Compound,
    Division,
    Feature,
    Gate,
    Place,
    Street,
    TurnRestriction,
)

__all__ = [
    "KINDS",
    "Area",
    "Assets",
    "Block",
    "Building",
    "Chunk",
    "Compound",
    "Division",
    "Feature",
    "Gate",
    "Place",
    "Street",
    "SynthCity",
    "TurnRestriction",
    "generate",
]
