"""The one way to open a person's data: every reading by somebody else leaves a row that this person sees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from jiedao.errors import Invalid
from jiedao.people import access, roles, vault
from jiedao.people.models import Person, Reading, User
from jiedao.text import Text

SEALED = ("phone", "identity", "email")
PLAIN = ("name", "address", "community")
FIELDS: dict[str, Text] = {
    "name": Text("姓名", "name"),
    "phone": Text("手机号", "phone"),
    "identity": Text("身份证号", "ID number"),
    "email": Text("邮箱", "e-mail"),
    "address": Text("住址", "address"),
    "community": Text("社区", "community"),
}
MASKS = {
    "name": vault.mask_name,
    "phone": vault.mask_phone,
    "identity": vault.mask_identity,
    "email": vault.mask_email,
}


def opened(person: Person, field: str) -> str:
    """One field in clear, without a ledger row: only for the person's own pages and for `read`."""
    if field in PLAIN:
        return getattr(person, field)
    blob = getattr(person, f"{field}_sealed")
    return vault.unseal(blob, field) if blob else ""


def masked(person: Person, fields: Iterable[str] = FIELDS) -> dict[str, str]:
    """Values as anybody with the case may see them; addresses are cut to the community."""
    shown = {}
    for field in fields:
        value = opened(person, field)
        shown[field] = MASKS[field](value) if field in MASKS and value else "" if field == "address" else value
    return shown


def label(user: User) -> str:
    """How the ledger names a reader: name, role, unit."""
    held = access.posts(user)
    parts = [user.label]
    if held:
        parts += [roles.ROLES[held[0].role].name.zh if held[0].role in roles.ROLES else held[0].role]
        parts += [held[0].unit.name] if held[0].unit else []
    elif user.is_superuser:
        parts += [roles.ROLES["admin"].name.zh]
    return " · ".join(parts)[:160]


def read_many(
    people: Sequence[Person],
    reader: User,
    *,
    purpose: str,
    fields: Iterable[str],
    case_codes: Sequence[str] = (),
    permission: str = "case.view_person",
) -> list[dict[str, str]]:
    """Opened values, a dict a person in the given order; one insert for all rows of the ledger.

    Raises Forbidden where the reader holds `permission` nowhere (the caller asks about the case), Invalid without
    a purpose.
    """
    fields = list(fields)
    _check(people, reader, purpose, fields, permission)
    values = [{field: opened(person, field) for field in fields} for person in people]
    codes = list(case_codes) or [""] * len(people)
    rows = [
        Reading(
            subject=person, reader=reader, reader_label=label(reader), purpose=purpose, fields=fields, case_code=code
        )
        for person, code in zip(people, codes, strict=True)
        if person.pk != reader.person_id
    ]
    Reading.objects.bulk_create(rows)
    return values


def _check(people: Sequence[Person], reader: User, purpose: str, fields: list[str], permission: str) -> None:
    if not purpose.strip() or len(purpose) > 200:
        text = Text("请写明查看个人信息的目的。", "Say what the personal data is needed for.")
        raise Invalid(text, field="purpose", value=purpose, expected=Text("1 到 200 字", "1 to 200 characters"))
    if unknown := [field for field in fields if field not in FIELDS]:
        text = Text("没有这项个人信息。", "There is no such field.")
        raise Invalid(text, field="fields", value=unknown[0], expected=Text("、".join(FIELDS), ", ".join(FIELDS)))
    if any(person.pk != reader.person_id for person in people):
        access.require(reader, permission)


def read(
    person: Person, reader: User, *, purpose: str, fields: Iterable[str], case_code: str = "", **more: Any
) -> dict:
    """Opened values of one person; the row is written in the caller's transaction. See `read_many`."""
    return read_many([person], reader, purpose=purpose, fields=fields, case_codes=[case_code], **more)[0]
