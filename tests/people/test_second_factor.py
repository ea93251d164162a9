import re
import time

import pytest
from django.test import Client, override_settings
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from jiedao.people import totp
from jiedao.people.models import RecoveryCode
from tests.people.make import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def code_of(secret_hex: str, later: int = 0) -> str:
    clock = TOTP(bytes.fromhex(secret_hex))
    clock.time = time.time() + later * 30
    return f"{clock.token():06d}"


@pytest.fixture
def armed(client):
    """A user with a device: (client signed out, user, secret, recovery codes)."""
    user = make_user("clerk", username="zhong")
    client.force_login(user)
    client.get("/me/second-factor/")
    secret = client.session["totp_key"]
    page = client.post("/me/second-factor/", {"act": "set_up", "code": code_of(secret, -1)}).content.decode()
    codes = re.findall(r"<code>(\w{5}-\w{5})</code>", page)
    client.post("/sign-out/")
    return client, user, secret, codes


def password_step(client):
    return client.post("/sign-in/", {"username": "zhong", "password": PASSWORD, "next": "/me/"})


def test_set_up_shows_a_picture_and_wants_a_right_code(client):
    user = make_user(username="zhong")
    client.force_login(user)
    page = client.get("/me/second-factor/").content.decode()
    assert "<svg" in page and totp.secret_text(client.session["totp_key"]) in page
    assert client.post("/me/second-factor/", {"act": "set_up", "code": "000000"}).status_code == 422
    assert not TOTPDevice.objects.exists()


def test_sign_in_takes_password_and_code(armed):
    client, _, secret, codes = armed
    assert len(codes) == 10 and not RecoveryCode.objects.filter(digest__in=codes).exists()
    assert password_step(client).url == "/sign-in/code/"
    assert client.get("/me/").status_code == 302, "the password alone opens nothing"
    assert client.post("/sign-in/code/", {"code": "123"}).status_code == 422
    TOTPDevice.objects.update(throttling_failure_count=0)
    assert client.post("/sign-in/code/", {"code": code_of(secret)}).url == "/me/"
    assert client.get("/me/").wsgi_request.user.is_verified()


def test_a_code_is_good_once(armed):
    client, _, secret, _ = armed
    code = code_of(secret)
    password_step(client)
    client.post("/sign-in/code/", {"code": code})
    other = Client()
    password_step(other)
    assert other.post("/sign-in/code/", {"code": code}).status_code == 422


def test_guesses_are_slowed_down(armed):
    client, _, secret, _ = armed
    password_step(client)
    assert client.post("/sign-in/code/", {"code": "000001"}).status_code == 422
    answer = client.post("/sign-in/code/", {"code": code_of(secret)})
    assert answer.status_code == 429 and "请稍候" in answer.content.decode()


def test_a_recovery_code_works_once_in_any_dress(armed):
    client, _, _, codes = armed
    password_step(client)
    assert client.post("/sign-in/code/", {"code": f" {codes[0].upper()} "}).url == "/me/"
    other = Client()
    password_step(other)
    assert other.post("/sign-in/code/", {"code": codes[0]}).status_code == 422
    assert RecoveryCode.objects.filter(used_at=None).count() == 9


def test_the_code_step_is_for_whoever_passed_the_password_lately(armed, monkeypatch):
    client, _, secret, _ = armed
    assert client.get("/sign-in/code/").url == "/sign-in/"
    password_step(client)
    now = time.time()
    monkeypatch.setattr("jiedao.people.signin.time.time", lambda: now + 301)
    assert client.post("/sign-in/code/", {"code": code_of(secret)}).url == "/sign-in/"


def test_switching_off_takes_a_code_and_the_password(armed):
    client, user, secret, _ = armed
    password_step(client)
    client.post("/sign-in/code/", {"code": code_of(secret)})
    spent = {"act": "remove", "code": code_of(secret, 1), "password": "wrong"}
    assert client.post("/me/second-factor/", spent).status_code == 422
    assert totp.device(user)
    TOTPDevice.objects.update(last_t=-1, throttling_failure_count=0)
    right = {"act": "remove", "code": code_of(secret, 1), "password": PASSWORD}
    assert client.post("/me/second-factor/", right).url == "/me/"
    assert totp.device(user) is None and not user.recovery_codes.exists()


@override_settings(TOTP_ROLES=["clerk"])
def test_a_role_can_be_made_to_have_it(client):
    user = make_user("clerk", username="zhong")
    client.force_login(user)
    assert client.get("/me/").url == "/me/second-factor/"
    secret = client.get("/me/second-factor/") and client.session["totp_key"]
    client.post("/me/second-factor/", {"act": "set_up", "code": code_of(secret)})
    assert client.get("/me/").status_code == 200
    TOTPDevice.objects.update(last_t=-1)
    off = client.post("/me/second-factor/", {"act": "remove", "code": code_of(secret), "password": PASSWORD})
    assert off.status_code == 403 and totp.device(user)


@override_settings(TOTP_ROLES=["clerk"])
def test_others_are_left_alone(client):
    client.force_login(make_user("collector"))
    assert client.get("/me/").status_code == 200


@override_settings(TOTP_ROLES=["admin"])
def test_a_superuser_counts_as_administrator(client):
    client.force_login(make_user(is_superuser=True))
    assert client.get("/desk/people/").url == "/me/second-factor/"
