from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from jiedao.engines.arcs import BadProblem
from jiedao.engines.patrol import (
    HotSpot,
    Limits,
    PatrolParameters,
    PatrolProblem,
    Segment,
    Streets,
    WeekPlan,
    check_week,
    plan_week,
)
from jiedao.engines.patrol.duties import share_out

LIMITS = Limits(
    nights=7,
    window_minutes=180.0,
    max_metres=12_000.0,
    metres_per_minute=60.0,
    stay_low=10.0,
    stay_high=16.0,
    max_overlap=0.8,
    look_back=2,
)
QUICK = PatrolParameters(iterations=2_000, variants=6, bound_rounds=10)


def town(side: int = 6, metres: float = 200.0) -> Streets:
    ends = [[r * side + c, r * side + c + 1] for r in range(side) for c in range(side - 1)]
    ends += [[r * side + c, (r + 1) * side + c] for r in range(side - 1) for c in range(side)]
    return Streets(side * side, np.array(ends), np.full(len(ends), metres))


def problem(**changes: object) -> PatrolProblem:
    """60 streets of 200 m: a third due every night, a third every two, the rest every four; two hot spots."""
    segments = tuple(Segment(s, 1.0 + s % 2, (1, 2, 4)[s % 3], idle=s % 3) for s in range(60))
    spots = (HotSpot(14, 5.0, 1), HotSpot(28, 3.0, 2))
    return replace(PatrolProblem(town(), segments, spots, (0, 35), LIMITS), **changes)


WEEK = problem()


@cache
def week_plan() -> WeekPlan:
    return plan_week(WEEK, QUICK, seed=5)


def rules(plan, week=WEEK) -> set[str]:
    return {breach.rule for breach in check_week(week, plan)}


def test_a_week_breaks_no_rule() -> None:
    assert check_week(WEEK, week_plan()) == []
    assert len(week_plan().nights) == 7
    assert 1 <= week_plan().least_teams <= week_plan().teams <= 3


def test_same_seed_same_week() -> None:
    small = replace(WEEK, segments=WEEK.segments[:12], limits=replace(LIMITS, nights=2))
    assert plan_week(small, QUICK, seed=9) == plan_week(small, QUICK, seed=9)
    assert plan_week(small, QUICK, seed=9) != plan_week(small, QUICK, seed=10)


def test_beats_are_balanced_and_no_better_than_the_bound() -> None:
    for beats, least in zip(week_plan().nights, week_plan().least_longest, strict=True):
        minutes = [beat.minutes for beat in beats]
        assert max(minutes) >= least - 1e-6
        assert max(minutes) - min(minutes) < 40


def test_hot_spots_get_their_dose_and_what_the_window_leaves() -> None:
    stays = [
        s.end - s.start for beats in week_plan().nights for beat in beats for s in beat.stops if s.hot_spot is not None
    ]
    assert len(stays) >= 7 + 3
    assert min(stays) >= LIMITS.stay_low and max(stays) == pytest.approx(LIMITS.stay_high)


@given(st.integers(0, 6), st.data())
def test_the_checker_sees_each_kind_of_fault(night, data) -> None:
    plan = week_plan()
    number = data.draw(st.integers(0, len(plan.nights[night]) - 1))
    beat = plan.nights[night][number]

    def with_beat(**changes: object):
        beats = list(plan.nights[night])
        beats[number] = replace(beat, **changes)
        return replace(plan, nights=(*plan.nights[:night], tuple(beats), *plan.nights[night + 1 :]))

    k = data.draw(st.integers(1, len(beat.stops) - 2))
    assert "times" in rules(with_beat(stops=beat.stops[:k] + beat.stops[k + 1 :]))
    assert "not_home" in rules(with_beat(stops=beat.stops[:-1]))
    assert "station" in rules(with_beat(station=7))
    assert "street" in rules(with_beat(stops=(replace(beat.stops[0], street=999), *beat.stops[1:])))
    assert "broken_walk" in rules(with_beat(station=1 - beat.station))
    assert "gap" in rules(replace(plan, nights=(*plan.nights[:night], (), *plan.nights[night + 1 :])))
    assert "repeat" in rules(replace(plan, nights=(*plan.nights[: night + 1], *plan.nights[night:])))


def test_the_checker_knows_the_limits() -> None:
    assert rules(week_plan(), replace(WEEK, limits=replace(LIMITS, window_minutes=60.0))) == {"window"}
    assert rules(week_plan(), replace(WEEK, limits=replace(LIMITS, max_metres=1_000.0))) == {"metres"}
    assert rules(week_plan(), replace(WEEK, limits=replace(LIMITS, stay_low=16.5, stay_high=17.0))) == {"stay"}
    past = tuple(beat.streets for beat in week_plan().nights[0])
    assert rules(week_plan(), replace(WEEK, before=(past,))) == {"repeat"}


def test_routes_of_past_nights_are_not_walked_again() -> None:
    past = tuple(beat.streets for beat in week_plan().nights[0])
    again = replace(WEEK, before=(past,), limits=replace(LIMITS, nights=1))
    assert check_week(again, plan_week(again, QUICK, seed=5)) == []


@hypothesis_settings(max_examples=15)
@given(st.data())
def test_every_gap_is_kept_by_the_calendar(data) -> None:
    gaps = data.draw(st.lists(st.integers(1, 9), min_size=1, max_size=12))
    segments = tuple(Segment(s, 1.0, g, data.draw(st.integers(0, g - 1))) for s, g in enumerate(gaps))
    calendar = share_out(problem(segments=segments), 200, seed=1)
    for k, segment in enumerate(segments):
        nights = [
            -1 - segment.idle,
            *[n for n, due in enumerate(calendar) if k in due],
        ]
        assert max(np.diff([*nights, max(7, nights[-1])])) <= segment.max_gap


def test_fast_walkers_are_held_by_the_longest_walk() -> None:
    quick = replace(WEEK, limits=replace(LIMITS, metres_per_minute=120.0, nights=1))
    plan = plan_week(quick, QUICK, seed=1)
    assert check_week(quick, plan) == []
    assert max(beat.metres for beat in plan.nights[0]) <= 12_000


def test_a_segment_out_of_reach_is_named() -> None:
    streets = town()
    far = Streets(38, np.concatenate([streets.ends, [[36, 37]]]), np.append(streets.metres, 100.0))
    lost = replace(WEEK, streets=far, segments=(Segment(60, 1.0, 1),))
    with pytest.raises(BadProblem) as caught:
        plan_week(lost, QUICK)
    assert caught.value.value == [60]
    plan = plan_week(replace(WEEK, streets=far, limits=replace(LIMITS, nights=1)), QUICK)
    assert all(60 not in beat.streets for beat in plan.nights[0])


def test_nothing_to_patrol() -> None:
    empty = replace(WEEK, segments=(), hot_spots=())
    plan = plan_week(empty, QUICK)
    assert (plan.teams, plan.least_teams, check_week(empty, plan)) == (0, 0, [])
