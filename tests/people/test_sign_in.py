from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client, override_settings
from django.utils import timezone

from jiedao.people import codes, vault
from jiedao.people.models import Person, Post, User
from tests.people.make import PASSWORD, make_person, make_user

pytestmark = pytest.mark.django_db


def sign_in(client, username, password=PASSWORD, **more):
    return client.post("/sign-in/", {"username": username, "password": password, **more})


@pytest.mark.parametrize(
    "typed", ["zhong", " zhong ", "ｚｈｏｎｇ", "13800138000", "+86 138 0013 8000", "１３８００１３８０００"]
)
def test_sign_in_by_user_name_or_phone_however_it_is_typed(client, typed):
    make_user(username="zhong", person=make_person("钟一", phone="13800138000"))
    assert sign_in(client, typed).url == "/"
    assert client.get("/me/").status_code == 200


@pytest.mark.parametrize(
    "role,home",
    [
        ("collector", "/field/"),
        ("leader", "/board/"),
        ("supervisor", "/board/"),
        ("planner", "/plans/"),
        ("clerk", "/desk/"),
        ("admin", "/desk/people/"),
    ],
)
def test_work_starts_where_the_post_is(client, role, home):
    make_user(role, username="zhong")
    assert sign_in(client, "zhong").url == home
    assert client.get(home).status_code == 200


@pytest.mark.parametrize(
    "typed,password", [("zhong", "wrong"), ("nobody", PASSWORD), ("", ""), ("\0zhong", "x"), ("x" * 9999, "y" * 99999)]
)
def test_a_wrong_word_says_the_same_whoever_is_meant(client, typed, password):
    make_user(username="zhong")
    answer = sign_in(client, typed, password)
    assert answer.status_code == 422 and "不对" in answer.content.decode()
    assert answer.wsgi_request.user.is_anonymous


def test_a_closed_sign_in_stays_out_and_an_open_session_ends(client):
    user = make_user(username="zhong")
    sign_in(client, "zhong")
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/me/").url.startswith("/sign-in/")
    assert sign_in(Client(), "zhong").status_code == 422


def test_guessing_is_locked_out_with_a_time_to_come_back(client):
    make_user(username="zhong", person=make_person("钟一", phone="13800138000"))
    seen = [sign_in(client, "zhong" if n % 2 else "13800138000", f"guess{n}") for n in range(5)]
    assert [a.status_code for a in seen] == [422] * 4 + [429], "phone and user name count together"
    answer = sign_in(client, "zhong")
    assert answer.status_code == 429 and 0 < int(answer["Retry-After"]) <= 900
    assert "15 分钟后" in answer.content.decode()
    assert client.get("/me/").status_code == 302, "the right password does not help now"
    elsewhere = Client(REMOTE_ADDR="10.1.2.3")
    assert sign_in(elsewhere, "zhong").status_code == 302, "the user is not locked out of his own address"
    past = timezone.now() - timedelta(minutes=16)
    AccessAttempt.objects.update(attempt_time=past)
    assert sign_in(client, "zhong").status_code == 302


def test_the_lock_out_keeps_no_phone_and_no_password(client):
    sign_in(client, "13911112222", "my-secret-word")
    kept = str(list(AccessAttempt.objects.values()))
    assert "13911112222" not in kept and "my-secret-word" not in kept


def test_a_success_forgets_the_failures(client):
    make_user(username="zhong")
    for _ in range(3):
        for _ in range(4):
            sign_in(client, "zhong", "guess")
        assert sign_in(client, "zhong").status_code == 302
        client.post("/sign-out/")


def test_a_session_from_before_is_not_carried_in(client):
    make_user(username="zhong")
    client.get("/register/")
    client.session["kept"] = 1
    session = client.session
    session.save()
    before = session.session_key
    client.cookies["jiedao_session"] = before
    sign_in(client, "zhong")
    assert client.cookies["jiedao_session"].value != before
    assert not Session.objects.filter(session_key=before).exists()


