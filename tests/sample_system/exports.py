"""Tables to take away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jiedao.people import access
from jiedao.registry import Export
from jiedao.text import Text
from tests.sample_system.kinds import label
from tests.sample_system.models import Tree


def trees(user: Any) -> Iterator[tuple[Any, ...]]:
    """Trees of the cases that this user may see."""
    seen = access.scope(user, "case.view").q("case__")
    for tree in Tree.objects.filter(seen).select_related("case").order_by("pk").iterator(500):
        yield tree.case.code, str(label(tree.species)), tree.lon, tree.lat, tree.planted_at


EXPORTS = (
    Export(
        "sample-trees",
        Text("申请种下的树", "Trees planted on request"),
        (Text("案卷号", "Case"), Text("树种", "Species"), Text("经度", "Longitude"), Text("纬度", "Latitude"),
         Text("栽植时间", "Planted")),
        trees,
    ),
)  # fmt: skip
