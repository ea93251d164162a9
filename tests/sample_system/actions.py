"""Every write: a request is filed, and trees are planted with the step that ends the case, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from jiedao.cases import actions, intake
from jiedao.cases.intake import Filed, NewReport
from jiedao.cases.models import Case
from tests.sample_system.kinds import TREES, TreeForm
from tests.sample_system.models import Tree


def do_ask(
    person: Any,
    *,
    lon: float,
    lat: float,
    species: str = "",
    text: str = "",
    count: Any = 1,
    now: datetime | None = None,
) -> Filed:
    """File a request. Raises what intake raises: Invalid names the field."""
    report = NewReport(
        TREES.code, text=text, lon=lon, lat=lat, category=species, person=person, attributes={"count": count}
    )
    return intake.do_file([report], now)[0]


@transaction.atomic
def do_plant(case: Case, actor: Any, *, version: int, photos: Sequence[Any]) -> list[Tree]:
    """The step `plant` with its photo, and a row for each tree."""
    held = actions.do_step(case, "plant", actor, version=version, attachments=photos)
    tree = {"species": held.category, "lon": held.lon, "lat": held.lat, "community": held.community, "case": held}
    return Tree.objects.bulk_create([Tree(**tree) for _ in range(TreeForm.model_validate(held.form).count)])
