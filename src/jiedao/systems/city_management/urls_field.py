"""Addresses of the field pages, below /field/city_management/."""

from __future__ import annotations

from django.urls import path

from jiedao.systems.city_management import pages_field

field = [
    path("", pages_field.tasks, name="tasks"),
    path("report/", pages_field.report, name="report"),
    path("cases/<str:code>/", pages_field.case, name="case"),
    path("cases/<str:code>/step/", pages_field.take, name="take"),
    path("cases/<str:code>/arrive/", pages_field.arrive, name="arrive"),
    path("cases/<str:code>/ask/", pages_field.ask, name="ask"),
]
