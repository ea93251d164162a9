"""Making, finding and revoking keys of other software."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiedao.cases import kinds as case_kinds
from jiedao.errors import Invalid, Refused
from jiedao.gateway.models import ApiKey
from jiedao.people import staff
from jiedao.people.models import User
from jiedao.text import Text

PREFIX = "jd_"
SHOWN = 9
LARGEST_RATE = 100_000


class BadKey(Refused):
    """No such key, or it is no longer good; which of the two is not said."""

    status, code = 401, "bad_key"


def digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def check_create(area: str, kinds: Sequence[str], rate: int | None, expires_on: date | None) -> dict[str, Any]:
    """Columns of ApiKey. Raises Invalid."""
    for code in kinds:
        case_kinds.get(code)
    if rate is not None and not 1 <= rate <= LARGEST_RATE:
        expected = Text(f"1 到 {LARGEST_RATE}", f"1 to {LARGEST_RATE}")
        text = Text("每分钟上报数不对。", "This is no number of reports a minute.")
        raise Invalid(text, field="rate", value=rate, expected=expected)
    if expires_on and expires_on < timezone.localdate():
        raise Invalid(Text("到期日已过。", "This day has passed."), field="expires_on", value=expires_on)
    return {"area": staff.check_area(area), "kinds": list(kinds), "rate": rate, "expires_on": expires_on}


def do_create(
    actor: User,
    username: str,
    name: str,
    *,
    area: str = "",
    kinds: Sequence[str] = (),
    rate: int | None = None,
    expires_on: date | None = None,
    post: dict[str, Any] | None = None,
) -> tuple[ApiKey, str]:
    """(row, the key, which nobody can show again). `name` is the software or its owner, `post` as for
    `staff.do_create_user`: without one the key files reports and sees its own and public cases. Raises as that does."""
    columns = check_create(area, kinds, rate, expires_on)
    staff.check_reach(actor, columns["area"], columns["kinds"])
    with transaction.atomic():
        user, _ = staff.do_create_user(actor, username, name, post=post)
        user.set_unusable_password()
        user.must_change_password = False
        user.save(update_fields=["password", "must_change_password"])
        key = _fresh()
        row = ApiKey.objects.create(
            user=user, digest=digest(key), start=key[:SHOWN], created_by=actor if actor.pk else None, **columns
        )
        staff.record(actor, "key.create", f"user:{user.pk}", area=row.area, kinds=row.kinds)
    return row, key


def _fresh() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def do_renew(actor: User, row: ApiKey) -> str:
    """A new key for the same software; the old one ends at once."""
    staff.check_manages(actor, row.user)
    key = _fresh()
    with transaction.atomic():
        row.digest, row.start, row.revoked_at = digest(key), key[:SHOWN], None
        row.save(update_fields=["digest", "start", "revoked_at"])
        staff.record(actor, "key.renew", f"user:{row.user_id}")
    return key


def do_revoke(actor: User, row: ApiKey, reason: str = "") -> None:
    """From now on the key opens nothing; what it reported stays."""
    staff.check_manages(actor, row.user)
    with transaction.atomic():
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        staff.record(actor, "key.revoke", f"user:{row.user_id}", reason)


def find(key: str) -> User:
    """The sign-in of a key, with the row as `user.api_key`: one query. Raises BadKey."""
    today = timezone.localdate()
    row = ApiKey.objects.select_related("user__person").filter(digest=digest(key)).first()
    if row is None or row.revoked_at or not row.user.is_active or (row.expires_on and row.expires_on < today):
        raise BadKey(Text("接口密钥无效。", "This API key is not valid."), field="api_key")
    if row.used_on != today:
        ApiKey.objects.filter(pk=row.pk).update(used_on=today)
    row.user.api_key = row
    return row.user
