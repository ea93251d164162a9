from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from jiedao.people import stamp


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """What one test cached is not another's."""
    stamp.forget()
    cache.clear()
    yield
    stamp.forget()
