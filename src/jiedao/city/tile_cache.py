"""Tiles as gzip files under JIEDAO_HOME/cache/tiles/<stamp>/; for another stamp another folder, and the old ones go."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from pathlib import Path

from django.conf import settings
from django.db.models import Max, Min, Model

from jiedao.city import tiles
from jiedao.city.models import Area, Land, Street
from jiedao.city.stamps import Kept

Box = tuple[float, float, float, float]
FORMAT = 1
"""Raised when the content of tiles changes, so that files of an older Jiedao are not served."""
GZIP_LEVEL = 6


def _extent() -> Box | None:
    """The box around everything that tiles show; None while nothing is imported."""
    boxes = [box for model in (Area, Street, Land) if (box := _extent_of(model))]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _extent_of(model: type[Model]) -> Box | None:
    found = model.objects.aggregate(w=Min("west"), s=Min("south"), e=Max("east"), n=Max("north"))
    return None if found["w"] is None else (found["w"], found["s"], found["e"], found["n"])


_map: Kept[Box | None] = Kept("areas", "map", build=_extent)


def stamp() -> str:
    """Names the state of the map; part of every tile's ETag."""
    return f"{FORMAT}-" + "-".join(f"{number:x}" for number in _map.stamp)


def get(z: int, x: int, y: int) -> bytes:
    """A tile as gzip, b"" where nothing is."""
    extent = _map.get()
    if extent is None or not _meets(extent, tiles.Cut(z, x, y).frame):
        return b""
    path = folder() / str(z) / str(x) / f"{y}.json.gz"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    body = tiles.build(z, x, y)
    packed = gzip.compress(body, GZIP_LEVEL, mtime=0) if body else b""
    _keep(path, packed)
    return packed


def folder() -> Path:
    """Where tiles of the present state lie; made when missing, and then those of other states are removed."""
    home = settings.HOME / "cache" / "tiles"
    path = home / stamp()
    if not path.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        for other in home.iterdir():
            if other != path:
                shutil.rmtree(other, ignore_errors=True)
    return path


def _keep(path: Path, packed: bytes) -> None:
    """Write in one step, so that a reader never sees half a tile; a full disk costs only the cache."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as stream:
            stream.write(packed)
        Path(stream.name).replace(path)
    except OSError:
        return


def _meets(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def exists(z: int, x: int, y: int) -> bool:
    """Whether these numbers are a tile that is served at all."""
    return tiles.MIN_ZOOM <= z <= tiles.MAX_ZOOM and x < 2**z and y < 2**z
