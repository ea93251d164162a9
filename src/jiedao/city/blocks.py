"""A ground cut into cells along its streets: blocks split where too large, merged where too small. Pure, in metres.

A cell's load is what is balanced: households where they are known, else square metres. `divide` finds the blocks that
streets and boundary enclose, lays cuts through the heavy ones, notes everything against everything once, so that
neighbours share their vertices exactly, and merges the pieces along their longest common edges.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
import shapely

from jiedao.city.geometry import joined, polygons

Shape: TypeAlias = shapely.Polygon | shapely.MultiPolygon
SPLIT_DEPTH = 14
OVERSHOOT_M = 0.02
"""Cuts reach this far past the block's edge so that they surely meet it; the end dangles and is dropped."""
CUT_TRIES, CUT_NEAR = 10, 0.02
"""How often a cut is moved, and how near to the wanted share of the load it must come."""
GRIDS_M = (1e-5, 1e-3, 1e-2)
"""Vertices are rounded to this while noding, so that a street drawn along the boundary becomes one line with it."""
DUST_M2 = 1e-3
"""What rounding leaves between edges; no part of any cell."""
CRUMB_M2 = 1.0
CRUMB_SHARE = 0.3
"""A piece with less than this share of the lower limit cannot stand alone, nor one smaller than CRUMB_M2."""


@dataclass(frozen=True)
class Limits:
    """What one cell should carry. A block with more than `most` is split, a piece with less than `least` is merged."""

    least: float
    most: float

    @property
    def target(self) -> float:
        return (self.least + self.most) / 2

    @property
    def roof(self) -> float:
        """What cannot be halved without both halves being too light stays whole, even above `most`."""
        return max(self.most, 2 * self.least)


@dataclass(frozen=True)
class Ground:
    """What weighs on the ground: square metres and points (n × 2 metres, n loads).

    In a block larger than `open_above_m2` a square metre weighs only `open_per_m2`, but each point makes its own load
    of ground built-up, so that a hillside stays in large cells and the village at its foot does not. None: all ground
    is alike.
    """

    per_m2: float
    points: np.ndarray
    loads: np.ndarray
    open_above_m2: float | None = None
    open_per_m2: float = 0.0
    open_blocks: shapely.STRtree | None = None

    @cached_property
    def tree(self) -> shapely.STRtree:
        return shapely.STRtree(shapely.points(self.points))

    def knowing(self, faces: Sequence[Shape]) -> Ground:
        """The same ground with its open blocks marked."""
        if self.open_above_m2 is None:
            return self
        large = [face for face in faces if face.area > self.open_above_m2]
        return replace(self, open_blocks=shapely.STRtree(large))

    def on(self, shapes: Sequence[Shape]) -> np.ndarray:
        """The load of each shape, which must not straddle blocks; a point on a common edge counts for the first."""
        listed = np.asarray(shapes, object)
        area, placed = shapely.area(listed), np.zeros(len(listed))
        if len(self.points):
            piece, point = self.tree.query(listed, "intersects")
            _, first = np.unique(point, return_index=True)
            np.add.at(placed, piece[first], self.loads[point[first]])
        if self.open_above_m2 is None:
            return area * self.per_m2 + placed
        full = area * self.per_m2
        if self.open_blocks is None or not len(self.open_blocks):
            return full
        inside = self.open_blocks.query(shapely.point_on_surface(listed), "intersects")[0]
        full[inside] = np.minimum(full[inside], area[inside] * self.open_per_m2 + placed[inside])
        return full


def divide(shape: Shape, streets: Sequence[shapely.Geometry], ground: Ground, limits: Limits) -> list[Shape]:
    """Cells that tile `shape`, cut along `streets` (lines) where they run. Deterministic. All in metres."""
    lines = shapely.intersection(np.asarray(streets, object), shape) if len(streets) else []
    lines = [shapely.boundary(shape), *(line for line in lines if not line.is_empty)]
    for grid_m in GRIDS_M:
        pieces, known = _pieces(shape, lines, ground, limits, grid_m)
        if abs(sum(piece.area for piece in pieces) - shape.area) <= max(DUST_M2, grid_m * shape.length):
            return _merge(pieces, known.on(pieces), limits)
    return bisect(shape, ground.knowing(polygons(shape)), limits)


