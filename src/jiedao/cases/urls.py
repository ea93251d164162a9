"""Pages of the case room itself: attachments."""

from __future__ import annotations

from django.urls import path

from jiedao.cases import views

urlpatterns = [path("media/<uuid:number>", views.media, name="media")]
