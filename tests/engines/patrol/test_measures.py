import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiedao.engines.patrol import measures as m

WINDOW = (0.0, 180.0)
LOOP = [np.arange(5.0 * street, 180.0, 20.0) for street in range(4)]
"""Ring of four streets, five minutes each, one team round and round."""


def test_ring_of_four_streets() -> None:
    assert [len(visits) for visits in LOOP] == [9] * 4
    assert [m.worst_idleness(visits, WINDOW) for visits in LOOP] == [20] * 4
    assert [round(m.mean_idleness(visits, WINDOW), 3) for visits in LOOP] == [10.0, 9.583, 9.444, 9.583]
    assert m.graph_idleness(LOOP, WINDOW) == pytest.approx(9.653, abs=1e-3)
    assert m.revisit_interval(LOOP[0]) == (20, 20)


def test_chance_to_miss_the_loop() -> None:
    for visits in LOOP:
        assert m.miss_probability(visits, WINDOW, 10.0) == pytest.approx(0.5, abs=0.04)
        assert m.miss_probability(visits, WINDOW, 20.0) == 0
    assert m.miss_probability([], WINDOW, 20.0) == 1
    assert m.miss_probability([90.0], WINDOW, 200.0) == 0


def test_fixed_loop_holds_no_surprise_and_four_even_turns_hold_two_bits() -> None:
    assert m.turn_entropy([[0, 1, 2, 3] * 10]) == 0
    even = [[0, turn] for turn in (1, 2, 3, 4)]
    assert m.turn_entropy(even) == 2
    assert m.turn_entropy_share(even, dict.fromkeys(range(5), 4)) == 1
    assert m.turn_entropy_share([[0, 1, 0, 1]], {0: 1, 1: 1}) == 0
    assert m.turn_entropy([]) == 0


def test_start_times() -> None:
    assert m.start_entropy([3.0] * 7, WINDOW, 15.0) == 0
    assert m.start_entropy(np.arange(7.5, 180.0, 15.0), WINDOW, 15.0) == pytest.approx(1)
    assert m.start_entropy([], WINDOW, 15.0) == 0


def test_coverage_by_length_weight_and_number() -> None:
    assert m.coverage([True, False, True], [100.0, 300.0, 100.0]) == 0.4
    assert m.coverage([True, False], [1, 1]) == 0.5
    assert m.coverage([], []) == 1


def test_dose_deterrence_response() -> None:
    assert m.dose_compliance([9.9, 10.0, 16.0, 16.1], 10.0, 16.0) == 0.5
    assert np.isnan(m.dose_compliance([], 10.0, 16.0))
    assert m.deterrence([2.0, 5.0], [15.0, 0.0], 15.0) == pytest.approx(2 * (1 - np.exp(-1)))
    assert m.response([[4.0, 10.0], [6.0, 2.0]], [3.0, 1.0]) == 3.5
    assert all(np.isnan(m.revisit_interval([5.0])))


def test_overlap() -> None:
    assert m.jaccard([1, 2, 3], [2, 3, 4]) == 0.5
    assert m.jaccard([], []) == 0
    assert m.mean_overlap([{1, 2}, {1, 2}, {3}]) == 0.5
    assert m.mean_overlap([{1}]) == 0


def test_gini() -> None:
    assert m.gini([5, 5, 5]) == 0
    assert m.gini([0, 0, 0, 8]) == 0.75
    assert m.gini([]) == m.gini([0, 0]) == 0


@given(st.lists(st.floats(0, 180), max_size=20), st.floats(1, 179))
def test_bounds_that_always_hold(visits, duration) -> None:
    assert 0 <= m.miss_probability(visits, WINDOW, duration) <= 1
    assert m.worst_idleness(visits, WINDOW) / 2 >= m.mean_idleness(visits, WINDOW) - 1e-9
    assert m.gaps(visits, WINDOW).sum() == pytest.approx(180)


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=20), st.floats(0.1, 50))
def test_gini_knows_no_unit(values, factor) -> None:
    assert m.gini(values) == pytest.approx(m.gini(np.array(values) * factor), abs=1e-9)
    assert 0 <= m.gini(values) + 1e-12 <= 1
