"""Control areas 控制区: where and when certain classes are not to be reported, since approved works are going on."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class ControlArea(models.Model):
    name = models.CharField(max_length=80)
    area = models.CharField(max_length=20, blank=True, help_text="a whole area by code; or else a shape")
    shape = models.BinaryField(null=True, help_text="WKB polygon, WGS-84")
    categories = models.JSONField(default=list, help_text="small classes; empty is all")
    reason = models.CharField(max_length=300)
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["ends"], name="control_area_ends")]

    def __str__(self) -> str:
        return self.name
