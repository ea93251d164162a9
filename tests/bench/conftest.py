from __future__ import annotations

from collections.abc import Iterator

import pytest

from jiedao.cases import kinds
from jiedao.city import stamps
from jiedao.people import stamp
from tests.cases import factories


@pytest.fixture
def own_kinds_of_cases() -> Iterator[None]:
    """Kinds come from the tests' registry, and nothing cached outlives a test."""
    kinds.use(factories.REGISTRY)
    stamp.forget()
    stamps.forget()
    yield
    kinds.use(None)
    stamp.forget()
    stamps.forget()