def _pieces(
    shape: Shape, lines: list, ground: Ground, limits: Limits, grid_m: float
) -> tuple[list[shapely.Polygon], Ground]:
    """The blocks inside the shape with cuts through the heavy ones, and the ground that knows the blocks."""
    net = shapely.union_all(lines, grid_size=grid_m)
    faces = _faces(net, shape)
    ground = ground.knowing(faces)
    cuts: list[shapely.LineString] = []
    for face, load in zip(faces, ground.on(faces).tolist(), strict=True):
        if load > limits.roof:
            _halve(face, ground, limits, SPLIT_DEPTH, cuts.append, None)
    pieces = _faces(shapely.union_all([net, *cuts], grid_size=grid_m), shape) if cuts else faces
    return pieces, ground


def _faces(net: shapely.Geometry, shape: Shape) -> list[shapely.Polygon]:
    """What a noded net encloses inside the shape."""
    faces = polygons(shapely.polygonize([net]))
    inside = shapely.intersects(shape, shapely.point_on_surface(np.asarray(faces, object)))
    return [face for face, kept in zip(faces, inside.tolist(), strict=True) if kept and face.area > DUST_M2]


def bisect(shape: Shape, ground: Ground, limits: Limits) -> list[Shape]:
    """Cells by straight cuts alone, for a ground without streets."""
    found: list[Shape] = []
    for part in polygons(shape):
        _halve(part, ground, limits, SPLIT_DEPTH, None, found.append)
    return found


