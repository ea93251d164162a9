"""Addresses of the desk's own pages, below /desk/city_management/."""

from __future__ import annotations

from django.urls import path

from jiedao.systems.city_management import pages_call, pages_desk

desk = [
    path("call/", pages_call.call, name="call"),
    path("call/judge/", pages_call.call_judge, name="call-judge"),
    path("control/", pages_desk.control, name="control"),
    path("control/<int:pk>/", pages_desk.control_decide, name="control-decide"),
    path("taxonomy/", pages_desk.standard, name="taxonomy"),
    path("taxonomy/load/", pages_desk.load, name="load"),
]
