"""Addresses for machines and other software, and the desk page of their keys."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.urls import include, path

from jiedao.errors import Missing
from jiedao.gateway import desk, feeds
from jiedao.gateway.api import api
from jiedao.gateway.open311 import views as open311
from jiedao.gateway.refusals import NOTHING
from jiedao.people.gate import public


@public
def nothing(request: HttpRequest, rest: str) -> JsonResponse:
    """An address that the API does not have, in the API's words."""
    return JsonResponse(Missing(NOTHING, field="path", value=rest).as_dict(), status=404)


urlpatterns = [
    path("api/", api.urls),
    path("api/<path:rest>", nothing, name="api-nothing"),
    path("open311/v2/", include(open311.urlpatterns)),
    path("feeds/cases.atom", feeds.atom, name="feed"),
    path("feeds/cases/<str:code>.atom", feeds.atom, name="feed-area"),
    path("desk/keys/", desk.keys_page, name="desk-keys"),
]
