"""The desk through its pages: what a list holds, what a case offers, and what becomes of an act."""

from __future__ import annotations

import pytest

from jiedao.cases import log, queries
from jiedao.cases.models import Case, Entry
from jiedao.people.models import Reading
from jiedao.systems.city_management.triage import lessons
from tests.cases import factories
from tests.web.desk.hands import act, as_user, file, photo_file, steps_shown, walked

TO_HANDLING = ("file_and_send", "dispatch", "assign")


def rows(answer) -> set[str]:
    return {case.code for case, *_ in answer.context["rows"]}


class TestList:
    def test_it_opens_with_what_waits_for_me(self, staff):
        new, sent = file(), walked(staff, "file_and_send", metres=200)
        assert rows(as_user(staff.acceptor).get("/desk/")) == {new.code}
        assert rows(as_user(staff.dispatcher).get("/desk/")) == {sent.code}

    def test_stages_count_and_filter(self, staff):
        file()
        sent = walked(staff, "file_and_send", metres=200)
        answer = as_user(staff.acceptor).get("/desk/", {"stage": "dispatch"})
        assert rows(answer) == {sent.code}
        counts = {stage.code: n for stage, n, _ in answer.context["line"]}
        assert (counts["accept"], counts["dispatch"], counts["handle"], counts["all"]) == (1, 1, 0, 2)
        assert [stage.code for stage, _, here in answer.context["line"] if here] == ["dispatch"]

    def test_filters_narrow(self, staff):
        here, there = file(), file("路灯不亮了", metres=3000)
        client = as_user(staff.acceptor)
        assert rows(client.get("/desk/", {"area": "430203"})) == {there.code}
        assert rows(client.get("/desk/", {"cls": f"{here.category} anything"})) == {here.code}
        assert rows(client.get("/desk/", {"q": "路灯"})) == {there.code}
        assert rows(client.get("/desk/", {"q": here.code[:10]})) == {here.code}
        assert rows(client.get("/desk/", {"late": "1"})) == set()
        assert rows(client.get("/desk/", {"sup": "1"})) == set()
        assert rows(client.get("/desk/", {"mine": "1"})) == set()

    def test_what_no_filter_knows_is_ignored(self, staff):
        one = file()
        odd = {"stage": "x", "area": "99", "unit": "none", "kind": "x"}
        assert rows(as_user(staff.acceptor).get("/desk/", odd)) == {one.code}

    def test_a_department_sees_its_own(self, staff):
        own = walked(staff, "file_and_send", "dispatch")
        walked(staff, "file_and_send", metres=200)
        assert rows(as_user(staff.department).get("/desk/", {"stage": "all"})) == {own.code}
        assert rows(as_user(staff.stranger).get("/desk/", {"stage": "all"})) == set()

    def test_it_costs_ten_queries_whatever_its_length(self, staff, query_count):
        client = as_user(staff.leader)
        file()
        client.get("/desk/")
        with query_count(at_most=10) as one:
            client.get("/desk/")
        for number in range(1, 30):
            file(metres=100 * number)
        with query_count(at_most=10) as many:
            assert len(rows(client.get("/desk/"))) == 30
        assert int(many) == int(one)

    def test_pages_follow_each_other(self, staff, monkeypatch):
        monkeypatch.setattr("jiedao.web.desk_filters.SIZE", 2)
        codes = {file(metres=100 * number).code for number in range(5)}
        client, seen, after = as_user(staff.acceptor), [], ""
        for _ in range(3):
            answer = client.get("/desk/", {"after": after})
            seen += [case.code for case, *_ in answer.context["rows"]]
            after = answer.context["page"].next or ""
        assert (len(seen), set(seen), after) == (5, codes, "")


