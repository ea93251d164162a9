"""Addresses of the resident's pages, below /city_management/."""

from __future__ import annotations

from django.urls import path

from jiedao.systems.city_management import pages_follow, pages_portal

portal = [
    path("report/", pages_portal.report, name="report"),
    path("report/guess/", pages_portal.guess, name="guess"),
    path("report/classes/", pages_portal.classes, name="classes"),
    path("near/", pages_follow.near, name="near"),
    path("mine/", pages_follow.mine, name="mine"),
    path("t/<str:token>/", pages_follow.token, name="token"),
    path("cases/<str:code>/", pages_follow.case, name="case"),
    path("cases/<str:code>/done/", pages_follow.done, name="done"),
    path("cases/<str:code>/add/", pages_follow.add, name="add"),
    path("cases/<str:code>/rate/", pages_follow.rate, name="rate"),
    path("cases/<str:code>/reopen/", pages_follow.reopen, name="reopen"),
]
