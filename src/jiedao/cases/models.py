"""Anything that someone must bring to an end: the case, its log, its clocks, its papers and its messages."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

USER = settings.AUTH_USER_MODEL


class Case(models.Model):
    """案卷. `state` caches the last entry of the log; the four area columns cache where the point lies."""

    code = models.CharField(max_length=24, unique=True, help_text="19 digits: district 6 + yymm 4 + number 9")
    kind = models.CharField(max_length=40)
    category = models.CharField(max_length=24, blank=True, help_text="small class, E01-10")
    condition = models.CharField(max_length=32, blank=True, help_text="condition row of the small class")
    title = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    form = models.JSONField(default=dict)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    h3 = models.BigIntegerField(null=True, help_text="resolution 10")
    address = models.CharField(max_length=200, blank=True)
    district = models.CharField(max_length=6, blank=True)
    subdistrict = models.CharField(max_length=9, blank=True)
    community = models.CharField(max_length=12, blank=True)
    cell = models.CharField(max_length=20, blank=True)
    asset = models.ForeignKey("city.Asset", null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=24)
    state_at = models.DateTimeField()
    arrived = models.CharField(max_length=32, help_text="the step that led to this state; return rules ask for it")
    unit = models.ForeignKey("people.Unit", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    handler = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=16, help_text="portal, phone, field, patrol, open311, sensor, …")
    limit_amount = models.FloatField(null=True)
    limit_unit = models.CharField(max_length=16, blank=True)
    deadline = models.DateTimeField(null=True, help_text="of the clock that runs now")
    promised = models.DateTimeField(null=True, help_text="what the reporter was told")
    supervised = models.CharField(max_length=16, blank=True, help_text="timeout, leader, important")
    reports_count = models.PositiveIntegerField(default=1)
    reopened = models.PositiveSmallIntegerField(default=0)
    rework = models.PositiveSmallIntegerField(default=0)
    rating = models.PositiveSmallIntegerField(null=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")
    triage = models.JSONField(default=dict, help_text="what was proposed, and why")
    version = models.PositiveIntegerField(default=1, help_text="number of the last log entry")
    head = models.CharField(max_length=64, blank=True, help_text="hash of the last log entry")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "-id"], name="case_state"),
            models.Index(fields=["district", "state", "-id"], name="case_district"),
            models.Index(fields=["subdistrict", "state", "-id"], name="case_subdistrict"),
            models.Index(fields=["community", "state", "-id"], name="case_community"),
            models.Index(fields=["unit", "state", "-id"], name="case_unit"),
            models.Index(fields=["handler", "state", "-id"], name="case_handler"),
            models.Index(fields=["category", "state", "-id"], name="case_category"),
            models.Index(fields=["kind", "state", "-id"], name="case_kind"),
            models.Index(fields=["h3", "category"], name="case_near_open", condition=Q(closed_at=None)),
            models.Index(fields=["state", "deadline"], name="case_due_open", condition=Q(closed_at=None)),
            models.Index(fields=["opened_at"], name="case_opened"),
        ]

    def __str__(self) -> str:
        return self.code


class Entry(models.Model):
    """One line of a case's log. Never changed or deleted; `hash` covers the line and the hash before it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="entries", db_index=False)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    step = models.CharField(max_length=32)
    source = models.CharField(max_length=24, blank=True)
    target = models.CharField(max_length=24)
    actor = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    actor_label = models.CharField(max_length=120, blank=True)
    note = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    public = models.BooleanField(default=True, help_text="shown on the reporter's timeline")
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="entry_seq")]
        indexes = [
            models.Index(fields=["at"], name="entry_at"),
            models.Index(fields=["-id"], name="entry_correct", condition=Q(step="correct")),
        ]


class Seal(models.Model):
    """A digest over every log entry up to `upto` and the seal before it; a vanished case breaks it."""

    day = models.DateField(primary_key=True)
    upto = models.BigIntegerField(help_text="id of the last entry covered")
    entries = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)


