"""Keys are made once, shown once, kept as hashes, limited, renewed and revoked; the desk's page and the command."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from jiedao.gateway import keys, rates
from jiedao.gateway.models import ApiKey
from jiedao.gateway.rates import Buckets
from jiedao.people.models import Change, User
from tests.gateway.conftest import form, software


def test_only_a_hash_is_kept(app):
    row = ApiKey.objects.get()
    assert app.key not in str(row.__dict__) and row.digest == keys.digest(app.key) and app.key.startswith(row.start)
    assert not row.user.has_usable_password() and not row.user.must_change_password
    assert Change.objects.filter(action="key.create", subject=f"user:{row.user_id}").exists()


def test_a_key_that_is_no_longer_good(app):
    row = ApiKey.objects.get()
    assert app.get("/api/me").status_code == 200 and ApiKey.objects.get().used_on == timezone.localdate()
    fresh = keys.do_renew(row.created_by, row)
    assert app.get("/api/me").status_code == 401
    held = Client(headers={"Authorization": f"Bearer {fresh}"})
    assert held.get("/api/me").status_code == 200
    ApiKey.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
    assert held.get("/api/me").status_code == 401
    ApiKey.objects.update(expires_on=timezone.localdate())
    User.objects.filter(pk=row.user_id).update(is_active=False)
    assert held.get("/api/me").status_code == 401
    User.objects.filter(pk=row.user_id).update(is_active=True)
    keys.do_revoke(row.created_by, row)
    assert held.get("/api/me").status_code == 401


def test_a_bucket_fills_again():
    buckets = Buckets()
    assert [buckets.take("a", 2, now=0) for _ in range(2)] == [0, 0]
    assert buckets.take("a", 2, now=0) == pytest.approx(30)
    assert buckets.take("b", 2, now=0) == 0
    assert buckets.take("a", 2, now=30) == 0 and buckets.take("a", 2, now=30) > 0
    assert [buckets.take("a", 2, now=10_000) > 0 for _ in range(3)] == [False, False, True], "never more than full"


def test_full_buckets_are_forgotten(monkeypatch):
    monkeypatch.setattr(rates, "KEPT", 10)
    buckets = Buckets()
    for n in range(30):
        buckets.take(str(n), 60, now=n * 100.0)
    assert len(buckets._held) <= 11


def test_reports_above_the_rate_wait(staff):
    slow = software("slow", rate=1)
    send = {"text": "垃圾", "lon": 113.15, "lat": 27.83}
    assert slow.post("/api/city_management/reports", send).status_code == 201
    refused = slow.post("/api/city_management/reports", send)
    assert refused.status_code == 429 and 0 < int(refused["Retry-After"]) <= 60
    other = Client().post("/open311/v2/requests.json", form(api_key=slow.key))
    assert other.status_code == 429 and other["Retry-After"] and other.json()[0]["code"] == 429
    assert slow.get("/api/me").status_code == 200, "reading goes on"


def test_nobody_asks_without_end(db, monkeypatch):
    monkeypatch.setattr(rates, "value", lambda key: 2)
    answers = [Client().get("/open311/v2/discovery.json").status_code for _ in range(3)]
    assert answers == [200, 200, 429]


@pytest.fixture
def admin(staff) -> Client:
    client = Client()
    client.force_login(User.objects.create(username="root", is_superuser=True))
    return client


def test_the_desk_hands_out_renews_and_revokes(admin):
    given = {"act": "create", "name": "港湾 App", "username": "harbour", "area": "430202", "rate": "30", "role": ""}
    page = admin.post("/desk/keys/", given)
    row = ApiKey.objects.get()
    key = page.content.decode().split("<code>")[1].split("</code>")[0]
    assert page.status_code == 200 and row.digest == keys.digest(key) and (row.area, row.rate) == ("430202", 30)
    assert key not in admin.get("/desk/keys/").content.decode()
    renewed = admin.post("/desk/keys/", {"act": "renew", "row": row.pk})
    assert b"<code>jd_" in renewed.content and ApiKey.objects.get().digest != row.digest
    admin.post("/desk/keys/", {"act": "revoke", "row": row.pk})
    assert ApiKey.objects.get().revoked_at
    staffed = admin.post("/desk/keys/", given | {"username": "office", "role": "acceptor"})
    assert staffed.status_code == 200 and User.objects.get(username="office").posts.get().area == "430202"


@pytest.mark.parametrize(
    ("fault", "status"),
    [({"rate": "many"}, 422), ({"rate": "0"}, 422), ({"area": "x"}, 422), ({"kinds": "none"}, 422),
     ({"expires_on": "2020-01-01"}, 422), ({"username": "A b"}, 422), ({"act": "revoke", "row": "7"}, 404),
     ({"act": "renew", "row": "x"}, 404)],
)  # fmt: skip
def test_the_desk_says_what_is_wrong(admin, fault, status):
    page = admin.post("/desk/keys/", {"act": "create", "name": "n", "username": "abc"} | fault)
    assert page.status_code == status and not ApiKey.objects.exists()


def test_nobody_gives_more_than_he_has(staff):
    from tests.cases.factories import make_user

    local = make_user("admin", area="430202")
    client = Client()
    client.force_login(local)
    wide = {"act": "create", "name": "n", "username": "wide", "role": "acceptor"}
    assert client.post("/desk/keys/", wide).status_code == 403
    assert client.post("/desk/keys/", wide | {"area": "430202"}).status_code == 200


def test_the_command(staff):
    User.objects.create(username="root", is_superuser=True)
    out = StringIO()
    call_command("apikey", "create", "harbour", "港湾", "--area", "430202", "--role", "acceptor", stdout=out)
    key = out.getvalue().strip()
    assert keys.find(key).posts.get().role == "acceptor"
    listed = StringIO()
    call_command("apikey", "list", stdout=listed)
    assert "harbour" in listed.getvalue() and key not in listed.getvalue()
    call_command("apikey", "revoke", "harbour", stdout=out)
    with pytest.raises(keys.BadKey):
        keys.find(key)
    with pytest.raises(CommandError):
        call_command("apikey", "revoke", "nobody")
    with pytest.raises(CommandError):
        call_command("apikey", "create", "x", "x")
