"""A list a shell; the house mounts each below its shell as sample-<shell>."""

from __future__ import annotations

from django.urls import path

from tests.sample_system import pages

portal = [path("", pages.ask, name="ask")]
field = [path("", pages.to_plant, name="to-plant")]
desk = [path("", pages.to_answer, name="to-answer")]
plans = [path("", pages.nurseries, name="nurseries")]
board = [path("", pages.figures, name="figures")]