class TestCase:
    @pytest.mark.parametrize(
        "steps",
        [(), ("file",), ("file_and_send",), TO_HANDLING[:2], TO_HANDLING, (*TO_HANDLING, "hand_back"),
         (*TO_HANDLING, "hand_back", "confirm"), (*TO_HANDLING, "hand_back", "confirm", "request_check"),
         (*TO_HANDLING, "hand_back", "confirm", "request_check", "fail_check")],
        ids=lambda steps: steps[-1] if steps else "reported",
    )  # fmt: skip
    def test_it_offers_exactly_the_steps_that_may_be_taken(self, staff, steps):
        case = walked(staff, *steps)
        for user in (staff.acceptor, staff.dispatcher, staff.department, staff.handler, staff.collector, staff.leader):
            answer = as_user(user).get(f"/desk/case/{case.code}/")
            if answer.status_code == 403:
                continue
            allowed = {step.code for step in queries.steps(user, Case.objects.get(pk=case.pk))}
            assert steps_shown(answer.content.decode()) == allowed

    def test_it_costs_fourteen_queries(self, staff, query_count):
        near = file("路灯不亮了", metres=20)
        for steps, user in (((), staff.leader), (TO_HANDLING[:2], staff.department)):
            case = walked(staff, *steps, metres=200 if steps else 0)
            client = as_user(user)
            client.get(f"/desk/case/{case.code}/")
            with query_count(at_most=14):
                answer = client.get(f"/desk/case/{case.code}/")
            if not steps:
                assert [one.case.code for one in answer.context["near"]] == [near.code]

    def test_beside_the_list_it_is_a_part(self, staff):
        case = file()
        answer = as_user(staff.acceptor).get(f"/desk/case/{case.code}/", headers={"HX-Request": "true"})
        assert answer["HX-Retarget"] == "#detail" and b"<html" not in answer.content

    def test_one_of_another_unit_is_not_shown(self, staff):
        case = walked(staff, *TO_HANDLING)
        assert as_user(staff.stranger).get(f"/desk/case/{case.code}/").status_code == 403
        assert as_user(staff.acceptor).get("/desk/case/430202999/").status_code == 404

    def test_a_changed_log_shows(self, staff):
        case = walked(staff, "file_and_send")
        page = as_user(staff.acceptor).get(f"/desk/case/{case.code}/").content.decode()
        assert "校验一致" in page
        Entry.objects.filter(case=case, seq=2).update(note="改过")
        page = as_user(staff.acceptor).get(f"/desk/case/{case.code}/").content.decode()
        assert "校验一致" not in page and "校验不通过" in page


class TestSteps:
    def test_the_whole_way(self, staff):
        case = file()
        s = staff
        way = [
            (s.acceptor, "file_and_send", {}), (s.dispatcher, "dispatch", {"unit": s.unit.pk}),
            (s.department, "assign", {"handler": s.handler.pk}), (s.handler, "hand_back", {"photos": photo_file()}),
            (s.department, "confirm", {}), (s.dispatcher, "request_check", {}),
            (s.collector, "pass_check", {"photos": photo_file()}), (s.acceptor, "close", {"condition_met": "1"}),
        ]  # fmt: skip
        for user, step, data in way:
            case.refresh_from_db()
            answer = act(user, case, "step", step=step, **data)
            assert answer.status_code == 302, answer.content.decode()[:2000]
        case.refresh_from_db()
        assert case.state == "closed" and log.verify(case) == []
        assert set(case.attachments.values_list("purpose", flat=True)) == {"after", "check"}

    def test_what_a_step_lacks_is_asked_for_and_nothing_happens(self, staff):
        case = file()
        answer = act(staff.acceptor, case, "step", step="reject", note=" ")
        assert answer.status_code == 422 and "请写明理由" in answer.content.decode()
        case.refresh_from_db()
        assert case.state == "reported"

    def test_somebody_was_faster(self, staff):
        case = file()
        factories.take(case, "ask_check", staff)
        answer = act(staff.acceptor, case, "step", htmx=True, step="reject", note="不属于城管职责")
        page = answer.content.decode()
        assert answer.status_code == 409 and answer["HX-Retarget"] == "#detail"
        said = str(answer.context["refused"].text)
        assert staff.acceptor.person.name in said and "立案前核实" in said, "who, and how it stands now"
        assert "不属于城管职责" in page, "what was typed is kept though the step is gone"
        case.refresh_from_db()
        assert case.state == "pre_filing_check"

    def test_photos_of_a_refused_attempt_are_kept(self, staff):
        case = walked(staff, *TO_HANDLING)
        case.version -= 1
        refused = act(staff.handler, case, "step", step="hand_back", photos=photo_file())
        kept = refused.context["kept"]
        assert refused.status_code == 409 and len(kept) == 1 and kept[0] in refused.content.decode()
        case.refresh_from_db()
        assert act(staff.handler, case, "step", step="hand_back", attachments=kept).status_code == 302
        case.refresh_from_db()
        assert case.state == "handled" and case.attachments.count() == 1

    def test_a_case_that_leaves_ones_reach_says_so(self, staff):
        case = walked(staff, "file_and_send", "dispatch")
        answer = act(staff.department, case, "step", htmx=True, step="return_to_dispatcher", note="不属于我们")
        assert answer.status_code == 200 and "已转出" in answer.content.decode()

    def test_a_step_of_another_post_is_forbidden(self, staff):
        case = file()
        assert act(staff.collector, case, "step", step="file").status_code == 403
        assert act(staff.acceptor, case, "step", step="no_such").status_code == 409
        assert act(staff.acceptor, case, "nothing").status_code == 422


