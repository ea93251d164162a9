import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from jiedao.cases.models import Case, Notice, Report
from jiedao.errors import Conflict
from jiedao.people import consents, erasure, export, ledger, vault
from jiedao.people.models import Consent, Person, Reading, User
from tests.people.make import PASSWORD, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine():
    person = make_person("钟一", phone="13800138000", identity="430202199003070018", address="桂花街 1 号")
    return make_user(username="zhong", person=person)


@pytest.fixture
def at_home(client, mine):
    client.force_login(mine)
    return client


def test_ones_own_data_is_masked_until_asked_for(at_home):
    page = at_home.get("/me/").content.decode()
    assert "138****8000" in page and "13800138000" not in page and "桂花街" not in page
    page = at_home.post("/me/", {"show": "1"}).content.decode()
    assert "13800138000" in page and "430202199003070018" in page and not Reading.objects.exists()


def test_changing_ones_data(at_home, mine):
    given = {"name": "钟一一", "email": " Z@Example.COM", "address": "天台路", "language": "en", "large_type": "1"}
    answer = at_home.post("/me/edit/", given)
    assert answer.url == "/me/"
    person = Person.objects.get(pk=mine.person_id)
    assert ledger.opened(person, "email") == "z@example.com" and person.large_type and person.language == "en"
    assert ledger.opened(person, "phone") == "13800138000", "what the form does not hold stays"
    assert answer.cookies["django_language"].value == "en" and answer.cookies["jiedao_size"].value == "large"


@pytest.mark.parametrize(
    "more,field",
    [
        ({"email": "x"}, "email"),
        ({"name": ""}, "name"),
        ({"address": "x" * 201}, "address"),
        ({"language": "fr"}, "language"),
    ],
)
def test_a_bad_change_names_its_field(at_home, more, field):
    answer = at_home.post("/me/edit/", {"name": "钟一", "language": "zh-hans"} | more)
    assert answer.status_code == 422 and f'id="f-{field}-wrong"' in answer.content.decode()


def test_a_sign_in_without_person_gets_one_when_it_says_its_name(client):
    user = User.objects.create_user("bare", PASSWORD)
    client.force_login(user)
    for url in ("/me/", "/me/readings/", "/me/consents/", "/me/erase/"):
        assert client.get(url).status_code == 200
    client.post("/me/edit/", {"name": "名", "language": "zh-hans"})
    assert User.objects.get(pk=user.pk).person.name == "名"


def test_changing_the_password_ends_other_sessions(at_home, mine):
    other = Client()
    other.force_login(mine)
    assert other.get("/me/").status_code == 200
    new = {"old": PASSWORD, "password": "he-jia-tu-33", "again": "he-jia-tu-33"}
    assert at_home.post("/me/password/", new).url == "/me/"
    assert at_home.get("/me/").status_code == 200 and other.get("/me/").status_code == 302


@pytest.mark.parametrize(
    "old,new,again,field",
    [
        ("wrong", "he-jia-tu-33", "he-jia-tu-33", "old"),
        (PASSWORD, "he-jia-tu-33", "he-jia-tu-34", "again"),
        (PASSWORD, PASSWORD, PASSWORD, "password"),
        (PASSWORD, "password", "password", "password"),
    ],
)
def test_a_bad_new_password(at_home, mine, old, new, again, field):
    answer = at_home.post("/me/password/", {"old": old, "password": new, "again": again})
    assert answer.status_code == 422 and f'id="f-{field}-wrong"' in answer.content.decode()
    assert User.objects.get().check_password(PASSWORD)


def test_the_validators_speak_both_languages(mine):
    from jiedao.errors import Invalid
    from jiedao.people.accounts import check_password

    with pytest.raises(Invalid) as caught:
        check_password("password", mine)
    assert "密码" in caught.value.text.zh and "common" in caught.value.text.en


def test_a_temporary_password_must_be_changed_first(client):
    user = make_user("clerk", username="zhong", must_change_password=True)
    client.force_login(user)
    for url in ("/me/", "/desk/"):
        assert client.get(url).url == "/me/password/"
    assert client.get("/me/password/").status_code == 200 and client.post("/sign-out/").status_code == 302


def test_readings_are_shown_to_their_subject_only_page_by_page(at_home, mine):
    reader = make_user("acceptor")
    for n in range(60):
        ledger.read(mine.person, reader, purpose=f"目的{n:02}", fields=["phone"], case_code=f"c{n}")
    ledger.read(make_person("别人"), reader, purpose="别人的事", fields=["name"])
    first = at_home.get("/me/readings/").content.decode()
    assert "目的59" in first and "目的10" in first and "目的09" not in first and "别人的事" not in first
    line = mine.person.readings.order_by("-pk")[49]
    second = at_home.get(f"/me/readings/?after={line.pk}").content.decode()
    assert "目的09" in second and "目的10" not in second
    for odd in ("x", "-1", "9" * 40):
        assert at_home.get(f"/me/readings/?after={odd}").status_code == 200


def test_consents_are_given_and_taken_back(at_home, mine):
    at_home.post("/me/consents/", {"purpose": "callback", "act": "grant"})
    at_home.post("/me/consents/", {"purpose": "callback", "act": "grant"})
    assert consents.has(mine.person, "callback") and Consent.objects.count() == 1
    at_home.post("/me/consents/", {"purpose": "callback", "act": "withdraw"})
    assert not consents.has(mine.person, "callback") and Consent.objects.get().withdrawn_at
    assert at_home.post("/me/consents/", {"purpose": "nonsense", "act": "grant"}).status_code == 404