class Report(models.Model):
    """One person's telling of one thing; several reports may belong to one case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports")
    person = models.ForeignKey("people.Person", null=True, on_delete=models.SET_NULL, related_name="reports")
    token = models.CharField(max_length=32, unique=True, help_text="lets an anonymous reporter come back")
    key = models.CharField(
        max_length=120, null=True, unique=True, help_text="the sender's own id: sent twice, filed once"
    )
    channel = models.CharField(max_length=16)
    text = models.TextField(blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    contact_sealed = models.BinaryField(null=True, help_text="name, phone, e-mail of somebody without a sign-in")
    by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+", help_text="staff who took it")
    attributes = models.JSONField(default=dict)
    at = models.DateTimeField()


class Clock(models.Model):
    """计时: one stage's limit and what became of it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clocks")
    stage = models.CharField(max_length=24)
    unit = models.ForeignKey("people.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    amount = models.FloatField()
    amount_unit = models.CharField(max_length=16)
    deadline = models.DateTimeField()
    pauses = models.JSONField(default=list, help_text="[[from, to or null, reason], …] ISO times")
    stopped_at = models.DateTimeField(null=True)
    overdue = models.BooleanField(default=False)
    exempt = models.BooleanField(
        default=False, help_text="an appeal was granted: raw overtime stays, statistics leave it out"
    )
    told = models.PositiveSmallIntegerField(default=0, help_text="highest rung of the escalation ladder already told")
    next_check = models.DateTimeField(null=True, help_text="when the next rung is due")

    class Meta:
        indexes = [models.Index(fields=["next_check"], name="clock_next", condition=Q(stopped_at=None))]
        constraints = [models.UniqueConstraint(fields=["case"], name="clock_one_runs", condition=Q(stopped_at=None))]


class Adjustment(models.Model):
    """延期, 挂账 or 超时申诉: asked, decided on two levels."""

    class Kind(models.TextChoices):
        EXTENSION = "extension", "延期"
        SUSPENSION = "suspension", "挂账"
        APPEAL = "appeal", "超时申诉"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="adjustments")
    clock = models.ForeignKey(Clock, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    reason = models.TextField()
    until = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, default="asked", help_text="asked, forwarded, approved, refused")
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    forwarded_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    opinion = models.TextField(blank=True)


class Attachment(models.Model):
    """A photo or paper, re-encoded, stored outside the web root under its id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="attachments")
    report = models.ForeignKey(Report, null=True, on_delete=models.PROTECT, related_name="attachments")
    entry = models.ForeignKey(Entry, null=True, on_delete=models.PROTECT, related_name="attachments")
    purpose = models.CharField(max_length=12, default="before", help_text="before, after, check, paper")
    public = models.BooleanField(default=True)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    uploaded_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)


class Notice(models.Model):
    """消息: what was, or will be, told to a user, person, unit or address."""

    user = models.ForeignKey(USER, null=True, on_delete=models.CASCADE, related_name="notices")
    person = models.ForeignKey("people.Person", null=True, on_delete=models.CASCADE, related_name="notices")
    unit = models.ForeignKey("people.Unit", null=True, on_delete=models.CASCADE, related_name="notices")
    channel = models.CharField(max_length=8, default="inapp", help_text="inapp, email, webhook")
    template = models.CharField(max_length=40)
    context = models.JSONField(default=dict)
    case = models.ForeignKey(Case, null=True, on_delete=models.CASCADE, related_name="notices")
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="notice_user")]


class Feedback(models.Model):
    """评价: one report, one rating; may be followed by one reopening."""

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="feedback")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="feedback")
    stars = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)


class IdempotencyKey(models.Model):
    """An API write that was answered: the same key and body get the same answer, another body is refused."""

    key = models.CharField(max_length=80)
    owner = models.CharField(max_length=80)
    request = models.CharField(max_length=64, help_text="SHA-256 of method, path and body")
    status = models.PositiveSmallIntegerField(null=True)
    response = models.JSONField(null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="idempotency_owner_key")]
