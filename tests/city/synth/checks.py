"""Checks of a whole generated city; they share no code with the generator."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

EAST, NORTH = 98_519.0, 110_817.0


def plane(points: np.ndarray) -> np.ndarray:
    return (np.asarray(points) - (113.13, 27.83)) * (EAST, NORTH)


def metres(geometry: shapely.Geometry) -> shapely.Geometry:
    """A local plane good to a few parts in a thousand."""
    return shapely.transform(geometry, plane)


def polygons(rings) -> np.ndarray:
    """Rings of degrees as polygons in metres."""
    rings = list(rings)
    which = np.repeat(np.arange(len(rings)), [len(r) for r in rings])
    return shapely.polygons(shapely.linearrings(plane(np.concatenate(rings)), indices=which))


def lines(coords) -> np.ndarray:
    coords = list(coords)
    which = np.repeat(np.arange(len(coords)), [len(c) for c in coords])
    return shapely.linestrings(plane(np.concatenate(coords)), indices=which)


def components(chunks, directed: bool) -> int:
    """Number of (strongly) connected parts of the street graph, over all nodes."""
    a, b = [], []
    for chunk in chunks:
        for s in chunk.streets:
            a.append(s.nodes[:-1])
            b.append(s.nodes[1:])
            if not s.oneway:
                a.append(s.nodes[1:])
                b.append(s.nodes[:-1])
    start, end = np.concatenate(a), np.concatenate(b)
    ids, index = np.unique(np.concatenate((start, end)), return_inverse=True)
    n, m = len(ids), len(start)
    graph = coo_matrix((np.ones(m), (index[:m], index[m:])), shape=(n, n))
    return connected_components(graph, directed=directed, connection="strong")[0]


def nodes(chunks) -> dict[int, set[tuple[float, float]]]:
    """Where each node is said to be."""
    at = defaultdict(set)
    for chunk in chunks:
        for s in chunk.streets:
            for node, (x, y) in zip(s.nodes.tolist(), s.coords.tolist(), strict=True):
                at[node].add((x, y))
    return at


def overlapping(shapes: np.ndarray, by: float) -> list[tuple[int, int, float]]:
    """Pairs of shapes that share more than `by` square metres."""
    tree = shapely.STRtree(shapes)
    i, j = tree.query(shapes, predicate="intersects")
    i, j = i[i < j], j[i < j]
    area = shapely.area(shapely.intersection(shapes[i], shapes[j]))
    return [(int(p), int(q), float(z)) for p, q, z in zip(i, j, area, strict=True) if z > by]
