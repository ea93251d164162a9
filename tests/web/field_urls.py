"""The site with one more field page: a form as field pages make them, and a list of what arrived."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import path

from jiedao.config.urls import handler404, urlpatterns  # noqa: F401

FORM = """{% extends "web/base_field.html" %}{% load jiedao %}
{% block title %}x{% endblock %}
{% block heading %}上报{% endblock %}
{% block main %}
<form class="form" method="post" enctype="multipart/form-data" data-queue-form="上报" data-queue-next="/field/try/">
{% csrf_token %}
{% field "text" "说明" required=True %}
{% photo_input %}
{% button "提交" %}
</form>
{% endblock %}"""

arrived: list[dict[str, object]] = []
answers: list[int] = []
"""Statuses to answer with, in order; 200 when empty."""


def page(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return HttpResponse(engines["django"].from_string(FORM).render({}, request))
    photos = [photo.read() for photo in request.FILES.getlist("photos")]
    arrived.append({"key": request.headers["Idempotency-Key"], "text": request.POST["text"], "photos": photos})
    status = answers.pop(0) if answers else 200
    return JsonResponse({"next": "/field/try/", "message": "说明太短"}, status=status)


urlpatterns = [path("field/try/", page), *urlpatterns]
