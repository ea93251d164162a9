"""What every answer carries, what the log leaves out, and where settings come from."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from jiedao.config.database import BadDatabase, database
from jiedao.config.logs import Careful
from jiedao.config.middleware import AddressMiddleware, UploadLimitMiddleware
from jiedao.config.options import BadOptions, read, unknown


def test_answers_forbid_what_pages_do_not_need(client, db):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


def test_health_without_a_worker_and_without_a_database(client, db, monkeypatch):
    assert client.get("/healthz").json() == {"database": "ok", "worker_age_s": None}

    def unreachable():
        from django.db import OperationalError

        raise OperationalError

    monkeypatch.setattr("jiedao.config.health.last_beat_age", unreachable)
    assert client.get("/healthz").status_code == 503


@pytest.mark.parametrize("agent", [{}, {"headers": {"accept-language": "en"}}])
def test_a_path_that_is_not_there_answers_404(client, db, agent):
    assert client.get("/no/such/page", **agent).status_code == 404


def test_one_log_line_without_personal_numbers():
    record = logging.LogRecord(
        "x",
        logging.ERROR,
        "f",
        1,
        "phone %s id %s mail %s case %s",
        ("13800138000", "11010519491231002X", "a.b@c.cn", 42),
        None,
    )
    assert Careful("%(message)s").format(record) == "phone […] id […] mail […] case 42"


def test_tracebacks_are_struck_too():
    try:
        raise ValueError("Key (phone)=(13800138000) already exists")
    except ValueError:
        import sys

        record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed", (), sys.exc_info())
    assert "13800138000" not in Careful("%(message)s").format(record)


def test_codes_of_areas_and_cases_are_not_taken_for_phones():
    text = "case 430202004001 at 2026061712345678901234"
    assert Careful("%(message)s").format(logging.LogRecord("x", 20, "f", 1, text, (), None)) == text


@pytest.mark.parametrize(("length", "status"), [("0", 200), ("", 200), ("1000000", 200), (str(10**9), 413), ("x", 413)])
def test_a_body_that_announces_too_much_is_refused_unread(length, status):
    request = RequestFactory().post("/api/x", CONTENT_LENGTH=length)
    request._read_started = True
    assert UploadLimitMiddleware(lambda request: HttpResponse())(request).status_code == status


@pytest.mark.parametrize(
    ("address", "begins"),
    [("requests.json", '[{"code": 413, '), ("requests.xml", "<?xml"), ("requests.csv", "<?xml"), ("requests", "<?xml")],
)
def test_open311_is_told_in_its_own_form(client, address, begins):
    there = f"/open311/v2/{address}"
    answer = client.generic("POST", there, b"", "multipart/form-data", CONTENT_LENGTH=str(10**9))
    assert answer.status_code == 413
    assert answer.content.decode().startswith(begins) and "72 MB" in answer.content.decode()


def test_a_page_says_in_words_that_a_body_is_too_large(client, db):
    answer = client.generic("POST", "/services/", b"", "multipart/form-data", CONTENT_LENGTH=str(10**9))
    assert answer.status_code == 413
    assert "一次最多发送 72 MB" in answer.content.decode()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "9.9.9.9", "127.0.0.1"),
        (1, "9.9.9.9", "9.9.9.9"),
        (1, "6.6.6.6, 9.9.9.9", "9.9.9.9"),
        (2, "6.6.6.6, 9.9.9.9, 10.0.0.1", "9.9.9.9"),
        (2, "9.9.9.9", "127.0.0.1"),
    ],
)
def test_an_address_is_believed_as_far_as_our_proxies_vouch(proxies, forwarded, expected):
    middleware = AddressMiddleware(lambda request: HttpResponse(request.META["REMOTE_ADDR"]))
    middleware.proxies = proxies
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR=forwarded)
    assert middleware(request).content.decode() == expected


def test_environment_over_file_over_defaults(tmp_path):
    (tmp_path / "jiedao.toml").write_text('port = 8100\nhosts = ["a.example"]\nthreads = 2\n')
    found = read({"JIEDAO_HOME": str(tmp_path), "JIEDAO_PORT": "8200", "JIEDAO_HOSTS": "b.example, c.example"})
    assert (found.port, found.hosts, found.threads, found.workers) == (8200, ["b.example", "c.example"], 2, 1)
    assert found.origin == "http://127.0.0.1:8200"


def test_every_fault_is_named_with_its_value(tmp_path):
    (tmp_path / "jiedao.toml").write_text('port = "many"\nmode = "fast"\ncolour = 1\nsecret_key = 5\n')
    with pytest.raises(BadOptions) as caught:
        read({"JIEDAO_HOME": str(tmp_path)})
    text = str(caught.value)
    assert len(caught.value.problems) == 4
    for word in ("port = 'many'", "mode = 'fast'", "colour = 1", "secret_key = …"):
        assert word in text


def test_a_file_that_is_no_toml_is_named(tmp_path):
    (tmp_path / "jiedao.toml").write_text("port 8000")
    with pytest.raises(BadOptions, match=r"jiedao\.toml"):
        read({"JIEDAO_HOME": str(tmp_path)})


def test_where_the_demo_stands_it_is_a_demo(tmp_path):
    assert read({"JIEDAO_HOME": str(tmp_path)}).mode == "production"
    (tmp_path / "demo.json").write_text("{}")
    assert read({"JIEDAO_HOME": str(tmp_path)}).mode == "demo"


def test_misspelt_variables_are_found():
    assert unknown({"JIEDAO_PORT": "1", "JIEDAO_PROT": "1", "PATH": "x"}) == ["JIEDAO_PROT"]


def test_addresses_of_databases(tmp_path):
    found = database("postgresql://user:p%40ss@db.example:5433/city?sslmode=require", tmp_path)
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == ("user", "p@ss", "db.example", "5433")
    assert (found["NAME"], found["OPTIONS"]) == ("city", {"sslmode": "require"})
    assert database("", tmp_path)["NAME"] == str(tmp_path / "jiedao.sqlite3")
    assert database("sqlite:////a/b%20c.db", tmp_path)["NAME"] == "/a/b c.db"
    with pytest.raises(BadDatabase) as caught:
        database("mysql://user:hidden@host/x", tmp_path)
    assert "hidden" not in str(caught.value)


def test_sqlite_keeps_what_it_acknowledged(db):
    if connection.vendor != "sqlite":
        pytest.skip("of SQLite")
    with connection.cursor() as cursor:
        answers = [
            cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert answers == ["wal", 2, 1]
    assert settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_the_key_is_made_once_and_kept_to_the_owner():
    path = Path(settings.HOME) / "secret.key"
    assert path.read_text() == settings.SECRET_KEY
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(settings.SECRET_KEY) > 60


def test_models_and_migrations_agree():
    """Every migration that is needed has been made."""
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState

    loader = MigrationLoader(None)
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("jiedao.")}
    changes = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(graph=loader.graph)
    assert {label: [str(m.operations) for m in found] for label, found in changes.items() if label in ours} == {}
