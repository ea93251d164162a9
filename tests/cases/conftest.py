from __future__ import annotations

from collections.abc import Iterator

import pytest

from jiedao.cases import kinds
from jiedao.city import stamps
from jiedao.people import stamp
from tests.cases import factories


@pytest.fixture(autouse=True)
def own_kinds() -> Iterator[None]:
    """Kinds come from the tests' registry, and nothing cached outlives a test."""
    kinds.use(factories.REGISTRY)
    stamp.forget()
    stamps.forget()
    yield
    kinds.use(None)
    stamp.forget()
    stamps.forget()


@pytest.fixture
def city(db: None) -> None:
    factories.make_city()


@pytest.fixture
def staff(city: None) -> factories.Staff:
    return factories.Staff()
