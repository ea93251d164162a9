"""Addresses of the house's own pages."""

from __future__ import annotations

from django.urls import path

from jiedao.web import landing, pages, pages_desk, styleguide

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
    path("desk/", pages_desk.queue, name="desk"),
    path("desk/stations/", pages_desk.stations, name="desk-stations"),
    path("desk/batch/", pages_desk.batch, name="desk-batch"),
    path("desk/conditions/", pages_desk.conditions, name="desk-conditions"),
    path("desk/export.csv", pages_desk.export, {"form": "csv"}, name="desk-export-csv"),
    path("desk/export.xlsx", pages_desk.export, {"form": "xlsx"}, name="desk-export-xlsx"),
    path("desk/case/<str:code>/", pages_desk.case, name="desk-case"),
    path("desk/case/<str:code>/act/", pages_desk.act, name="desk-act"),
    path("desk/case/<str:code>/contact/", pages_desk.read_contact, name="desk-contact"),
    path("plans/", landing.plans, name="plans"),
    path("board/", landing.board, name="board"),
]
