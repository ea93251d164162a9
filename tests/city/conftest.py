from __future__ import annotations

from collections.abc import Iterator

import pytest

from jiedao.city import stamps


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """What one test kept in memory is not another's."""
    stamps.forget()
    yield
    stamps.forget()
