"""Keys of other software: each is a sign-in of its own without a password, so its posts say what it may do."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

USER = settings.AUTH_USER_MODEL


class ApiKey(models.Model):
    """接口密钥. Only the SHA-256 of the key is kept: its 256 random bits need no slow hash. The key is shown once."""

    user = models.OneToOneField(USER, on_delete=models.PROTECT, related_name="api_key_row")
    digest = models.CharField(max_length=64, unique=True)
    start = models.CharField(max_length=12, help_text="how the key begins, to tell keys apart")
    area = models.CharField(max_length=20, blank=True, help_text="files reports here only; empty is the whole city")
    kinds = models.JSONField(default=list, blank=True, help_text="files these kinds only; empty is all")
    rate = models.PositiveIntegerField(null=True, help_text="reports a minute; none: the rule's")
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    expires_on = models.DateField(null=True, help_text="the last day")
    revoked_at = models.DateTimeField(null=True)
    used_on = models.DateField(null=True, help_text="the last day on which it came")
