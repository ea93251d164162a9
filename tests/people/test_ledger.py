import pytest

from jiedao.errors import Forbidden, Invalid
from jiedao.people import ledger
from jiedao.people.models import Reading
from tests.people.make import make_person, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return make_person("钟二", phone="13800138000", identity="430202199003070013", address="桂花街 1 号")


def test_a_reading_opens_the_fields_and_leaves_a_line(person):
    unit = make_unit("D", name="天元区环卫所")
    reader = make_user("handler", unit=unit)
    found = ledger.read(person, reader, purpose="电话核实", fields=["name", "phone"], case_code="430202")
    assert found == {"name": "钟二", "phone": "13800138000"}
    line = Reading.objects.get()
    assert (line.subject, line.reader, line.purpose, line.case_code) == (person, reader, "电话核实", "430202")
    assert line.fields == ["name", "phone"] and "处置员" in line.reader_label and "天元区环卫所" in line.reader_label


def test_many_readings_are_one_insert(person, django_assert_max_num_queries):
    reader, crowd = make_user("acceptor"), [person, *(make_person(f"甲{n}", phone=f"1390000000{n}") for n in range(9))]
    with django_assert_max_num_queries(5):
        found = ledger.read_many(crowd, reader, purpose="回访", fields=["phone"], case_codes=["c"] * 10)
    assert [row["phone"][-1] for row in found][1:] == [str(n) for n in range(9)] and Reading.objects.count() == 10


def test_a_superuser_is_in_the_ledger_like_anybody(person):
    ledger.read(person, make_user(is_superuser=True), purpose="审计", fields=["phone"])
    assert "系统管理员" in Reading.objects.get().reader_label


def test_ones_own_data_is_not_a_reading(person):
    user = make_user(person=person)
    assert ledger.read(person, user, purpose="本人", fields=["phone"])["phone"] == "13800138000"
    assert not Reading.objects.exists()


@pytest.mark.parametrize("role", ["collector", "leader", "planner", "supervisor"])
def test_a_role_without_the_permission_reads_nothing(person, role):
    with pytest.raises(Forbidden):
        ledger.read(person, make_user(role), purpose="好奇", fields=["phone"])
    assert not Reading.objects.exists()


@pytest.mark.parametrize("purpose,fields", [("", ["phone"]), ("  ", ["phone"]), ("x" * 201, ["phone"]), ("ok", ["pk"])])
def test_a_purpose_and_known_fields_are_needed(person, purpose, fields):
    with pytest.raises(Invalid):
        ledger.read(person, make_user("acceptor"), purpose=purpose, fields=fields)


def test_masks_show_no_whole_value(person):
    shown = ledger.masked(person)
    assert shown["phone"] == "138****8000" and shown["identity"] == "430***********0013" and shown["name"] == "钟*"
    assert shown["address"] == "" and shown["email"] == ""
