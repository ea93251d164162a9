"""OpenStreetMap in: read the whole file, lay out the areas, cut the grid, store everything in one transaction.

`FILE.osm.pbf`, `FILE.osm` or `FILE.geojson`. Running it again renews what carries the same reference and adds nothing
twice. Any fault of the file raises Refused before the database is touched.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.db import transaction

from jiedao.city import coordinates, gridding, stamps
from jiedao.city.blocks import Shape
from jiedao.city.gridding import GridRules, Homes
from jiedao.city.imports import files, frame, geojson_read, osm_read, store
from jiedao.city.imports.extract import Extract, Thing
from jiedao.city.imports.frame import Frame
from jiedao.city.imports.report import reason
from jiedao.city.locate import Locator
from jiedao.city.models import Area, Import
from jiedao.errors import Refused
from jiedao.text import Text, speaking_english

FORMS = {".pbf": "pbf", ".osm": "osm", ".xml": "osm", ".geojson": "geojson", ".json": "geojson"}


def import_osm(path: str | Path, area: str = "", *, datum: str = "wgs84") -> dict:
    """Import a map file under an area; "" means the whole city, which is made from the extract where there is none.

    Returns {"streets", "buildings", "areas", "assets", "land", "places", "turns", "cells", "shortened" (streets that
    leave the file), "skipped": {reason: n}, "notes", "seconds"}.
    Raises Refused with a sentence; then nothing has changed.
    """
    begun = time.perf_counter()
    path = Path(path)
    extract = read(path, datum)
    layout, inside = frame.lay_out(extract, area)
    if inside is not None:
        clip(extract, inside)
    if extract.empty:
        raise _nothing(path, extract)
    with transaction.atomic():
        made = layout.save()
        cells, notes = cut_grid(layout, extract)
        locator = Locator(*_shapes())
        counts = store.save(extract, locator, settings.OPTIONS.city[:6])
        report: dict[str, Any] = {**counts, "areas": made, "cells": cells, "shortened": extract.shortened}
        report["skipped"] = dict(sorted(extract.skipped.items()))
        report["notes"] = [note.en if speaking_english() else note.zh for note in notes]
        Import.objects.create(source=path.name[:200], area=area, digest=files.digest(path), report=report)
        stamps.bump("areas", "streets", "map")
    return report | {"seconds": round(time.perf_counter() - begun, 3)}


def read(path: Path, datum: str = "wgs84") -> Extract:
    """The extract of a file by its name's ending, in WGS-84, every reference once. Raises Refused."""
    convert = coordinates.converter(datum)
    form = FORMS.get(path.suffix.lower())
    if form is None:
        kinds = Text(".osm.pbf、.osm 或 .geojson", ".osm.pbf, .osm or .geojson")
        raise files.bad(path, Text("不认识的文件类型", "its type is not known"), kinds)
    extract = geojson_read.read(files.check(path)) if form == "geojson" else osm_read.read(path, form)
    if extract.empty:
        raise _nothing(path, extract)
    if convert:
        extract.convert(convert)
    for group in extract.groups():
        _once(group, extract.skipped)
    ways = {street.ref for street in extract.streets}
    present = [turn for turn in extract.turns if {turn.from_ref, turn.to_ref} <= ways]
    extract.skipped["turn_without_street"] += len(extract.turns) - len(present)
    extract.turns = present
    extract.skipped = +extract.skipped
    return extract


def clip(extract: Extract, inside: Shape) -> None:
    """Leave out what does not touch the area."""
    shapely.prepare(inside)
    for group in extract.groups():
        if group:
            kept = shapely.intersects(inside, np.asarray([thing.shape for thing in group], object)).tolist()
            extract.skipped["outside"] += len(group) - sum(kept)
            group[:] = [thing for thing, stays in zip(group, kept, strict=True) if stays]
    extract.skipped = +extract.skipped


def cut_grid(layout: Frame, extract: Extract) -> tuple[int, list[Text]]:
    """Cells for each community that the extract touches and that has none: how many, and what could not be cut."""
    streets = [thing.shape for thing in extract.streets if thing.kind not in gridding.NOT_DIVIDING]
    lines, at = shapely.STRtree(streets), frame.middles(extract)
    points = shapely.STRtree(shapely.points(at))
    gridded = {area.parent_id for area in layout.known.values() if area.level == Area.Level.CELL}
    made, notes = 0, []
    for area in sorted(layout.known.values(), key=lambda a: a.code):
        if area.level != Area.Level.COMMUNITY or not area.shape or area.code in gridded:
            continue
        shape = layout.shape(area.code)
        near, homes = np.sort(lines.query(shape)), np.sort(points.query(shape, "intersects"))
        if not len(near) and not len(homes):
            continue
        try:
            found = gridding.cells(
                shape, [streets[i] for i in near], Homes(at[homes], np.zeros(len(homes))), GridRules.of(area.code)
            )
        except Refused as refused:
            notes.append(Text(f"{area.name}：{refused.text.zh}", f"{area.name_en or area.name}: {refused.text.en}"))
            continue
        Area.objects.bulk_create(gridding.rows(area, found), 500)
        made += len(found)
    return made, notes


def _nothing(path: Path, extract: Extract) -> Refused:
    """The refusal of a file of which nothing is left, with the reasons."""
    reasons = [(reason(key), count) for key, count in sorted((+extract.skipped).items())]
    zh = "、".join(f"{why.zh} {count}" for why, count in reasons)
    en = ", ".join(f"{why.en}: {count}" for why, count in reasons)
    why = Text("其中没有可用的道路、建筑、部件或地点", "it holds no street, building, asset or place to import")
    return files.bad(path, Text(why.zh + (f"（{zh}）" if zh else ""), why.en + (f" ({en})" if en else "")))


def _once(group: list[Thing], skipped: Counter[str]) -> None:
    """Keep the first thing of each reference."""
    seen: dict[str, Thing] = {}
    for thing in group:
        seen.setdefault(thing.ref, thing)
    skipped["repeated"] += len(group) - len(seen)
    group[:] = seen.values()


def _shapes() -> tuple[list[str], list[Shape]]:
    rows = list(Area.objects.exclude(shape=None).values_list("code", "shape"))
    return [code for code, _ in rows], list(shapely.from_wkb([bytes(shape) for _, shape in rows]))
