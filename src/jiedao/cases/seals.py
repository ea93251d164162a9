"""A daily digest over every log line written since the last one: a case that vanished, or a log made anew, breaks it.

Keep the digests where the database's keeper cannot write: print them, post them, mail them to another office.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from jiedao.cases.models import Entry, Seal


def _digest(previous: str, after: int, upto: int) -> tuple[str, int]:
    """(digest, lines covered) over the lines with after < id ≤ upto."""
    found, count = hashlib.sha256(previous.encode()), 0
    rows = Entry.objects.filter(id__gt=after, id__lte=upto).order_by("id").values_list("id", "case_id", "hash")
    for pk, case_id, line in rows.iterator(chunk_size=10_000):
        found.update(f"{pk} {case_id} {line}\n".encode())
        count += 1
    return found.hexdigest(), count


def _last_line() -> int:
    """The highest id such that no lower one can still be committed: PostgreSQL waits for the writers under way."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f'LOCK TABLE "{Entry._meta.db_table}" IN SHARE MODE')
        return Entry.objects.aggregate(last=Max("id"))["last"] or 0


def seal() -> Seal:
    """Today's seal; made once a day, the same if asked again."""
    day = timezone.localdate()
    before = Seal.objects.order_by("-day").first()
    if before and before.day >= day:
        return before
    upto = _last_line()
    digest, count = _digest(before.digest if before else "", before.upto if before else 0, upto)
    found, _ = Seal.objects.get_or_create(day=day, defaults={"upto": upto, "entries": count, "digest": digest})
    return found


def verify() -> Iterator[str]:
    """What is wrong with the seals, a line each. Reads every sealed log line once."""
    previous, after = "", 0
    for row in Seal.objects.order_by("day"):
        digest, count = _digest(previous, after, row.upto)
        if count != row.entries:
            yield f"seal {row.day}: covers {row.entries} log lines, {count} are there"
        elif digest != row.digest:
            yield f"seal {row.day}: its log lines were changed"
        previous, after = row.digest, row.upto
