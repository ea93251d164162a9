"""The same population, seed and moment make the same city."""

from __future__ import annotations

import pytest

from tests.demo.conftest import PRINTS, built

pytestmark = pytest.mark.django_db


def test_the_same_seed_makes_the_same_city(django_db_setup, django_db_blocker):
    for _ in range(2 if not PRINTS else 1):
        with built(django_db_blocker):
            pass
    assert len(PRINTS) >= 2
    assert len(set(PRINTS)) == 1
