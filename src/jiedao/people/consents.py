"""同意: what a person agreed to, for which purpose, until when; given and taken back by the person alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from jiedao.errors import Missing
from jiedao.people.models import Consent, Person
from jiedao.text import Text


@dataclass(frozen=True)
class Purpose:
    """What is asked for; `days` None: until withdrawn."""

    code: str
    name: Text
    text: Text
    days: int | None = None


PURPOSES: dict[str, Purpose] = {}


def register(purpose: Purpose) -> None:
    """Called once by the room or system that asks; two purposes of one code are refused."""
    if PURPOSES.setdefault(purpose.code, purpose) != purpose:
        raise ValueError(f"two purposes are called {purpose.code!r}")


register(
    Purpose(
        "callback",
        Text("回访", "Call me back"),
        Text(
            "事情办完后，工作人员可以打电话问我是否满意。",
            "When a report is closed, staff may phone and ask how it went.",
        ),
    )
)
register(
    Purpose(
        "news",
        Text("通知", "Send me news"),
        Text("把我所在社区的公告发到我的邮箱。", "Send notices of my community to my e-mail address."),
    )
)


def in_force(now: datetime) -> Q:
    return Q(withdrawn_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now))


def has(person: Person, purpose: str) -> bool:
    return person.consents.filter(in_force(timezone.now()), purpose=purpose).exists()


def check_purpose(code: str) -> Purpose:
    if code not in PURPOSES:
        raise Missing(Text("没有这个用途。", "No such purpose."), field="purpose", value=code)
    return PURPOSES[code]


def do_grant(person: Person, code: str) -> Consent:
    """A new row, or the one in force."""
    purpose, now = check_purpose(code), timezone.now()
    with transaction.atomic():
        held = person.consents.filter(in_force(now), purpose=code).first()
        until = now + timedelta(days=purpose.days) if purpose.days else None
        return held or Consent.objects.create(person=person, purpose=code, granted_at=now, expires_at=until)


def do_withdraw(person: Person, code: str) -> int:
    """How many rows ended."""
    check_purpose(code)
    now = timezone.now()
    return person.consents.filter(in_force(now), purpose=code).update(withdrawn_at=now)
