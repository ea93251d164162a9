"""Addresses of the house's own pages."""

from __future__ import annotations

from django.urls import path

from jiedao.web import landing, pages, styleguide

urlpatterns = [
    path("", pages.home, name="home"),
    path("services/", pages.services, name="services"),
    path("find/", pages.find, name="find"),
    path("about/", pages.about, name="about"),
    path("privacy/", pages.privacy, name="privacy"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("language/", pages.language, name="language"),
    path("display/", pages.display, name="display"),
    path("sw.js", pages.worker, name="worker"),
    path("field/offline/", pages.offline, name="field-offline"),
    path("field/", landing.field, name="field"),
    path("desk/", landing.desk, name="desk"),
    path("plans/", landing.plans, name="plans"),
    path("board/", landing.board, name="board"),
]
