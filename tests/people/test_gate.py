"""The declarations of people.gate on functions, class views and ninja operations."""

import json

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.views import View
from ninja import NinjaAPI

from jiedao.errors import Forbidden, Refused
from jiedao.people import gate
from jiedao.people.gate import Api, needs, public, signed_in
from tests.people.make import make_user

pytestmark = pytest.mark.django_db

api = NinjaAPI(urls_namespace="gate-test", docs_decorator=public)


@api.exception_handler(Refused)
def refused(request, error):
    return api.create_response(request, error.as_dict(), status=error.status)


@api.get("/open")
@public
def api_open(request):
    return {"ok": True}


@api.get("/mine", auth=Api())
def api_mine(request):
    return {"who": request.auth.username}


@api.post("/audit", auth=Api("audit.view"))
def api_audit(request):
    return {"ok": True}


@api.get("/forgotten")
def api_forgotten(request):
    return {}


@public
def open_page(request):
    return HttpResponse("open")


@signed_in
def my_page(request):
    return HttpResponse("mine")


@needs("audit.view")
def audit_page(request):
    return HttpResponse("audit")


@needs("audit.view")
class AuditView(View):
    def get(self, request, n):
        return HttpResponse(f"audit {n}")


def forgotten(request):
    return HttpResponse()


urlpatterns = [
    path("sign-in/", open_page, name="x"),
    path("mine/", my_page),
    path("audit/", audit_page),
    path("audit/<int:n>/", AuditView.as_view()),
    path("forgotten/", forgotten),
    path("api/", api.urls),
]
here = override_settings(ROOT_URLCONF=__name__)


@pytest.fixture(autouse=True)
def mounted():
    with here:
        yield


def test_every_declaration_is_found_and_every_gap():
    found = {(r.path, r.methods): r.gate for r in gate.routes()}
    needed = gate.Gate("needs", "audit.view")
    assert found["/sign-in/", ()] == gate.PUBLIC and found["/mine/", ()] == gate.SIGNED_IN
    assert found["/audit/", ()] == found["/audit/<int:n>/", ()] == found["/api/audit", ("POST",)] == needed
    assert found["/api/open", ("GET",)] == gate.PUBLIC and found["/api/mine", ("GET",)] == gate.SIGNED_IN
    assert found["/api/openapi.json", ()] == found["/api/docs", ()] == found["/api/", ()] == gate.PUBLIC
    gaps = {path for (path, _), declared in found.items() if declared is None}
    assert gaps == {"/forgotten/", "/api/forgotten"}


def test_pages_send_strangers_to_sign_in_and_back(client):
    assert client.get("/sign-in/").status_code == 200
    assert client.get("/audit/3/?a=1").url == "/sign-in/?next=%2Faudit%2F3%2F%3Fa%3D1"
    assert client.post("/audit/").url == "/sign-in/?next=%2F", "a form's address is not repeated"
    part = client.get("/mine/", headers={"hx-request": "true"})
    assert part.status_code == 401 and part["HX-Redirect"].startswith("/sign-in/")
    assert client.get("/mine/", headers={"accept": "application/json"}).json()["code"] == "sign_in"


@pytest.mark.parametrize("role,allowed", [("supervisor", True), ("admin", True), ("collector", False)])
def test_a_permission_opens_pages_class_views_and_operations(client, role, allowed):
    client.force_login(make_user(role))
    status = 200 if allowed else 403
    for url in ("/audit/", "/audit/7/"):
        assert client.get(url, headers={"accept": "application/json"}).status_code == status
    answer = client.post("/api/audit")
    assert answer.status_code == status
    if not allowed:
        assert answer.json()["code"] == "forbidden" and "监督员" in answer.json()["expected"]


def test_operations_want_a_session_and_its_csrf_token():
    assert Client().get("/api/open").status_code == 200 and Client().get("/api/mine").status_code == 401
    user, strict = make_user("admin"), Client(enforce_csrf_checks=True)
    strict.force_login(user)
    assert strict.post("/api/audit").status_code == 403
    client = Client()
    client.force_login(user)
    assert client.get("/api/mine").json() == {"who": user.username}


def test_a_refusal_on_a_page_is_raised_for_the_error_page_of_the_house():
    request = RequestFactory().get("/audit/")
    request.user = make_user("collector")
    request.user.is_verified = lambda: False
    with pytest.raises(Forbidden) as caught:
        audit_page(request)
    assert caught.value.expected


def test_a_temporary_password_closes_operations_too(client):
    client.force_login(make_user("admin", must_change_password=True))
    answer = client.get("/api/mine")
    assert answer.status_code == 403 and json.loads(answer.content)["code"] == "unfinished"


def test_a_permission_that_nobody_declared_is_a_finding():
    @needs("no.such")
    def page(request):
        return HttpResponse()

    urlpatterns.append(path("typo/", page))
    try:
        from django.urls import clear_url_caches

        clear_url_caches()
        assert [r.path for r in gate.unknown_permissions()] == ["/typo/"]
    finally:
        urlpatterns.pop()
        clear_url_caches()
