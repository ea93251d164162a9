"""Addresses for machines and other software, and the desk page of their keys."""

from __future__ import annotations

from django.urls import path

from jiedao.gateway.api import api

urlpatterns = [path("api/", api.urls)]