def test_a_consent_runs_out(mine):
    Consent.objects.create(person=mine.person, purpose="callback", expires_at=timezone.now() - timedelta(seconds=1))
    assert not consents.has(mine.person, "callback")


def unzip(answer) -> dict:
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    return {n[:-5]: json.loads(archive.read(n)) for n in archive.namelist() if n.endswith(".json")}


def test_the_export_holds_everything_in_clear(at_home, mine, monkeypatch):
    monkeypatch.setitem(export._parts, "wishes", lambda person: [{"at": timezone.now(), "what": "路灯"}])
    ledger.read(mine.person, make_user("acceptor"), purpose="核实", fields=["phone"])
    consents.do_grant(mine.person, "news")
    answer = at_home.post("/me/export/")
    assert answer["Content-Type"] == "application/zip" and "attachment" in answer["Content-Disposition"]
    found = unzip(answer)
    assert {"person", "consents", "readings", "posts", "wishes"} <= found.keys()
    assert found["person"]["phone"] == "13800138000" and found["person"]["identity"] == "430202199003070018"
    assert found["readings"][0]["purpose"] == "核实" and found["consents"][0]["purpose"] == "news"
    assert found["wishes"][0]["what"] == "路灯"
    assert at_home.get("/me/export/").status_code == 405


def a_report(person) -> Report:
    now = timezone.now()
    case = Case.objects.create(code="1", kind="k", title="t", state="s", state_at=now, opened_at=now, channel="portal")
    Notice.objects.create(person=person, case=case, template="x")
    return Report.objects.create(case=case, person=person, token="t", channel="portal", text="路灯不亮", at=now)


def test_erasure_wipes_the_person_and_leaves_the_report(at_home, mine):
    report, pk = a_report(mine.person), mine.person_id
    ledger.read(mine.person, make_user("acceptor"), purpose="核实", fields=["phone"])
    consents.do_grant(mine.person, "news")
    assert at_home.post("/me/erase/", {"password": PASSWORD, "sure": "1"}).url == "/"
    person, user = Person.objects.get(pk=pk), User.objects.get(pk=mine.pk)
    assert person.erased_at and person.name == "已注销" and person.address == ""
    kept = (person.phone_sealed, person.phone_key, person.identity_sealed, person.identity_key, person.email_sealed)
    assert kept == (None,) * 5
    assert not user.is_active and not user.has_usable_password() and "zhong" not in user.username
    report.refresh_from_db()
    assert report.person is None and report.text == "路灯不亮"
    assert not Notice.objects.exists() and not Consent.objects.exists()
    assert Reading.objects.filter(subject=pk).count() == 1, "the ledger keeps its line"
    assert at_home.get("/me/").status_code == 302
    assert Client().post("/sign-in/", {"username": "13800138000", "password": PASSWORD}).status_code == 422


def test_every_column_of_a_person_is_wiped_or_named_as_kept():
    wiped = set(erasure._blank())
    assert {f.name for f in Person._meta.concrete_fields} - wiped == {
        "id",
        "created_at",
        "erased_at",
        "language",
        "large_type",
    }


@pytest.mark.parametrize("given", [{}, {"password": PASSWORD}, {"sure": "1"}, {"password": "wrong", "sure": "1"}])
def test_erasure_is_not_an_accident(at_home, mine, given):
    assert at_home.post("/me/erase/", given).status_code == 422
    assert User.objects.get(pk=mine.pk).is_active


def test_staff_end_their_posts_first(client):
    user = make_user("clerk")
    client.force_login(user)
    assert client.post("/me/erase/", {"password": PASSWORD, "sure": "1"}).status_code == 409


def test_a_room_can_stop_an_erasure_and_nothing_is_lost(at_home, mine, monkeypatch):
    from jiedao.text import Text

    def held(person):
        raise Conflict(Text("还有未结清的款项。", "There is an unpaid bill."))

    monkeypatch.setitem(erasure._wipes, "bills", held)
    assert at_home.post("/me/erase/", {"password": PASSWORD, "sure": "1"}).status_code == 409
    assert ledger.opened(Person.objects.get(pk=mine.person_id), "phone") == "13800138000"


def test_the_ledger_of_the_erased_goes_when_its_time_is_over():
    now, reader = timezone.now(), make_user("acceptor")
    gone, here = make_person("甲"), make_person("乙")
    for person in (gone, here):
        for age in (10, 4 * 365):
            Reading.objects.create(
                subject=person, reader=reader, reader_label="r", purpose="p", at=now - timedelta(days=age)
            )
    Person.objects.filter(pk=gone.pk).update(erased_at=now - timedelta(days=4 * 365))
    assert erasure.purge(now) == 1
    assert Reading.objects.filter(subject=gone).count() == 1 and Reading.objects.filter(subject=here).count() == 2
    assert erasure.purge(now + timedelta(days=3 * 366)) == 1


def test_staff_take_a_callers_data_once(mine):
    from jiedao.people.accounts import do_person

    made = do_person("来电人", phone="137 0013 7000", community="430202004001")
    assert do_person("来电人", phone="13700137000") == made and do_person("另一人", phone="13700137000") != made
    assert do_person("钟一", identity="430202199003070018") == mine.person
    assert vault.unseal(made.phone_sealed, "phone") == "13700137000"
