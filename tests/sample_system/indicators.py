"""Figures: two tallies each; board, evaluation and evidence lists follow from them."""

from __future__ import annotations

from django.db.models import Q

from jiedao.measures.indicators import Indicator, Tally
from jiedao.text import Text

ANSWERED = Q(kind="tree_request", state__in=("tree_agreed", "tree_planted", "tree_declined"))

INDICATORS = (
    Indicator(
        "sample_agreed",
        Text("种树申请同意率", "Requests for trees agreed to"),
        Text("同意数 ÷ 已答复数", "agreed ÷ answered"),
        Tally("case", ANSWERED & ~Q(state="tree_declined")),
        Tally("case", ANSWERED),
        subjects=("unit",),
        source="sample",
    ),
)
