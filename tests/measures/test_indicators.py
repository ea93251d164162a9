"""Figures: intervals, scores, counts in one query a base, and the cases behind each."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from jiedao.errors import Invalid
from jiedao.measures.compute import Frame, Period, compute, evidence
from jiedao.measures.indicators import Measure, score, wilson
from jiedao.systems.city_management.indicators import INDICATORS
from tests.systems.city_management.ground import TO_CLOSED, TO_HANDLING, city, report, staff, take  # noqa: F401

BY_CODE = {one.code: one for one in INDICATORS}


@pytest.mark.parametrize(
    "k, n, low, high",
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_wilson_matches_published_values(k: int, n: int, low: float, high: float) -> None:
    assert wilson(k, n) == pytest.approx((low, high), abs=5e-4)


@given(st.integers(0, 500), st.integers(0, 500))
def test_wilson_holds_the_rate_and_stays_inside(a: int, b: int) -> None:
    k, n = min(a, b), max(a, b)
    low, high = wilson(k, n)
    assert 0 <= low <= high <= 1
    assert n == 0 or low - 1e-12 <= k / n <= high + 1e-12


def test_score_turns_round_what_should_be_low_and_leaves_out_what_was_not_counted() -> None:
    good, bad = Measure(BY_CODE["handled_in_time"], 9, 10), Measure(BY_CODE["rework_rate"], 2, 10)
    empty = Measure(BY_CODE["satisfaction"], 0, 0)
    weights = {"handled_in_time": 40, "rework_rate": 10, "satisfaction": 50}
    assert score([good, bad, empty], weights) == pytest.approx(100 * (40 * 0.9 + 10 * 0.8) / 50)
    assert score([empty], weights) is None


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        Period(date(2026, 5, 2), date(2026, 5, 1))
    assert refused.value.field == "last"


def test_every_figure_opens_the_cases_it_counted(client, staff) -> None:  # noqa: F811
    first = take(report(client), staff, *TO_HANDLING, *TO_CLOSED)
    take(report(client, key="key-2", text="路灯不亮", lon="113.1531", lat="27.8331"), staff, "file")
    rejected = report(client, key="key-3", text="小广告", lon="113.1561", lat="27.8361")
    take(rejected, staff, "reject")
    today = timezone.localdate()
    frame = Frame(Period(today, today + timedelta(days=60)))
    found = compute(INDICATORS, frame)[None]
    assert (found["filing_rate"].k, found["filing_rate"].n) == (2, 3)
    assert (found["handling_rate"].k, found["handling_rate"].n) == (1, 1)
    assert [case.pk for case in evidence(BY_CODE["handled_in_time"].numerator, frame)] == [first.pk]
    for one in INDICATORS:
        for tally, count in ((one.numerator, found[one.code].k), (one.denominator, found[one.code].n)):
            assert bool(count) == evidence(tally, frame).exists(), one.code


def test_groups_add_up_and_cost_one_query_a_base(client, staff, query_count) -> None:  # noqa: F811
    take(report(client), staff, *TO_HANDLING, *TO_CLOSED)
    today = timezone.localdate()
    frame = Frame(Period(today, today + timedelta(days=60)))
    bases = {tally.base for one in INDICATORS for tally in (one.numerator, one.denominator)}
    with query_count(at_most=len(bases)):
        rows = compute(INDICATORS, frame, group="subdistrict")
    total = compute(INDICATORS, frame)[None]
    for one in INDICATORS:
        assert sum(row[one.code].n for row in rows.values()) == total[one.code].n