def _halve(
    face: Shape,
    ground: Ground,
    limits: Limits,
    depth: int,
    take_cut: Callable[[shapely.LineString], None] | None,
    take_piece: Callable[[Shape], None] | None,
) -> None:
    load = float(ground.on([face])[0])
    if load <= limits.roof or depth == 0 or face.area < CRUMB_M2:
        if take_piece:
            take_piece(face)
        return
    parts = max(2, round(load / limits.target))
    cut, first, second = _cut(face, ground, load, (parts // 2) / parts)
    if take_cut:
        for line in shapely.get_parts(shapely.intersection(cut, face)).tolist():
            if line.geom_type == "LineString" and line.length > 0:
                take_cut(_longer(line))
    for half in (*polygons(first), *polygons(second)):
        _halve(half, ground, limits, depth - 1, take_cut, take_piece)


def _cut(face: Shape, ground: Ground, load: float, share: float) -> tuple[shapely.LineString, Shape, Shape]:
    """The line across the longest extent of a face with `share` of its load on one side, and both sides."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(face))
    if len(corners) < 4:
        corners = shapely.get_coordinates(shapely.envelope(face))
    sides = np.diff(corners[:3], axis=0)
    lengths = np.hypot(*sides.T)
    along = sides[int(lengths.argmax())] / lengths.max()
    across = np.array([-along[1], along[0]])
    origin, reach = corners.mean(axis=0), float(lengths.sum()) + 1
    low, high, below, above = -lengths.max() / 2, lengths.max() / 2, 0.0, 1.0
    for _ in range(CUT_TRIES):
        middle = low + (high - low) * min(0.9, max(0.1, (share - below) / max(above - below, 1e-9)))
        first = shapely.intersection(face, _half_plane(origin, along, across, middle, reach))
        done = float(ground.on([first])[0]) / load
        if abs(done - share) < CUT_NEAR:
            break
        if done < share:
            low, below = middle, done
        else:
            high, above = middle, done
    at = origin + along * middle
    line = shapely.LineString([at - across * reach, at + across * reach])
    second = shapely.intersection(face, _half_plane(origin, -along, across, -middle, reach))
    return line, first, second


def _half_plane(origin, along, across, at: float, reach: float) -> shapely.Polygon:
    """The side of the line at distance `at` along an axis that the axis comes from."""
    near, far = origin + along * at, origin + along * (at - 2 * reach)
    return shapely.Polygon([near - across * reach, near + across * reach, far + across * reach, far - across * reach])


def _longer(line: shapely.LineString) -> shapely.LineString:
    at = shapely.get_coordinates(line)[[0, -1]]
    step = (at[1] - at[0]) / np.hypot(*(at[1] - at[0])) * OVERSHOOT_M
    return shapely.LineString([at[0] - step, at[1] + step])


def _merge(pieces: list[shapely.Polygon], loads: np.ndarray, limits: Limits) -> list[Shape]:
    """Join the lightest piece with the neighbour that fits best until every group is heavy enough."""
    groups = Groups(pieces, loads)
    heap = [(load, i) for i, load in enumerate(groups.load) if load < limits.least]
    heapq.heapify(heap)
    while heap:
        load, i = heapq.heappop(heap)
        if i not in groups.members or groups.load[i] != load:
            continue
        other = groups.best(i, limits)
        if other is None:
            continue
        groups.join(i, other)
        if groups.load[i] < limits.least:
            heapq.heappush(heap, (groups.load[i], i))
    return [joined([pieces[k] for k in members]) for _, members in sorted(groups.members.items())]


class Groups:
    """Pieces in groups, their loads, outlines and the length of the edges between them."""

    def __init__(self, pieces: list[shapely.Polygon], loads: np.ndarray) -> None:
        self.load: list[float] = loads.tolist()
        self.around: list[float] = shapely.length(np.asarray(pieces, object)).tolist()
        self.area: list[float] = shapely.area(np.asarray(pieces, object)).tolist()
        self.members = {i: [i] for i in range(len(pieces))}
        self.edges = shared_edges(pieces)

    def best(self, i: int, limits: Limits) -> int | None:
        """The neighbour to join: within the limit, and making the roundest shape; a crumb takes any."""
        for roof in (limits.most, limits.roof):
            options = [j for j in self.edges[i] if self.load[i] + self.load[j] <= roof]
            if options:
                return max(options, key=lambda j: (self._roundness(i, j), -j))
        crumb = self.area[i] < CRUMB_M2 or self.load[i] < CRUMB_SHARE * limits.least
        return min(self.edges[i], key=lambda j: (self.load[j], j), default=None) if crumb else None

    def _roundness(self, i: int, j: int) -> float:
        """Isoperimetric quotient of the union."""
        around = self.around[i] + self.around[j] - 2 * self.edges[i][j]
        return (self.area[i] + self.area[j]) / max(around, 1e-9) ** 2

    def join(self, i: int, j: int) -> None:
        """Let group i swallow group j."""
        self.around[i] += self.around[j] - 2 * self.edges[i][j]
        self.area[i] += self.area[j]
        self.load[i] += self.load[j]
        self.members[i] += self.members.pop(j)
        for k, length in self.edges.pop(j).items():
            del self.edges[k][j]
            if k != i:
                self.edges[i][k] = self.edges[k][i] = self.edges[i].get(k, 0.0) + length


def shared_edges(pieces: Sequence[shapely.Polygon]) -> dict[int, dict[int, float]]:
    """Length of the common edge of every pair of pieces whose edges have the same vertices."""
    rings, ring_of = shapely.get_rings(np.asarray(pieces, object), return_index=True)
    at, ring = shapely.get_coordinates(rings, return_index=True)
    owner = ring_of[ring]
    same = ring[1:] == ring[:-1]
    begin, end, owner = at[:-1][same], at[1:][same], owner[:-1][same]
    swap = (begin[:, 0] > end[:, 0]) | ((begin[:, 0] == end[:, 0]) & (begin[:, 1] > end[:, 1]))
    begin[swap], end[swap] = end[swap], begin[swap].copy()
    edge = np.hstack([begin, end])
    order = np.lexsort(edge.T)
    edge, owner = edge[order], owner[order]
    found: dict[int, dict[int, float]] = {i: {} for i in range(len(pieces))}
    twins = np.flatnonzero((edge[1:] == edge[:-1]).all(axis=1))
    lengths = np.hypot(edge[:, 2] - edge[:, 0], edge[:, 3] - edge[:, 1])
    for k in twins.tolist():
        i, j, length = int(owner[k]), int(owner[k + 1]), float(lengths[k])
        if i != j:
            found[i][j] = found[j][i] = found[i].get(j, 0.0) + length
    return found


def reading_order(shapes: Sequence[Shape], row_m: float) -> list[int]:
    """Indices row by row from the north, in each row from the west; a row is `row_m` high."""
    middles = shapely.get_coordinates(shapely.centroid(np.asarray(shapes, object)))
    top = middles[:, 1].max(initial=0.0)
    rows = np.floor((top - middles[:, 1]) / max(row_m, 1.0)).astype(int)
    return np.lexsort((middles[:, 1], middles[:, 0], rows)).tolist()
