"""The resident's report page: filed once, class proposed, neighbours joined, and every bad input answered."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jiedao.cases.models import Attachment, Case, Report
from jiedao.people import vault
from tests.cases.factories import LAT, LON
from tests.systems.city_management.ground import (
    REPORT,
    RUBBISH,
    photo,
    report,
    sent,
    take,
)

GUESS = "/city_management/report/guess/"


def test_a_report_is_filed_with_photo_class_promise_and_a_link_back(client, staff):
    answer = client.post(REPORT, sent(photos=[photo(), photo("b.jpg", width=50)]))
    case = Case.objects.get()
    assert answer.url == f"/city_management/cases/{case.code}/done/"
    assert (case.category, case.channel, case.attachments.count()) == ("E01-10", "portal", 2)
    page = client.get(answer.url).content.decode()
    token = Report.objects.get().token
    assert case.code in page and "预计办结" in page and f"/city_management/t/{token}/" in page and "<svg" in page


def test_sent_twice_it_is_filed_once(client, staff):
    first, second = client.post(REPORT, sent()), client.post(REPORT, sent())
    assert first.url == second.url
    assert (Case.objects.count(), Report.objects.count()) == (1, 1)


def test_the_same_form_with_other_words_is_asked_about_and_then_sent(client, staff):
    report(client)
    answer = client.post(REPORT, sent(text="路灯不亮"))
    assert answer.status_code == 409 and "已经提交过" in answer.content.decode()
    fresh = answer.context["draft"].key
    assert fresh != "key-1"
    report(client, text="路灯不亮", key=fresh)
    assert Case.objects.count() == 2


def test_somebody_signed_in_is_the_reporter_unless_they_say_no(client, staff, resident):
    client.force_login(resident)
    report(client, photos=[photo()])
    named = Report.objects.latest("id")
    assert named.person_id == resident.person_id
    report(client, key="key-2", text="路灯不亮", anonymous="1")
    assert Report.objects.latest("id").person_id is None
    assert set(Attachment.objects.values_list("uploaded_by", flat=True)) == {None}


def test_a_contact_is_sealed(client, staff):
    report(client, phone="138 0013 8000", name="李")
    kept = Report.objects.get()
    assert b"13800138000" not in bytes(kept.contact_sealed)
    assert "13800138000" in vault.unseal(kept.contact_sealed, "contact")


def test_joining_makes_one_case_with_two_reporters(client, staff):
    case = take(report(client), staff, "file")
    other = Client()
    page = other.post(GUESS, {"text": "垃圾", "lon": LON + 0.0003, "lat": LAT}).content.decode()
    assert f'value="{case.code}"' in page
    answer = other.post(REPORT, sent(key="key-2", text="", lon="", lat="", join=case.code), follow=True)
    assert "您已加入" in answer.content.decode()
    case.refresh_from_db()
    assert (Case.objects.count(), case.reports_count) == (1, 2)


def test_a_case_that_nobody_may_see_cannot_be_joined(client, staff):
    case = report(client)
    answer = Client().post(REPORT, sent(key="key-2", text="", join=case.code))
    assert answer.status_code == 409


def test_triage_says_what_it_looks_like_and_why_and_how_long(client, staff):
    page = client.post(GUESS, {"text": RUBBISH, "lon": LON, "lat": LAT}).content.decode()
    assert "看起来是" in page and "暴露生活垃圾" in page and "提到“垃圾”" in page and "4 个工作小时" in page
    english = Client(HTTP_ACCEPT_LANGUAGE="en").post(GUESS, {"text": RUBBISH}).content.decode()
    assert "It looks like" in english and "4 working hours" in english


def test_a_class_may_be_searched_and_chosen(client, staff):
    assert 'value="C01-37"' in client.get("/city_management/report/classes/?q=路灯").content.decode()
    assert 'value="E05-05"' in client.get("/city_management/report/classes/?big=E05").content.decode()
    page = client.post(GUESS, {"text": RUBBISH, "category": "C01-37"}).content.decode()
    assert "您选的是" in page and "路灯" in page
    assert report(client, category="C01-37").category == "C01-37"


def test_without_a_pin_the_name_of_an_area_will_do(client, staff):
    from jiedao.city import stamps
    from jiedao.city.models import Area
    from jiedao.city.names import search_key

    area = Area.objects.get(code="430202004001")
    Area.objects.filter(pk=area.pk).update(name="月塘社区", search=search_key("月塘社区"), lon=LON, lat=LAT)
    stamps.bump("areas")
    stamps.forget()
    case = report(client, lon="", lat="", address="月塘社区")
    assert (case.community, case.address) == ("430202004001", "月塘社区")


BAD = [
    ({"lon": "", "lat": ""}, 422, "place", "请在地图上点选地点"),
    ({"lon": "x", "lat": "y"}, 422, "place", "位置无法识别"),
    ({"lon": "nan", "lat": "27.8"}, 422, "place", "位置无法识别"),
    ({"lon": "2.35", "lat": "48.85"}, 422, "place", "不在本市"),
    ({"text": ""}, 422, "text", "请描述"),
    ({"text": "长" * 10_000}, 413, "text", "文字太长"),
    ({"category": "E99-99"}, 422, "category", "没有编号为"),
    ({"phone": "12"}, 422, "phone", "手机"),
    ({"address": "远" * 300}, 413, "address", "文字太长"),
]


@pytest.mark.parametrize(("change", "status", "field", "said"), BAD)
def test_bad_input_is_named_at_its_field_and_nothing_typed_is_lost(client, staff, change, status, field, said):
    given = sent(photos=[photo()]) | change
    answer = client.post(REPORT, given)
    page = answer.content.decode()
    assert answer.status_code == status and list(answer.context["errors"]) == [field] and said in page
    assert not Case.objects.exists()
    for name in ("text", "lon", "address", "phone"):
        if given.get(name):
            assert given[name] in page
    assert Attachment.objects.get().pk == answer.context["kept"][0].pk
    kept = str(Attachment.objects.get().pk)
    case = report(client, kept=[kept], text="路灯不亮")
    assert case.attachments.count() == 1


@pytest.mark.parametrize(
    ("file", "status"),
    [
        (SimpleUploadedFile("a.jpg", b"no photo at all", "image/jpeg"), 422),
        (SimpleUploadedFile("a.jpg", b"", "image/jpeg"), 422),
        (SimpleUploadedFile("a.svg", b"<svg onload=alert(1)>", "image/svg+xml"), 422),
        (SimpleUploadedFile("a.jpg", b"\xff\xd8" + b"0" * (13 * 2**20), "image/jpeg"), 413),
    ],
    ids=["not one", "empty", "script", "too large"],
)
def test_a_photo_that_is_none_is_named_and_the_good_one_kept(client, staff, file, status):
    file.seek(0)
    answer = client.post(REPORT, sent(photos=[photo(), file]))
    assert answer.status_code == status and list(answer.context["errors"]) == ["photos"]
    assert RUBBISH in answer.content.decode() and len(answer.context["kept"]) == 1
    assert not Case.objects.exists()


def test_too_many_photos(client, staff):
    answer = client.post(REPORT, sent(photos=[photo(f"{n}.jpg") for n in range(8)]))
    assert answer.status_code == 413 and "6 张" in answer.content.decode()


def test_nuls_and_direction_tricks_do_not_survive(client, staff):
    case = report(client, text="路灯\0不亮\u202e了", address="门\0口")
    assert (case.text, case.address) == ("路灯不亮了", "门口")


def test_a_post_from_another_site_is_refused(staff):
    answer = Client(enforce_csrf_checks=True).post(REPORT, sent())
    assert answer.status_code == 403 and not Case.objects.exists()


def test_markup_in_what_was_typed_is_shown_as_text(client, staff):
    answer = client.post(REPORT, sent(text="<script>alert(1)</script>", lon="", lat=""))
    assert b"<script>alert" not in answer.content


def test_the_form_and_its_parts_ask_little_of_the_database(client, staff, resident, query_count):
    client.force_login(resident)
    client.post(GUESS, {"text": RUBBISH, "lon": LON, "lat": LAT})
    with query_count(at_most=10):
        assert client.get(REPORT).status_code == 200
    with query_count(at_most=10):
        client.post(GUESS, {"text": RUBBISH, "lon": LON, "lat": LAT})


def test_home_leads_here(client, staff):
    assert f'class="sign" href="{REPORT}"' in client.get("/").content.decode()
