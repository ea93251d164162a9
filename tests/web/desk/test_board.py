"""The wall: right figures, drilled down by area, each with its cases behind it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.utils import timezone

from jiedao.cases.models import Case, Clock
from jiedao.measures import board
from jiedao.web import board_map
from tests.cases import factories
from tests.web.desk.hands import as_user, file, walked

TO_CLOSED = (
    "file_and_send", "dispatch", "assign", "hand_back", "confirm", "request_check", "pass_check", "close",
)  # fmt: skip


@pytest.fixture
def wall(staff):
    """Two open here, one closed here, one open in the other district; one of them overdue."""
    file(), walked(staff, "file_and_send", metres=100)
    walked(staff, *TO_CLOSED, metres=200)
    there = file(metres=3000)
    Case.objects.filter(pk=there.pk).update(deadline=timezone.now() - timezone.timedelta(hours=1))
    return as_user(staff.leader)


def test_it_counts_today_open_and_overdue(wall):
    found = wall.get("/board/").context["wall"]
    assert (found.opened_today, found.ended_today, found.open, found.late) == (4, 1, 3, 1)
    assert {code: (p.open, p.late, p.today) for code, p in found.places.items()} == {
        "430202": (2, 0, 3),
        "430203": (1, 1, 1),
    }
    assert found.hot[0][2] == 4


def test_an_area_is_drilled_into(wall):
    answer = wall.get("/board/", {"area": "430202", "by": "today"})
    assert answer.context["wall"].open == 2
    assert [code for code, _ in answer.context["trail"]] == ["", "430202"]
    assert list(answer.context["wall"].places) == ["430202004"]


def test_somebody_of_one_district_sees_that_district(wall, staff):
    local = as_user(factories.make_user("leader", area="430203"))
    assert local.get("/board/").context["area"] == "430203"
    assert local.get("/board/", {"area": "430202"}).status_code == 403
    assert local.get("/board/evidence/", {"set": "opened", "area": "430202"}).status_code == 403
    assert as_user(staff.acceptor).get("/board/").status_code == 403


def test_every_number_opens_as_many_cases(wall, staff):
    page = wall.get("/board/").context
    found, links = page["wall"], page["links"]
    assert wall.get(links["today"]).context["total"] == found.opened_today
    assert wall.get(links["ended"]).context["total"] == found.ended_today
    assert len(wall.get(links["open"]).context["rows"]) == found.open
    assert len(wall.get(links["late"]).context["rows"]) == found.late
    for _, n, href in page["stages"]:
        assert len(wall.get(href).context["rows"]) == n
    for _, n, _, href in page["hot"]:
        assert wall.get(href).context["total"] == n


def test_it_costs_twenty_queries_and_ten_when_kept(wall, query_count):
    wall.get("/board/")
    cache.clear()
    with query_count(at_most=20):
        wall.get("/board/")
    with query_count(at_most=10):
        wall.get("/board/")


def test_nothing_personal_is_on_it(wall, staff):
    file("王小明家门口的垃圾，电话13800138000", metres=400, contact={"name": "王小明", "phone": "13800138000"})
    cache.clear()
    page = wall.get("/board/").content.decode()
    assert "王小明" not in page and "13800138000" not in page


def test_an_empty_city_is_shown_too(staff):
    answer = as_user(staff.leader).get("/board/")
    assert answer.status_code == 200 and answer.context["wall"].open == 0


class TestMap:
    def test_each_part_is_a_link_with_its_figures_in_words(self, wall):
        page = wall.get("/board/").content.decode()
        assert 'aria-label="430203：在办 1，超时 1，今日上报 1"' in page
        address = next(href for *_, href in wall.get("/board/").context["places"])
        assert parse_qs(urlsplit(address).query)["area"] == ["430202"]

    def test_shades_rise_with_the_figure(self):
        ends = board_map.limits([3, 50, 10])
        assert ends == sorted(ends) and ends[-1] == 50 and len(ends) == board_map.STEPS
        shades = [board_map.step_of(value, ends) for value in (0, 1, 25, 50)]
        assert shades == [0, 1, 3, 5]
        assert board_map.limits([]) == []

    @pytest.mark.parametrize(("most", "ends"), [(1, [1]), (2, [1, 2]), (3, [1, 2, 3])])
    def test_few_cases_make_few_shades(self, most, ends):
        assert board_map.limits([0, most]) == ends
        assert board_map.step_of(most, ends) == len(ends)

    def test_names_are_escaped(self, staff):
        said = {"430202": board_map.Said(1, '<b a="', "/x?a=1&b=2")}
        drawn = board_map.draw("", said, "<map>")
        assert "<b" not in drawn and "&lt;b a=&quot;" in drawn and "/x?a=1&amp;b=2" in drawn and "&lt;map&gt;" in drawn


class TestReport:
    def test_it_says_what_the_board_says(self, wall, staff):
        from jiedao.commands import report

        found = report.report("430202", None, 30)
        assert (found["open"], found["opened_today"], found["ended_today"]) == (2, 3, 1)
        rates = {one["code"]: (one["k"], one["n"]) for one in found["indicators"]}
        assert rates["filing_rate"] == (2, 3) and rates["handled_in_time"][0] <= rates["handled_in_time"][1]
        assert "too few" in report.describe(found["indicators"][0])

    def test_a_rate_of_enough_observations_is_said_with_its_interval(self):
        from jiedao.commands import report

        one = {
            "name": {"zh": "甲", "en": "A"},
            "k": 90,
            "n": 100,
            "rate": 0.9,
            "interval": [0.826, 0.945],
            "enough": True,
        }
        assert report.describe(one) == "甲 A: 90.0% (82.6%–94.5%, 90/100)"

    @pytest.mark.parametrize(("area", "days"), [("999999", 30), ("", 0)])
    def test_what_cannot_be_is_refused(self, staff, area, days):
        from jiedao.commands import report
        from jiedao.errors import Refused

        with pytest.raises(Refused):
            report.report(area, None, days)


def test_figures_are_kept_for_some_seconds(staff, query_count):
    board.wall("")
    with query_count(at_most=0):
        board.wall("")
    assert Clock.objects.count() == 0
