"""The addresses of Open311: six methods of GeoReport v2, updates, discovery."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import path

from jiedao.cases.models import Report
from jiedao.config.options import options
from jiedao.errors import Missing
from jiedao.gateway.open311 import asking, filing, reading, services, updates
from jiedao.gateway.open311.endpoint import endpoint, needs_key
from jiedao.people.models import User
from jiedao.text import Text

READ = ("GET", "HEAD")


@endpoint(*READ, root="services", item="service")
def service_list(request: HttpRequest, user: User | None) -> Any:
    return services.listing()


@endpoint(*READ, root="service_definition")
def service_definition(request: HttpRequest, user: User | None, code: str) -> Any:
    return services.definition(code)


@endpoint(*READ, "POST", root="service_requests", item="request")
def requests(request: HttpRequest, user: User | None) -> Any:
    if request.method == "POST":
        return filing.post(request, needs_key(user)), 201
    return asking.requests(request, user)


@endpoint(*READ, root="service_requests", item="request")
def one_request(request: HttpRequest, user: User | None, code: str) -> Any:
    return reading.records([asking.one(code, user)], user, asking.truth(request, "extensions"))


@endpoint(*READ, root="service_requests", item="request")
def token(request: HttpRequest, user: User | None, token: str) -> Any:
    """The id of the request that a report's token belongs to."""
    code = None
    if token.isascii() and token.isprintable():
        code = Report.objects.filter(token=token).values_list("case__code", flat=True).first()
    if code is None:
        raise Missing(Text("没有这个 token。", "There is no such token."), field="token")
    return [{"service_request_id": code, "token": token}]


@endpoint(*READ, "POST", root="service_request_updates", item="request_update")
def request_updates(request: HttpRequest, user: User | None) -> Any:
    if request.method == "POST":
        return updates.post(request, needs_key(user)), 201
    return updates.listing(request, user)


@endpoint(*READ, root="discovery")
def discovery(request: HttpRequest, user: User | None) -> Any:
    """Where the service is, and in which formats."""
    at, changed = f"{options().origin}/open311/v2", "2026-06-01T00:00:00+08:00"
    point = {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": at,
        "changeset": changed,
        "type": "production" if options().mode == "production" else "test",
        "formats": ["application/json", "text/xml"],
    }
    how = Text("接口密钥由系统管理员发放。", "An administrator of the city hands out API keys.")
    return {
        "changeset": changed,
        "contact": f"{options().origin}/about/",
        "key_service": str(how),
        "endpoints": [point],
    }


@endpoint(*READ, "POST", root="errors", item="error")
def nothing(request: HttpRequest, user: User | None, rest: str) -> Any:
    raise Missing(Text("Open311 没有这个地址。", "Open311 has no such address."), field="path", value=rest)


def _both(address: str, view: Any, name: str) -> list[Any]:
    """With and without an ending for the format."""
    return [path(f"{address}.<str:form>", view, name=name), path(address, view, name=f"{name}-plain")]


urlpatterns = [
    *_both("services", service_list, "open311-services"),
    *_both("services/<str:code>", service_definition, "open311-service"),
    *_both("requests", requests, "open311-requests"),
    *_both("requests/<str:code>", one_request, "open311-request"),
    *_both("tokens/<str:token>", token, "open311-token"),
    *_both("servicerequestupdates", request_updates, "open311-updates"),
    *_both("discovery", discovery, "open311-discovery"),
    path("<path:rest>", nothing, name="open311-nothing"),
]
