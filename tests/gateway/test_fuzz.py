"""Whatever is sent, the server does not fall over: every operation of the schema, every field of an Open311 form."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from jiedao.cases.models import Case
from tests.cases import factories
from tests.gateway.conftest import BIN, LAT, LON

CALM = [
    HealthCheck.function_scoped_fixture,
    HealthCheck.too_slow,
    HealthCheck.filter_too_much,
    HealthCheck.data_too_large,
]
FIELDS = ["service_code", "lat", "long", "description", "address_string", "address_id", "email", "phone", "first_name",
          "last_name", "account_id", "media_url", "attribute[condition]", "attribute[x][]", "jurisdiction_id",
          "service_request_id", "update_id", "status", "start_date", "end_date", "page", "page_size", "updated_after",
          "token", "format"]  # fmt: skip
SENSIBLE = st.sampled_from(
    [BIN, str(LAT), str(LON), "430202", "open", "13800138000", "a@b.cn", "2026-06-01", "json", ""]
)
TEXT = st.text(max_size=40) | st.from_regex(r"[-+0-9.eEnNaAiIfF:TZ%]{0,24}", fullmatch=True) | SENSIBLE
URLENCODED = "application/x-www-form-urlencoded"
KINDS = ["multipart/form-data; boundary=x", "multipart/form-data", "x/y", f"{URLENCODED}; charset=utf-16",
         f"{URLENCODED}; charset=no"]  # fmt: skip
FORMS = st.lists(st.tuples(st.sampled_from(FIELDS), TEXT), max_size=12)


@pytest.fixture
def api(office, app):
    """The application behind WSGI, on the connection and in the transaction of the test."""
    factories.file_one(category=BIN)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def no_server_error(answer) -> None:
    assert answer.status_code < 500, answer.text[:500]


def test_schemathesis_finds_no_server_error(api, office):
    head, code = {"Authorization": f"Bearer {office.key}"}, Case.objects.get().code
    reached = set()
    for operation in api.get_all_operations():
        run = settings(max_examples=15, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
                       suppress_health_check=CALM)  # fmt: skip

        @seed(311)
        @run
        @given(case=operation.ok().as_strategy())
        def one(case):
            if case.path.startswith("/api/cases/"):
                case.path_parameters["code"] = code
            answer = case.call(headers=head)
            no_server_error(answer)
            if answer.status_code < 300:
                reached.add(case.operation.label)

        one()
    assert len(reached) >= 10, "nearly everything was refused before it was tried"


@seed(311)
@settings(max_examples=80, deadline=None, database=None, suppress_health_check=CALM)
@given(
    form=FORMS, path=st.sampled_from(["requests", "servicerequestupdates"]), ending=st.sampled_from([".xml", ".json"])
)
def test_any_form(app, form, path, ending):
    body = urlencode([("api_key", app.key), *form], errors="replace")
    answer = Client().post(f"/open311/v2/{path}{ending}", body, content_type=URLENCODED)
    assert answer.status_code < 500 and answer.content


@seed(311)
@settings(max_examples=80, deadline=None, database=None, suppress_health_check=CALM)
@given(form=FORMS, path=st.sampled_from(["requests", "servicerequestupdates", "services", "services/x", "tokens/x"]))
def test_any_question(app, form, path):
    answer = Client().get(f"/open311/v2/{path}.xml?{urlencode([('api_key', app.key), *form], errors='replace')}")
    assert answer.status_code < 500 and answer.content.startswith((b"<?xml", b"[", b"{"))


@seed(311)
@settings(max_examples=60, deadline=None, database=None, suppress_health_check=CALM)
@given(body=st.binary(max_size=300), kind=st.sampled_from(KINDS))
def test_any_bytes(app, body, kind):
    answer = app.client.generic("POST", "/open311/v2/requests.json", body, content_type=kind)
    assert 400 <= answer.status_code < 500
