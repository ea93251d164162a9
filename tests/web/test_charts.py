"""Charts: well-formed, safe, and true to their figures."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree

import pytest

from jiedao.web import charts

EVIL = '"><script>alert(1)</script>'


def tree(markup):
    return ElementTree.fromstring(markup)


@pytest.mark.parametrize(
    "markup",
    [
        charts.spark([1, 3, None, 2], EVIL),
        charts.line([EVIL, "b", "c"], [(EVIL, [1, 2, 3]), ("二", [3, None, 1])], title=EVIL, unit=EVIL),
        charts.bar([(EVIL, 3), ("b", 0)], title=EVIL, unit=EVIL, links=[EVIL]),
        charts.stack([(EVIL, 3), ("b", 0)], title=EVIL),
        charts.share(3, 40, title=EVIL),
    ],
)
def test_every_chart_is_well_formed_and_escaped(markup):
    root = tree(markup)
    assert root.get("role") == "img"
    assert root.get("aria-label")
    assert "<script" not in markup
    assert "style=" not in markup


def test_empty_charts_still_draw():
    for markup in (charts.spark([]), charts.line([], []), charts.bar([]), charts.stack([]), charts.share(0, 0)):
        assert tree(markup).tag == "svg"


def test_a_gap_stays_a_gap():
    curves = [
        e
        for e in tree(charts.line(["a", "b", "c", "d", "e"], [("x", [1, 2, None, 4, 5])])).iter()
        if e.get("class") == "curve"
    ]
    assert len(curves) == 2


def test_bars_are_to_scale():
    bars = [e for e in tree(charts.bar([("a", 100), ("b", 25)])).iter() if e.get("class") == "bar"]
    assert float(bars[0].get("width")) == pytest.approx(4 * float(bars[1].get("width")), rel=0.01)


def test_names_of_lines_do_not_overlap():
    lines = charts.line(["a", "b"], [(name, [1, 2]) for name in "xyz"])
    heights = sorted(float(e.get("y")) for e in tree(lines).iter() if e.get("class") == "name")
    assert all(b - a >= 14 for a, b in itertools.pairwise(heights))


def test_a_share_is_drawn_with_its_interval():
    """Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81 of 263 lies in 0.2553 … 0.3662."""
    assert "81/263 = 30.8% (25.5% – 36.6%)" in charts.share(81, 263)


def test_few_observations_are_marked():
    assert 'class="bar few"' in charts.share(3, 29)
    assert 'class="bar few"' not in charts.share(3, 30)


@pytest.mark.parametrize(
    ("value", "said"), [(1234567, "1,234,567"), (0.12749, "0.127"), (12.0, "12"), (None, "–"), (-1500.4, "-1,500")]
)
def test_numbers(value, said):
    assert charts.number(value) == said


@pytest.mark.parametrize(("low", "high"), [(0, 7), (0, 1), (0, 0), (0, 98_765), (-5, 5)])
def test_ticks_cover_and_are_few(low, high):
    found = charts.ticks(low, high)
    assert found[0] <= low
    assert found[-1] >= high
    assert 2 <= len(found) <= 8
