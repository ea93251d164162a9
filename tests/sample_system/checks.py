"""What `jiedao check` asks of this system."""

from __future__ import annotations

from collections.abc import Iterator

from jiedao.registry import Finding
from jiedao.text import Text
from tests.sample_system.kinds import SPECIES
from tests.sample_system.models import Tree


def findings() -> Iterator[Finding]:
    """Trees of a species that nobody knows."""
    for tree in Tree.objects.exclude(species__in=SPECIES):
        text = Text("树 {pk} 的树种 {code} 不明", "tree {pk}: unknown species {code}")
        yield Finding("sample", text.format(pk=tree.pk, code=tree.species))
