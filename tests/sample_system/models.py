"""A tree that stands because somebody asked for it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Tree(models.Model):
    species = models.CharField(max_length=24)
    lon = models.FloatField()
    lat = models.FloatField()
    community = models.CharField(max_length=12, blank=True)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    planted_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.species} {self.pk}"
