"""Sign-in with an office's directory, against a provider that lives in this process."""

import json
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from jiedao.people import oidc
from jiedao.people.models import User
from tests.people.make import PASSWORD, make_user

pytestmark = pytest.mark.django_db
ISSUER = "https://directory.example"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """Authorisation code flow with PKCE; attributes are what a test bends."""

    def __init__(self):
        self.claims, self.info, self.key, self.algorithm = {}, {"sub": "u-1", "name": "王五"}, KEY, "RS256"
        self.issuer, self.down, self.codes = ISSUER, False, {}

    def discovery(self):
        names = ("authorization", "token", "userinfo")
        found = {f"{name}_endpoint": f"{ISSUER}/{name}" for name in names}
        return found | {"issuer": self.issuer, "jwks_uri": f"{ISSUER}/keys"}

    def authorise(self, address):
        """What the browser does: the code and state to come back with."""
        asked = dict(parse_qsl(urlsplit(address).query))
        code = f"code{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def token(self, form):
        asked = self.codes.pop(form["code"])
        proof = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if proof != asked["code_challenge"] or form["client_secret"] != "s3cret":
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": "jiedao", "sub": "u-1", "nonce": asked["nonce"], "exp": now + 60, "iat": now}
        claims |= self.claims
        key = self.key if self.algorithm == "RS256" else "s3cret"
        signed = jwt.encode(
            {k: v for k, v in claims.items() if v is not None}, key, self.algorithm, headers={"kid": "k1"}
        )
        return 200, {"access_token": "at", "id_token": signed}

    def answer(self, method, url, data=None):
        where = urlsplit(url).path
        if self.down:
            raise requests.ConnectionError("down")
        if where == "/.well-known/openid-configuration":
            return 200, self.discovery()
        if where == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            return 200, {"keys": [public | {"kid": "k1", "alg": "RS256"}]}
        return self.token(data) if where == "/token" else (200, self.info)


@pytest.fixture
def provider(monkeypatch, settings):
    options = {"oidc_issuer": ISSUER, "oidc_client_id": "jiedao", "oidc_client_secret": "s3cret"}
    settings.OPTIONS = settings.OPTIONS.model_copy(update=options)
    oidc.discover.cache_clear()
    made = Provider()

    def request(method, url, data=None, **_):
        status, body = made.answer(method, url, data)
        found = requests.Response()
        found.status_code, found.url, found._content = status, url, json.dumps(body).encode()
        found.headers["content-type"] = "application/json"
        return found

    monkeypatch.setattr(requests, "get", lambda url, **more: request("GET", url, **more))
    monkeypatch.setattr(requests, "post", lambda url, **more: request("POST", url, **more))
    yield made
    oidc.discover.cache_clear()


def go(client, provider, after=""):
    start = client.get("/sign-in/office/", {"next": after})
    return client.get("/sign-in/office/back/", provider.authorise(start.url))


def test_the_first_visit_makes_a_sign_in_without_posts(client, provider):
    assert "/sign-in/office/" in client.get("/sign-in/").content.decode()
    assert go(client, provider, "/me/").url == "/me/"
    user = User.objects.get()
    assert (user.oidc_subject, user.person.name) == ("u-1", "王五")
    assert not user.posts.exists() and not user.has_usable_password() and not user.is_superuser
    assert client.get("/me/").status_code == 200
    client.post("/sign-out/")
    assert go(client, provider).url == "/" and User.objects.count() == 1


def test_a_sign_in_that_carries_the_subject_is_found_with_its_posts(client, provider):
    user = make_user("leader", oidc_subject="u-1")
    assert go(client, provider).url == "/board/"
    assert client.get("/me/").wsgi_request.user == user


def test_a_name_from_the_directory_takes_over_nobody(client, provider):
    boss = make_user("admin", username="boss")
    provider.info |= {"preferred_username": "boss", "email": "boss@example.com", "name": "boss", "posts": ["admin"]}
    go(client, provider)
    assert client.get("/me/").wsgi_request.user != boss
    assert client.get("/desk/people/").status_code == 403


@pytest.mark.parametrize(
    "bend",
    [
        {"aud": "another"},
        {"aud": ["another", "third"]},
        {"iss": "https://evil.example"},
        {"nonce": "old"},
        {"exp": 1},
        {"exp": None},
        {"sub": "u-2"},
        {"sub": None},
    ],
)
def test_an_id_token_for_somebody_else_is_refused(client, provider, bend):
    provider.claims = bend
    assert go(client, provider).status_code == 403
    assert not User.objects.exists() and client.get("/me/").status_code == 302


def test_a_token_signed_by_another_or_with_the_shared_secret_is_refused(client, provider):
    provider.key = OTHER_KEY
    assert go(client, provider).status_code == 403
    provider.algorithm = "HS256"
    assert go(client, provider).status_code == 403 and not User.objects.exists()


def test_a_forged_or_repeated_answer_is_refused(client, provider):
    start = client.get("/sign-in/office/")
    back = provider.authorise(start.url)
    assert client.get("/sign-in/office/back/", back | {"state": "forged"}).status_code == 403
    assert client.get("/sign-in/office/back/", back).status_code == 302
    assert client.get("/sign-in/office/back/", back).status_code == 403
    assert client.get("/sign-in/office/back/", {"error": "access_denied"}).status_code == 403


def test_pkce_and_nonce_are_asked_for(client, provider):
    asked = parse_qs(urlsplit(client.get("/sign-in/office/").url).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["nonce"] and asked["scope"] == ["openid profile"]
    assert asked["redirect_uri"] == ["http://testserver/sign-in/office/back/"]


def test_a_redirect_elsewhere_is_not_followed(client, provider):
    assert go(client, provider, "https://evil.example/").url == "/"


def test_a_directory_that_is_down_or_lies_about_itself(client, provider):
    provider.down = True
    answer = client.get("/sign-in/office/")
    assert answer.status_code == 502 and "连不上" in answer.content.decode()
    provider.down, provider.issuer = False, "https://evil.example"
    assert client.get("/sign-in/office/").status_code == 502


def test_a_closed_sign_in_stays_out(client, provider):
    make_user(oidc_subject="u-1", is_active=False)
    assert go(client, provider).status_code == 403


def test_a_session_ends_when_the_sign_in_is_closed(client, provider):
    go(client, provider)
    User.objects.update(is_active=False)
    assert client.get("/me/").status_code == 302


def test_the_password_of_a_directory_user_is_not_changed_here(client, provider):
    go(client, provider)
    answer = client.post("/me/password/", {"old": "", "password": PASSWORD, "again": PASSWORD})
    assert answer.status_code == 403


def test_without_a_directory_there_is_no_such_page(client):
    assert client.get("/sign-in/office/").status_code == client.get("/sign-in/office/back/").status_code == 404
    assert "/sign-in/office/" not in client.get("/sign-in/").content.decode()
