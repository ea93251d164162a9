"""One small and one middling city, laid out once for all tests here."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from jiedao.city.synth import Chunk, SynthCity, generate


@dataclass
class Made:
    city: SynthCity
    chunks: list[Chunk]


def make(population: int, seed: int) -> Made:
    city = generate(population, seed)
    return Made(city, list(city.chunks()))


@pytest.fixture(scope="session")
def town() -> Made:
    return make(5_000, 3)


@pytest.fixture(scope="session")
def city() -> Made:
    return make(60_000, 7)


@pytest.fixture(params=["town", "city"])
def made(request: pytest.FixtureRequest) -> Made:
    return request.getfixturevalue(request.param)
