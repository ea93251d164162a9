"""A column that fills itself: the map key of a row's box, at every save and bulk insert."""

from __future__ import annotations

from typing import Any

from django.db import models

from jiedao.city import tilekeys


class TileKeyField(models.BigIntegerField):
    """`tilekeys.key` of `instance.box()` (west, south, east, north), or null where that returns None."""

    def __init__(self, **options: Any) -> None:
        options |= {"null": True, "editable": False, "db_index": True}
        super().__init__(**options)

    def pre_save(self, model_instance: models.Model, add: bool) -> int | None:
        box = model_instance.box()
        value = None if box is None else tilekeys.key(*box)
        setattr(model_instance, self.attname, value)
        return value
