from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiedao.people import duty, stamp
from jiedao.people.models import Responsibility, Unit
from tests.people.make import make_unit

pytestmark = pytest.mark.django_db

HERE = SimpleNamespace(district="430202", subdistrict="430202004", community="430202004001", cell="43020200400101")
TODAY = date(2025, 6, 17)
START = date(2020, 1, 1)
ORDER = [
    (category, of_duty, area)
    for category, of_duty in (("E01-10", ""), ("E01", ""), ("E", ""), ("", "cleansing"), ("", ""))
    for area in ("43020200400101", "430202004001", "430202004", "430202", "")
]
"""The documented order, most specific first."""


def row(unit, category="", of_duty="", area="", **more):
    given = {"kind": "event", "valid_from": START} | more
    return Responsibility.objects.create(category=category, duty=of_duty, area=area, unit=unit, **given)


def ask(**more):
    given = {"kind": "event", "category": "E01-10", "duty": "cleansing", "located": HERE, "on": TODAY} | more
    return duty.responsible(**given)


def test_each_rung_of_the_order_beats_every_later_one():
    units = [make_unit(f"U{n:02}") for n in range(len(ORDER))]
    for unit, (category, of_duty, area) in zip(reversed(units), reversed(ORDER), strict=True):
        row(unit, category, of_duty, area)
        assert ask() == unit, (category, of_duty, area)


@given(st.lists(st.sampled_from(ORDER), unique=True), st.randoms())
def test_the_most_specific_row_answers_in_whatever_order_rows_came(held, random):
    rows = [
        Responsibility(
            pk=n + 1,
            kind="event",
            category=c,
            duty=d,
            area=a,
            unit_id=n + 1,
            unit=Unit(pk=n + 1, code=str(n)),
            valid_from=START,
        )
        for n, (c, d, a) in enumerate(held)
    ]
    wanted = min(range(len(held)), key=lambda n: ORDER.index(held[n]), default=None)
    random.shuffle(rows)
    found = next(duty.Table(rows).candidates("event", "E01-10", "cleansing", duty.places(HERE), TODAY), None)
    assert found == (None if wanted is None else wanted + 1)


def test_a_row_of_another_kind_place_category_or_duty_does_not_answer():
    unit = make_unit("U")
    row(unit, kind="component")
    row(unit, area="430203")
    row(unit, category="E02")
    row(unit, of_duty="lighting")
    row(unit, category="E01-10", of_duty="lighting")
    assert ask() is None


def test_a_row_with_duty_and_category_wins_where_both_fit():
    plain, both = make_unit("P"), make_unit("B")
    row(plain, category="E01")
    row(both, category="E01", of_duty="cleansing")
    assert ask() == both and ask(duty="lighting") == plain


def test_dates_and_ties():
    first, second = make_unit("A"), make_unit("B")
    row(first, valid_to=date(2025, 6, 16))
    row(second, valid_from=date(2025, 6, 17), valid_to=date(2025, 6, 17))
    assert ask(on=date(2025, 6, 16)) == first and ask() == second and ask(on=date(2025, 6, 18)) is None
    later = make_unit("C")
    row(later, valid_from=date(2025, 6, 17))
    assert ask() == later, "of two equal rows the later one"


def test_a_closed_unit_is_passed_over():
    wide, narrow = make_unit("W"), make_unit("N")
    row(wide)
    row(narrow, area="430202")
    assert ask() == narrow
    narrow.active = False
    narrow.save()
    assert ask() == wide


def test_a_place_unknown_or_the_citys_own_code_means_the_whole_city():
    unit = make_unit("C")
    row(unit, area="430200")
    assert ask() == unit and ask(located=None) == unit


def test_an_answer_costs_no_query_once_known_and_a_change_is_seen(django_assert_num_queries):
    first, second = make_unit("A"), make_unit("B")
    row(first)
    ask()
    with django_assert_num_queries(0):
        assert [ask() for _ in range(50)] == [first] * 50
    row(second, area="430202")
    assert ask() == second
    Responsibility.objects.filter(unit=second).delete()
    Responsibility.objects.bulk_create([Responsibility(kind="event", area="430202004", unit=second, valid_from=START)])
    stamp.touch()
    assert ask() == second