class TestMore:
    def test_correcting_the_class_teaches_triage(self, staff):
        case = file("路灯坏了三盏")
        answer = act(staff.acceptor, case, "correct", category="E01-10 暴露生活垃圾", note="其实是垃圾")
        assert answer.status_code == 302
        case.refresh_from_db()
        assert case.category == "E01-10"
        assert [(x.text, x.category) for x in lessons()] == [("路灯坏了三盏", "E01-10")]

    def test_an_unknown_class_is_refused_and_the_form_is_open(self, staff):
        case = file()
        answer = act(staff.acceptor, case, "correct", category="E99-00")
        assert answer.status_code == 422 and answer.context["open"] == "correct"

    def test_moving_the_place(self, staff):
        case = file()
        assert act(staff.acceptor, case, "correct", lon="113.19", lat="27.83").status_code == 302
        case.refresh_from_db()
        assert case.district == "430203"
        assert act(staff.acceptor, case, "correct", lon="100", lat="x").status_code == 422

    def test_merging_with_one_nearby(self, staff):
        old, new = file(), file("路灯不亮了", metres=20)
        assert act(staff.acceptor, new, "merge", into=old.code).status_code == 302
        new.refresh_from_db()
        assert (new.state, new.merged_into) == ("merged", old)

    def test_more_time_is_asked_for_and_decided_by_another(self, staff):
        case = walked(staff, *TO_HANDLING)
        assert act(staff.handler, case, "ask", kind="extension", reason="配件未到").status_code == 302
        asked = case.adjustments.get()
        assert act(staff.handler, case, "decide", adjustment=asked.pk, decision="approve").status_code == 403
        for user in (staff.department, staff.dispatcher):
            assert act(user, case, "decide", adjustment=asked.pk, decision="approve").status_code == 302
        asked.refresh_from_db()
        assert asked.state == "approved"

    def test_a_suspension_needs_its_day(self, staff):
        case = walked(staff, *TO_HANDLING)
        answer = act(staff.department, case, "ask", kind="suspension", reason="等汛期过后")
        assert answer.status_code == 422 and answer.context["open"] == "suspension"
        assert "等汛期过后" in answer.content.decode()

    def test_supervision_and_remarks(self, staff):
        case = file()
        assert act(staff.leader, case, "supervise", why="leader", note="今天办结").status_code == 302
        assert act(staff.leader, case, "comment", text="已电话催办").status_code == 302
        case.refresh_from_db()
        assert case.supervised == "leader"
        assert act(staff.acceptor, case, "comment", text="").status_code == 422


class TestPersonalData:
    def test_a_contact_is_masked_until_a_purpose_is_given(self, staff):
        person = factories.Person.objects.create(name="王小明")
        case = file(person=person)
        client, address = as_user(staff.acceptor), f"/desk/case/{case.code}/"
        assert "王小明" not in client.get(address).content.decode()
        report = case.reports.get()
        assert client.post(f"{address}contact/", {"report": report.pk, "purpose": " "}).status_code == 422
        assert not Reading.objects.exists()
        opened = client.post(f"{address}contact/", {"report": report.pk, "purpose": "回访"})
        assert "王小明" in opened.content.decode()
        reading = Reading.objects.get()
        assert (reading.subject, reading.reader, reading.case_code) == (person, staff.acceptor, case.code)

    def test_reading_a_contact_without_a_sign_in_stands_in_the_log(self, staff):
        case = file(contact={"name": "李女士", "phone": "13800138000"})
        client, address = as_user(staff.acceptor), f"/desk/case/{case.code}/contact/"
        assert "13800138000" not in client.get(f"/desk/case/{case.code}/").content.decode()
        opened = client.post(address, {"report": case.reports.get().pk, "purpose": "核实地点"})
        assert "13800138000" in opened.content.decode()
        entry = case.entries.get(step="read_contact")
        assert (entry.actor, entry.note, entry.public) == (staff.acceptor, "核实地点", False)
        assert "13800138000" not in str(entry.data)

    def test_not_by_somebody_without_the_permission(self, staff):
        case = file(contact={"phone": "13800138000"})
        answer = as_user(staff.collector).post(
            f"/desk/case/{case.code}/contact/", {"report": case.reports.get().pk, "purpose": "好奇"}
        )
        assert answer.status_code == 403 and "13800138000" not in answer.content.decode()
