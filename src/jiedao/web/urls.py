"""Addresses of the house's own pages."""

from __future__ import annotations

from django.urls import path

from jiedao.registry import NavItem
from jiedao.text import Text
from jiedao.web import (
    inbox,
    landing,
    pages,
    pages_board,
    pages_case,
    pages_desk,
    pages_evaluation,
    pages_exports,
    pages_rules,
    styleguide,
)
from jiedao.web.shell import add_core

add_core(
    NavItem("board", "/board/evaluation/", Text("综合评价", "Evaluation"), "chart", "measure.view", 20),
    NavItem("desk", "/desk/exports/", Text("导出", "Exports"), "download", "measure.view", 85),
    NavItem("desk", "/desk/keys/", Text("接口密钥", "API keys"), "key", "people.manage", 95),
    NavItem("desk", "/desk/rules/", Text("规则与出处", "Rules"), "sliders", "measure.view", 80),
)

urlpatterns = [
    path("", pages.home, name="home"),
    path("services/", pages.services, name="services"),
    path("find/", pages.find, name="find"),
    path("about/", pages.about, name="about"),
    path("privacy/", pages.privacy, name="privacy"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("messages/", inbox.inbox, name="inbox"),
    path("messages/read/", inbox.read, name="inbox-read"),
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
    path("desk/exports/", pages_exports.exports, name="desk-exports"),
    path("desk/exports/<str:code>.<str:form>", pages_exports.export, name="desk-exports-one"),
    path("desk/rules/", pages_rules.rules, name="rules"),
    path("desk/rules/<str:key>/", pages_rules.one, name="rules-one"),
    path("desk/case/<str:code>/", pages_desk.case, name="desk-case"),
    path("desk/case/<str:code>/act/", pages_desk.act, name="desk-act"),
    path("desk/case/<str:code>/contact/", pages_desk.read_contact, name="desk-contact"),
    path("cases/<str:code>/", pages_case.case, name="case"),
    path("plans/", landing.plans, name="plans"),
    path("board/", pages_board.board, name="board"),
    path("board/evaluation/", pages_evaluation.evaluation, name="board-evaluation"),
    path("board/evaluation.csv", pages_evaluation.evaluation, name="board-evaluation-csv"),
    path("board/evidence/", pages_evaluation.evidence_list, name="board-evidence"),
]
