"""Filing: what is refused, what is merged, what it costs."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from jiedao.cases import actions, intake, log
from jiedao.cases.models import Case, Clock, Entry, Report
from jiedao.city.models import Asset
from jiedao.errors import Conflict, Invalid, TooLarge
from jiedao.people import vault
from jiedao.people.models import Person
from tests.cases.factories import LAT, LON, MONDAY, TO_HANDLING, a_report, file_one, make_user, photo, take, walk

METRE = 1 / 98_500
"""Of longitude at 27.83°."""


def refused(**more) -> Exception:
    with pytest.raises((Invalid, TooLarge, Conflict)) as refusal:
        intake.do_file([a_report(**more)], MONDAY)
    assert not Case.objects.exists()
    assert refusal.value.text.zh
    assert refusal.value.text.en
    return refusal.value


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"lon": 10.0, "lat": 20.0}, "place"),
        ({"lon": float("nan")}, "place"),
        ({"lon": None}, "place"),
        ({"lon": "113.15"}, "place"),
        ({"kind": "unicorn"}, "kind"),
        ({"category": "E77-77"}, "category"),
        ({"text": ""}, "text"),
        ({"text": "\0\u202e "}, "text"),
        ({"text": 5}, "text"),
        ({"attributes": []}, "attributes"),
        ({"attributes": {"x": float("inf")}}, "attributes"),
        ({"kind": "lamp", "attributes": {"dark": 99, "pole": "A1"}}, "attributes.dark"),
        ({"kind": "lamp", "attributes": {}}, "attributes.pole"),
        ({"photos": ["no-such-id"]}, "photos"),
        ({"photos": ["00000000-0000-0000-0000-000000000000"]}, "photos"),
    ],
)
def test_bad_input_is_refused_with_its_field(staff, more, field):
    assert refused(**more).field == field


def test_a_flood_of_text_is_refused_with_the_limit(staff):
    error = refused(text="长" * 10_000)
    assert (error.status, error.field) == (413, "text")
    assert "2000" in error.text.en
    assert len(error.as_dict()["value"]) <= 200


def test_too_many_attributes_and_photos(staff):
    assert refused(attributes={str(i): "x" * 50 for i in range(2000)}).status == 413
    assert refused(photos=range(99)).status == 413


def test_nul_controls_and_bidi_overrides_are_taken_out_and_nothing_else(staff):
    case = file_one(
        text="a\0b\x1b\u202e垃圾\u2066\r\nنص 👨\u200d👩\ud800", title="x\ny\0", attributes={"k\0": "v\u202e"}
    )
    assert case.text == "ab垃圾\nنص 👨\u200d👩"
    assert case.title == "x y"
    assert case.form == {"k": "v"}


def test_one_bad_report_files_none_of_a_batch(staff):
    with pytest.raises(Invalid):
        intake.do_file([a_report(), a_report(lon=1.0)], MONDAY)
    assert not Case.objects.exists()


def test_contact_is_sealed_and_form_kept(staff):
    contact = {"name": "钟", "phone": "13800000000", "email": ""}
    filed = intake.do_file([a_report(kind="lamp", lon=None, lat=None, attributes={"pole": "A1"}, contact=contact)])[0]
    report = Report.objects.get(pk=filed.report_id)
    assert json.loads(vault.unseal(report.contact_sealed, "contact")) == contact
    case = Case.objects.get(pk=filed.case_id)
    assert case.form == {"pole": "A1", "dark": 1}
    assert (case.state, case.unit_id, case.h3) == ("open", staff.other.pk, None)
    assert Clock.objects.get(case=case).unit_id == staff.other.pk


# duplicates


def test_near_and_of_one_class_joins_the_open_case(staff):
    first = file_one()
    filed = intake.do_file([a_report(text="完全不同的话 xyz", category="E01-10", lon=LON + 8 * METRE)], MONDAY)[0]
    assert filed.merged
    assert filed.case_id == first.pk
    assert "8 米" in filed.why[-1].zh
    first.refresh_from_db()
    assert (first.reports_count, first.version) == (2, 2)
    assert first.reports.count() == 2
    assert log.verify(first) == []


@pytest.mark.parametrize(
    ("text", "metres", "joins"),
    [
        ("路边垃圾没有人清理", 25, True),
        ("abcdefg", 25, False),
        ("路边有垃圾没人清理", 40, False),
        ("abcdefg", 10, True),
    ],
)
def test_farther_away_the_words_must_be_alike(staff, text, metres, joins):
    file_one()
    filed = intake.do_file([a_report(text=text, category="E01-10", lon=LON + metres * METRE)], MONDAY)[0]
    assert filed.merged is joins


def test_another_class_or_condition_is_another_thing(staff):
    file_one(category="C01-01", condition="noisy")
    assert not intake.do_file([a_report(category="E01-13")], MONDAY)[0].merged
    assert not intake.do_file([a_report(category="C01-01", condition="missing")], MONDAY)[0].merged
    assert intake.do_file([a_report(category="C01-01", condition="noisy")], MONDAY)[0].merged


def test_a_closed_or_old_case_takes_no_more_reports(staff):
    old = file_one(MONDAY - timedelta(days=31))
    new = file_one()
    assert new.pk != old.pk
    take(new, "reject", staff)
    assert not intake.do_file([a_report()], MONDAY)[0].merged


def test_one_component_is_one_thing_wherever_the_reporter_stands_and_two_are_two(staff):
    lamps = [
        Asset.objects.create(code=f"{n}", kind="manhole", lon=LON, lat=LAT, h3=1, category="C01-01") for n in range(2)
    ]
    file_one(category="C01-01", asset=lamps[0].pk)
    far = intake.do_file([a_report(category="C01-01", asset=lamps[0].pk, lon=LON + 90 * METRE)], MONDAY)[0]
    assert far.merged
    assert not intake.do_file([a_report(category="C01-01", asset=lamps[1].pk)], MONDAY)[0].merged


def test_duplicates_inside_one_batch(staff):
    filed = intake.do_file([a_report(), a_report(lon=LON + 300 * METRE), a_report(), a_report()], MONDAY)
    assert [f.merged for f in filed] == [False, False, True, True]
    assert filed[0].case_id == filed[2].case_id == filed[3].case_id
    case = Case.objects.get(pk=filed[0].case_id)
    assert (case.reports_count, case.version, case.entries.count()) == (3, 3, 3)
    assert log.verify(case) == []


def test_a_kind_without_the_rule_never_merges(staff):
    report = {"kind": "lamp", "attributes": {"pole": "A1"}}
    assert not any(f.merged for f in intake.do_file([a_report(**report), a_report(**report)], MONDAY))


def test_a_report_that_joins_is_no_reason_to_refuse_the_acceptor(staff):
    case = file_one()
    intake.do_file([a_report()], MONDAY)
    assert take(case, "file", staff).state == "filed", "the page showed version 1"


# the sender's own key


def test_sent_twice_filed_once(staff):
    first = intake.do_file([a_report(key="phone:1")], MONDAY)[0]
    again = intake.do_file([a_report(key="phone:1"), a_report(key="phone:2", lon=LON + 200 * METRE)], MONDAY)
    assert (again[0].case_id, again[0].token, again[0].merged) == (first.case_id, first.token, False)
    assert Report.objects.count() == 2


def test_a_key_for_something_else_is_a_conflict(staff):
    intake.do_file([a_report(key="phone:1")], MONDAY)
    with pytest.raises(Conflict) as refusal:
        intake.do_file([a_report("别的事情", key="phone:1")], MONDAY)
    assert refusal.value.code == "key_reused"


# photos


def test_photos_belong_to_the_report_and_to_nobody_else(staff):
    owner = make_user()
    mine, person = photo(owner), Person.objects.get(user=owner)
    file_one(photos=[mine], person=person)
    mine.refresh_from_db()
    assert mine.report is not None
    assert mine.case_id == mine.report.case_id
    with pytest.raises(Invalid):
        intake.do_file([a_report(photos=[mine], person=person)], MONDAY)
    with pytest.raises(Invalid):
        intake.do_file([a_report(photos=[photo(owner)])], MONDAY)


# cost


def _fresh(number: int, at: int) -> list:
    return [a_report(lon=LON + (at + i) * 0.0004, lat=LAT) for i in range(number)]


def test_the_query_count_hardly_depends_on_the_number_of_reports(staff, query_count):
    intake.do_file(_fresh(1, -40))
    with query_count(at_most=12) as one:
        intake.do_file(_fresh(1, -30))
    with query_count(at_most=20) as many:
        intake.do_file(_fresh(30, -20))
    assert int(many) - int(one) <= 5
    assert Case.objects.count() == 32


def test_joining_costs_hardly_more(staff, query_count):
    intake.do_file(_fresh(3, 0))
    with query_count(at_most=15):
        filed = intake.do_file(_fresh(3, 0))
    assert all(f.merged for f in filed)


def test_ids_are_never_used_twice(staff):
    filed = [intake.do_file(_fresh(3, n * 4))[0].case_id for n in range(3)]
    assert len(set(filed)) == 3
    assert Case.objects.create(
        code="x", kind="city", state="reported", state_at=MONDAY, opened_at=MONDAY, channel="test"
    ).pk > max(filed)


def test_a_case_closed_between_looking_and_locking_is_not_joined(staff, monkeypatch):
    from jiedao.cases import duplicates

    first = file_one()
    look = duplicates.candidates

    def then_close(*args):
        found = look(*args)
        Case.objects.filter(pk=first.pk, closed_at=None).update(closed_at=MONDAY, state="rejected")
        return found

    monkeypatch.setattr(duplicates, "candidates", then_close)
    filed = intake.do_file([a_report(), a_report()], MONDAY)
    assert [f.merged for f in filed] == [False, True]
    assert filed[0].case_id == filed[1].case_id != first.pk


def test_the_first_line_of_the_log_says_who_took_it_down(staff):
    clerk = make_user("clerk")
    case = file_one(by=clerk, channel="phone")
    entry = Entry.objects.get(case=case)
    assert (entry.actor, entry.actor_label, entry.data["channel"]) == (clerk, clerk.label, "phone")
    assert file_one(lon=LON + 0.004).entries.get().actor_label == "上报人"


def test_filing_a_merged_report_while_it_is_handled(staff):
    case = walk(file_one(), staff, *TO_HANDLING)
    assert intake.do_file([a_report()], MONDAY)[0].merged
    case.refresh_from_db()
    assert case.state == "handling"
    actions.do_comment(case, staff.handler, "在路上")
    case.refresh_from_db()
    assert log.verify(case) == []
