"""What a city changes in the rules: overrides, holidays of its own, whole tables; and the stamp that says so."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from jiedao.rules.loader import Shipped
from jiedao.rules.rows import Rule
from jiedao.text import Text


class Dated(models.Model):
    """A row that holds from a day to a day, signed and explained."""

    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class RuleOverride(Dated):
    """A value that this city set in place of a shipped one of the same scope. Never edited: a newer one wins."""

    key = models.CharField(max_length=120, db_index=True)
    scope = models.JSONField(default=dict)
    value = models.JSONField()
    unit = models.CharField(max_length=40, blank=True)

    class Meta:
        db_table = "rules_override"

    def __str__(self) -> str:
        return f"{self.key} = {self.value!r}"

    def as_rule(self, shipped: Shipped) -> Rule:
        """The row a lookup sees; label and unit come from the shipped row of the key."""
        base = shipped.rules.get(self.key, [Rule(self.key, None)])[0]
        return Rule(
            key=self.key,
            value=self.value,
            unit=self.unit or base.unit,
            scope=self.scope,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            source="override",
            certainty="F",
            label=base.label,
            note=Text(self.reason, self.reason),
            origin=f"override:{self.pk}",
            editable=True,
        )


class CalendarDay(models.Model):
    """One day that differs from the shipped calendar; `city` is an area code, empty for the whole country."""

    class Type(models.TextChoices):
        WORK = "work"
        REST = "rest"
        HOLIDAY = "holiday"
        MAKEUP = "makeup"

    date = models.DateField()
    type = models.CharField(max_length=8, choices=Type.choices)
    city = models.CharField(max_length=12, blank=True)
    source = models.CharField(max_length=200)

    class Meta:
        db_table = "rules_calendar_day"
        constraints = [models.UniqueConstraint(fields=["date", "city"], name="rules_one_type_per_day")]

    def __str__(self) -> str:
        return f"{self.date} {self.type}"


class RuleTable(Dated):
    """A whole table of a city (its filing standard, say) as JSON, in the shape its reader documents."""

    name = models.CharField(max_length=80)
    city = models.CharField(max_length=12, blank=True)
    source = models.CharField(max_length=200)
    data: Any = models.JSONField()

    class Meta:
        db_table = "rules_table"
        indexes = [models.Index(fields=["name", "city"], name="rules_table_by_name")]

    def __str__(self) -> str:
        return f"{self.name} {self.city} {self.valid_from}"


class Stamp(models.Model):
    """One row whose number changes with every change above; other processes watch it."""

    number = models.BigIntegerField(default=0)

    class Meta:
        db_table = "rules_stamp"

    def __str__(self) -> str:
        return str(self.number)
