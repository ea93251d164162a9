"""Many cases at once, and the list taken away as a table."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from jiedao.cases.models import Case
from jiedao.web.desk_export import safe
from tests.cases import factories
from tests.web.desk.hands import as_user, file, walked


def ticked(*cases: Case) -> list[str]:
    return [f"{case.code}:{case.version}" for case in cases]


def send(user, step, *cases, **data):
    return as_user(user).post("/desk/batch/", {"step": step, "case": ticked(*cases)} | data)


class TestBatch:
    def test_each_result_is_told_and_nothing_is_lost(self, staff):
        good, stale, done = (file(metres=100 * n) for n in range(3))
        factories.take(stale, "ask_check", staff)
        factories.take(done, "file_and_send", staff)
        answer = send(staff.acceptor, "file_and_send", good, stale, done)
        outcomes = {one.code: one.refused for one in answer.context["outcomes"]}
        assert answer.context["done"] == 1 and outcomes[good.code] is None
        assert outcomes[stale.code].code == "stale" and outcomes[done.code].code == "stale"
        assert {case.state for case in Case.objects.all()} == {"to_dispatch", "pre_filing_check"}

    def test_what_the_step_needs_is_asked_for_once(self, staff):
        one, two = file(), file(metres=100)
        asked = send(staff.acceptor, "reject", one, two)
        assert 'name="note"' in asked.content.decode() and Case.objects.filter(state="reported").count() == 2
        assert send(staff.acceptor, "reject", one, two, sure="1", note="").status_code == 422
        done = send(staff.acceptor, "reject", one, two, sure="1", note="不属于城管职责")
        assert done.context["done"] == 2

    def test_dispatching_many_gives_each_the_unit_proposed(self, staff):
        one, two = walked(staff, "file_and_send"), walked(staff, "file_and_send", metres=100)
        send(staff.dispatcher, "dispatch", one, two, sure="1", unit="")
        assert list(Case.objects.values_list("unit", flat=True)) == [staff.unit.pk] * 2

    def test_it_is_refused_without_cases_with_too_many_or_for_a_step_that_needs_a_photo(self, staff, monkeypatch):
        case = file()
        assert as_user(staff.acceptor).post("/desk/batch/", {"step": "file"}).status_code == 422
        assert send(staff.handler, "hand_back", case).status_code == 422
        monkeypatch.setattr("jiedao.web.desk_batch.value", lambda key: 1)
        assert send(staff.acceptor, "file", case, file(metres=100)).status_code == 422

    def test_a_case_of_others_stays_as_it_is(self, staff):
        case = walked(staff, "file_and_send", "dispatch", "assign", "hand_back")
        answer = send(staff.stranger, "confirm", case)
        (outcome,) = answer.context["outcomes"]
        assert outcome.refused.code == "forbidden" and case.title not in answer.content.decode()

    def test_without_scripts_it_is_a_page(self, staff):
        page = send(staff.acceptor, "reject", file()).content.decode()
        assert "<html" in page
        part = as_user(staff.acceptor).post(
            "/desk/batch/", {"step": "reject", "case": ticked(*Case.objects.all())}, headers={"HX-Request": "true"}
        )
        assert part["HX-Retarget"] == "#detail" and b"<html" not in part.content


class TestExport:
    def test_it_holds_the_filtered_list(self, staff):
        here = file()
        file(metres=3000)
        answer = as_user(staff.leader).get("/desk/export.csv", {"area": "430202"})
        lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
        assert len(lines) == 2 and lines[1][0] == here.code

    def test_a_formula_stays_text_in_both_forms(self, staff):
        file(title="=HYPERLINK(1)", address="+86 路口", contact={"name": "李女士", "phone": "13800138000"})
        client = as_user(staff.leader)
        text = b"".join(client.get("/desk/export.csv").streaming_content).decode()
        assert "'=HYPERLINK(1)" in text and "'+86 路口" in text
        assert "李女士" not in text and "13800138000" not in text
        book = openpyxl.load_workbook(io.BytesIO(client.get("/desk/export.xlsx").content))
        assert [cell.data_type for cell in book.active[2]][:2] == ["s", "s"]
        assert book.active["B2"].value == "'=HYPERLINK(1)"

    @pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1", "\r=1"])
    def test_what_a_spreadsheet_would_run(self, cell):
        assert safe(cell) == f"'{cell}"

    def test_plain_text_and_numbers_stay(self):
        assert (safe("路灯"), safe(-3)) == ("路灯", -3)

    def test_only_for_those_who_see_indicators_and_only_so_many_rows(self, staff, monkeypatch):
        assert as_user(staff.acceptor).get("/desk/export.csv").status_code == 403
        for number in range(3):
            file(metres=100 * number)
        monkeypatch.setattr("jiedao.web.desk_export.value", lambda key: 2)
        text = b"".join(as_user(staff.leader).get("/desk/export.csv").streaming_content).decode()
        assert len(text.strip().splitlines()) == 3
