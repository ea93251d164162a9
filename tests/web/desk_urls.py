"""The site with one more desk page: a filtered list of rows, and an act that is refused."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from jiedao.config.urls import handler404, urlpatterns  # noqa: F401
from jiedao.errors import Conflict
from jiedao.text import Text

LIST = """{% extends "web/base_desk.html" %}{% load jiedao %}
{% block title %}x{% endblock %}
{% block heading %}案卷{% endblock %}
{% block acts %}
<button class="button button-primary" type="button" hx-post="/try/act/" data-key="r">退回</button>
{% endblock %}
{% block main %}
{% filters target="#rows" %}{% field "q" "搜索" type="search" value=q %}{% endfilters %}
<div id="rows" data-announce="{{ rows|length }} 条"><table class="table"><tbody>
{% for row in rows %}
<tr data-row="{{ row }}">
<td><input type="checkbox" aria-label="{{ row }}"></td><td><a href="#{{ row }}">{{ row }}</a></td></tr>
{% endfor %}
</tbody></table></div>
{% endblock %}"""
ROWS = ("井盖", "路灯", "广告")


def rows(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "")
    context = {"q": asked, "rows": [row for row in ROWS if asked in row]}
    return HttpResponse(engines["django"].from_string(LIST).render(context, request))


def act(request: HttpRequest) -> HttpResponse:
    raise Conflict(Text("别人刚刚改过", "Somebody has just changed it"))


urlpatterns = [path("try/", rows), path("try/act/", act), *urlpatterns]
