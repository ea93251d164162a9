"""Addresses for machines and other software, and the desk page of their keys."""

from __future__ import annotations

from django.urls import include, path

from jiedao.gateway import desk, feeds
from jiedao.gateway.api import api
from jiedao.gateway.open311 import views as open311

urlpatterns = [
    path("api/", api.urls),
    path("open311/v2/", include(open311.urlpatterns)),
    path("feeds/cases.atom", feeds.atom, name="feed"),
    path("feeds/cases/<str:code>.atom", feeds.atom, name="feed-area"),
    path("desk/keys/", desk.keys_page, name="desk-keys"),
]