@pytest.mark.parametrize(
    "after,where",
    [
        ("/me/readings/?after=3", "/me/readings/?after=3"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("http://testserver@evil.example/", "/"),
        ("", "/"),
    ],
)
def test_only_pages_of_this_site_are_gone_on_to(client, after, where):
    make_user(username="zhong")
    assert sign_in(client, "zhong", next=after).url == where
    assert client.get("/sign-in/", {"next": after}).url == where, "signed in already"


def test_a_page_that_needs_a_sign_in_leads_there_and_back(client):
    make_user(username="zhong")
    gone = client.get("/me/readings/?after=9").url
    assert gone == "/sign-in/?next=%2Fme%2Freadings%2F%3Fafter%3D9"
    page = client.get(gone).content.decode()
    assert 'value="/me/readings/?after=9"' in page


def test_posts_from_elsewhere_are_refused():
    strict = Client(enforce_csrf_checks=True)
    make_user(username="zhong")
    for url in ("/sign-in/", "/register/", "/sign-out/"):
        assert strict.post(url, {"username": "zhong", "password": PASSWORD}).status_code == 403
    strict.force_login(User.objects.get())
    for url in ("/me/edit/", "/me/password/", "/me/export/", "/me/erase/", "/me/consents/", "/me/second-factor/"):
        assert strict.post(url).status_code == 403


def test_signing_out_takes_a_post(client):
    client.force_login(make_user())
    assert client.get("/sign-out/").status_code == 200 and client.get("/me/").status_code == 200
    assert client.post("/sign-out/").url == "/sign-in/"
    assert client.get("/me/").status_code == 302


def test_own_pages_are_not_kept_by_caches(client):
    client.force_login(make_user())
    assert "no-store" in client.get("/me/")["Cache-Control"]


def test_the_language_of_the_person_comes_with_the_sign_in(client):
    make_user(username="zhong", person=make_person("Z", language="en"))
    sign_in(client, "zhong")
    assert "My data" in client.get("/me/").content.decode()


def register(client, **more):
    given = {"name": "钟三", "phone": "13700137000", "password": "xiang-shi-ling-7", "again": "xiang-shi-ling-7"}
    return client.post("/register/", given | more)


def test_a_resident_registers_and_is_in(client):
    assert register(client).status_code == 302
    user = User.objects.get()
    assert client.get("/me/").status_code == 200 and not user.posts.exists() and not user.is_superuser
    assert vault.unseal(user.person.phone_sealed, "phone") == "13700137000" and "137" not in user.username
    assert user.person.phone_verified_at is None
    client.post("/sign-out/")
    assert sign_in(client, "137 0013 7000", "xiang-shi-ling-7").status_code == 302


@pytest.mark.parametrize(
    "more,field",
    [
        ({"phone": "123"}, "f-phone"),
        ({"name": "  "}, "f-name"),
        ({"name": "钟" * 81}, "f-name"),
        ({"password": "12345678", "again": "12345678"}, "f-password"),
        ({"password": "short", "again": "short"}, "f-password"),
        ({"password": "13700137000", "again": "13700137000"}, "f-password"),
        ({"again": "something-else"}, "f-again"),
    ],
)
def test_a_bad_registration_says_which_field_and_keeps_nothing(client, more, field):
    answer = register(client, **more)
    assert answer.status_code == 422 and not User.objects.exists() and not Person.objects.exists()
    page = answer.content.decode()
    assert f'id="{field}-wrong"' in page and "xiang-shi-ling-7" not in page


def test_a_forged_role_in_the_form_is_ignored(client):
    register(client, role="admin", is_superuser="1", posts="admin", is_staff="on", demo="1", user="1")
    user = User.objects.get()
    assert not user.is_superuser and not user.posts.exists()
    client.post("/me/edit/", {"name": "钟三", "role": "admin", "is_superuser": "1", "identity_key": "x", "id": "9"})
    user = User.objects.get()
    assert not user.is_superuser and not Post.objects.exists() and user.person.identity_key is None
    assert client.get("/desk/people/").status_code == 403


def test_direction_marks_and_nuls_in_a_name_fall_away(client):
    register(client, name="钟\u202e三\0\u2066x")
    assert Person.objects.get().name == "钟三x"


def test_a_number_registers_once(client):
    register(client)
    answer = register(Client(), password="another-word-5", again="another-word-5")
    assert answer.status_code == 409 and User.objects.count() == 1


def test_without_a_proved_phone_nothing_known_of_the_number_is_taken_over(client):
    caller = make_person("来电人", phone="13700137000")
    register(client)
    assert User.objects.get().person != caller


@override_settings(PHONE_CODE_SENDER="jiedao.people.codes.Outbox")
def test_with_a_sender_the_phone_is_proved_and_earlier_calls_belong_to_it(client):
    caller = make_person("来电人", phone="13700137000")
    codes.Outbox.sent.clear()
    assert register(client).status_code == 422, "no code yet"
    client.post("/register/", {"act": "send", "phone": "13700137000", "name": "钟三"})
    ((phone, code),) = codes.Outbox.sent
    assert phone == "13700137000"
    wrong = "000000" if code != "000000" else "111111"
    assert register(client, code=wrong).status_code == 422
    assert register(client, phone="13700137001", code=code).status_code == 422, "a code of another number"
    assert register(client, code=code).status_code == 302
    assert User.objects.get().person == caller and User.objects.get().person.phone_verified_at


@override_settings(PHONE_CODE_SENDER="jiedao.people.codes.Outbox")
def test_a_code_is_guessed_at_only_a_few_times(client):
    codes.Outbox.sent.clear()
    client.post("/register/", {"act": "send", "phone": "13700137000"})
    right = codes.Outbox.sent[0][1]
    for n in range(codes.TRIES):
        register(client, code=f"{(int(right) + n + 1) % 10**6:06d}")
    assert register(client, code=right).status_code == 422


def test_registering_in_bulk_from_one_address_is_slowed(client):
    seen = [register(Client(), phone=f"137001370{n:02}").status_code for n in range(22)]
    assert seen[:20] == [302] * 20 and seen[21] == 429


def test_pages_speak_english_too(client):
    client.cookies["django_language"] = "en"
    assert "Phone number or user name" in client.get("/sign-in/").content.decode()
    assert "This is not a mobile number" in register(client, phone="1").content.decode()
