"""Addresses of the map's data."""

from __future__ import annotations

from django.urls import path

from jiedao.city import views
from jiedao.people.gate import public

urlpatterns = [
    path("tiles/<int:z>/<int:x>/<int:y>.json", public(views.tile), name="tile"),
    path("tiles/assets/<int:z>/<int:x>/<int:y>.json", public(views.asset_tile), name="asset-tile"),
    path("tiles/areas/<str:code>.json", public(views.shape), name="area-outline"),
    path("areas/search", public(views.search), name="area-search"),
    path("areas/<str:code>/shape.json", public(views.shape), name="area-shape"),
]
