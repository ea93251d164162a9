"""Evaluation: rates, scores, ranks, and for every figure the cases it counted."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from jiedao.cases import actions
from jiedao.cases.models import Clock
from jiedao.measures import evaluation
from jiedao.measures.compute import Period
from jiedao.measures.indicators import Indicator, Measure, Tally, wilson
from jiedao.text import Text
from tests.cases import factories
from tests.web.desk.hands import as_user, walked
from tests.web.desk.test_board import TO_CLOSED

SOON = timedelta(days=90)


@pytest.fixture
def year(staff):
    """Cases in several states; deadlines lie ahead, so the period does too."""
    walked(staff, *TO_CLOSED)
    walked(staff, "file_and_send", "dispatch", "assign", metres=100)
    returned = walked(staff, "file_and_send", "dispatch", metres=200)
    factories.take(returned, "return_to_dispatcher", staff, timezone.now())
    walked(staff, metres=3000)
    today = timezone.localdate()
    return {"first": today - timedelta(days=1), "last": today + SOON}


def test_areas_units_and_posts_have_their_tables(staff, year):
    client = as_user(staff.leader)
    by_area = client.get("/board/evaluation/", year).context
    assert {str(name) for _, name, _ in by_area["lines"]} == {"430202", "430203"}
    by_unit = client.get("/board/evaluation/", year | {"for": "unit"}).context
    assert [str(name) for _, name, _ in by_unit["lines"]] == ["cleansing"]
    by_post = client.get("/board/evaluation/", year | {"for": "person", "role": "dispatcher"}).context
    (_, name, cells) = by_post["lines"][0]
    assert str(name) == staff.dispatcher.label
    accuracy = {cell.measure.indicator.code: cell.measure for cell in cells}["dispatch_accuracy"]
    assert (accuracy.k, accuracy.n) == (2, 3), "one of three dispatches came back"


def test_a_return_counts_for_the_unit_that_sent_it_back(staff, year):
    (line,) = as_user(staff.leader).get("/board/evaluation/", year | {"for": "unit"}).context["lines"]
    rate = {cell.measure.indicator.code: cell.measure for cell in line[2]}["return_rate"]
    assert (rate.k, rate.n) == (1, 3)


def test_a_granted_appeal_is_not_overtime_and_the_raw_overtime_stays(staff, year):
    case = walked(staff, *TO_CLOSED, metres=400)
    Clock.objects.filter(case=case, stage="handle").update(overdue=True)
    rates = lambda: {m.indicator.code: m for m in evaluation.evaluate("unit", Period(**year)).total}  # noqa: E731
    before = rates()["handled_in_time"]
    asked = actions.do_appeal(case, staff.department, reason="停电")
    for user in (staff.dispatcher, staff.acceptor):
        actions.do_decide_adjustment(asked, user, approve=True)
    after = rates()["handled_in_time"]
    assert (after.k, after.n) == (before.k + 1, before.n)
    assert Clock.objects.get(case=case, stage="handle").overdue


@pytest.mark.parametrize("subject", ["area", "unit", "person"])
def test_every_figure_opens_the_cases_it_counted(staff, year, subject):
    client = as_user(staff.leader)
    seen = 0
    for _, _, cells in client.get("/board/evaluation/", year | {"for": subject, "role": "dispatcher"}).context["lines"]:
        for cell in cells:
            bases = (cell.measure.indicator.numerator.base, cell.measure.indicator.denominator.base)
            for address, n, base in zip((cell.part, cell.whole), (cell.measure.k, cell.measure.n), bases, strict=True):
                total = client.get(address).context["total"]
                assert total <= n and bool(total) == bool(n), f"{address}: {total} cases for {n}"
                assert total == n or base in ("entry", "clock", "report", "feedback")
                seen += 1
    assert seen


def test_an_unknown_figure_or_period_is_refused(staff):
    client = as_user(staff.leader)
    assert client.get("/board/evidence/", {"set": "none"}).status_code == 422
    assert client.get("/board/evaluation/", {"first": "x", "last": "y"}).status_code == 422
    assert client.get("/board/evaluation/", {"first": "2026-02-01", "last": "2026-01-01"}).status_code == 422


def test_the_table_is_taken_away_as_csv(staff, year):
    answer = as_user(staff.leader).get("/board/evaluation.csv", year)
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(lines) == 3 and "立案率" in lines[0]


def measure(code: str, k: int, n: int) -> Measure:
    from django.db.models import Q

    none = Tally("case", Q())
    return Measure(Indicator(code, Text(code, code), Text("", ""), none, none), k, n)


class TestRanking:
    def row(self, subject: str, k: int, n: int) -> evaluation.Row:
        return evaluation._row(
            subject, [measure("handled_in_time", k, n)], {"handled_in_time": 40}, [(90, "green"), (0, "red")]
        )

    def test_too_few_observations_have_no_rank(self):
        ranked = evaluation._ranked([self.row("few", 3, 3), self.row("b", 50, 100), self.row("a", 95, 100)])
        assert [(row.subject, row.rank) for row in ranked] == [("a", 1), ("b", 2), ("few", None)]
        assert [row.band for row in ranked] == ["green", "red", "green"]

    def test_equals_share_a_rank(self):
        ranked = evaluation._ranked([self.row(name, 50, 100) for name in "ba"] + [self.row("c", 40, 100)])
        assert [(row.subject, row.rank) for row in ranked] == [("a", 1), ("b", 1), ("c", 3)]

    def test_weights_name_indicators_that_are_counted(self):
        assert set(evaluation.weights()) <= {one.code for one in evaluation.indicators()}
        assert sum(evaluation.weights().values()) == 100


def test_wilson_holds_the_proportion():
    assert wilson(0, 0) == (0.0, 1.0)
    low, high = wilson(90, 100)
    assert (round(low, 4), round(high, 4)) == (0.8256, 0.9448)
    assert wilson(0, 50)[0] == pytest.approx(0, abs=1e-12) and wilson(50, 50)[1] == pytest.approx(1)
