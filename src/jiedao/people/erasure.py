"""Leaving: a person's data is wiped, what he reported stays without him, and the ledger keeps its lines for a time.

What happens to rows of other tables that point at the person is what their foreign key says: SET_NULL is unlinked,
CASCADE is deleted. A room with more to wipe (sealed contacts, say) registers a function.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils import timezone

from jiedao.errors import Conflict, Invalid
from jiedao.people import access
from jiedao.people.models import Change, Person, Reading, User
from jiedao.rules import value
from jiedao.text import Text

Wipe = Callable[[Person], int]
_wipes: dict[str, Wipe] = {}
GONE = "已注销"
DAYS_A_MONTH = 365.25 / 12


def register(name: str, wipe: Wipe) -> None:
    """`wipe(person)` runs in the transaction, before anything is unlinked, and says how many rows it changed.

    It may raise a Refused: then nothing is erased.
    """
    if _wipes.setdefault(name, wipe) is not wipe:
        raise ValueError(f"two wipes are called {name!r}")


def check_erase(user: User, password: str) -> None:
    """Staff first give up their posts; a password user proves himself once more."""
    if access.posts(user) or user.is_superuser:
        text = Text("您还有岗位在身，请先由管理员终止岗位。", "You hold a post: an administrator must end it first.")
        raise Conflict(text, field="posts")
    if user.has_usable_password() and not user.check_password(password):
        raise Invalid(Text("密码不对。", "This is not your password."), field="password")


def do_erase(user: User) -> dict[str, int]:
    """Anonymise person and sign-in; {what: rows}. Sessions end, for the sign-in is closed."""
    with transaction.atomic():
        counts = erase_person(user.person) if user.person else {}
        user.totpdevice_set.all().delete()
        user.recovery_codes.all().delete()
        user.username, user.oidc_subject, user.is_active = f"erased-{user.pk}", None, False
        user.set_unusable_password()
        user.save()
        Change.objects.create(actor=user, actor_label=user.username, action="erase", subject=f"user:{user.pk}")
    return counts


def erase_person(person: Person) -> dict[str, int]:
    """Also for somebody without a sign-in, at the counter."""
    with transaction.atomic():
        counts = {name: wipe(person) for name, wipe in _wipes.items()}
        counts |= _follow_keys(person)
        Person.objects.filter(pk=person.pk).update(**_blank(), erased_at=timezone.now())
    return counts


def _blank() -> dict[str, object]:
    """Every column of a person but its id and dates, emptied; a column added later is wiped without being named."""
    kept = {"id", "created_at", "erased_at", "language", "large_type"}
    fields = (field for field in Person._meta.concrete_fields if field.name not in kept)
    blank: dict[str, object] = {field.name: None if field.null else "" for field in fields}
    return blank | {"name": GONE}


def _follow_keys(person: Person) -> dict[str, int]:
    counts: dict[str, int] = {}
    for relation in Person._meta.related_objects:
        model = relation.related_model
        rows = model._base_manager.filter(**{relation.field.name: person})
        if model is Reading or relation.on_delete is models.PROTECT:
            continue
        if relation.on_delete is models.SET_NULL:
            counts[model._meta.label] = rows.update(**{relation.field.name: None})
        else:
            counts[model._meta.label] = rows.delete()[0]
    return counts


def purge(now: datetime | None = None) -> int:
    """Delete ledger lines about erased persons once the law no longer asks for them; how many."""
    now = now or timezone.now()
    months = value("people.ledger_retention_months", on=timezone.localtime(now).date())
    limit = now - timedelta(days=months * DAYS_A_MONTH)
    return Reading.objects.filter(subject__erased_at__lt=limit, at__lt=limit).delete()[0]
