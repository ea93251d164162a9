"""A person's own data as a zip of JSON files; every room and system adds its part."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from jiedao.people import ledger
from jiedao.people.models import Person

Part = Callable[[Person], Any]
_parts: dict[str, Part] = {}

ABOUT = """本压缩包是您在本系统中的全部个人数据，JSON 格式，UTF-8 编码，每类一个文件。
This archive holds all personal data that the system keeps of you: JSON, UTF-8, one file a kind.
"""


def register(name: str, part: Part) -> None:
    """`part(person)` gives what JSON can hold (dates too); it becomes `name.json`. Called in AppConfig.ready."""
    if _parts.setdefault(name, part) is not part:
        raise ValueError(f"two parts of the export are called {name!r}")


def build(person: Person) -> bytes:
    """The zip. `name` may hold a slash."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", f"{ABOUT}\n{timezone.localtime().isoformat(timespec='seconds')}\n")
        for name in sorted(_parts):
            text = json.dumps(_parts[name](person), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
            archive.writestr(f"{name}.json", text)
    return out.getvalue()


def _person(person: Person) -> dict[str, Any]:
    kept = {name: getattr(person, name) for name in ("language", "large_type", "created_at", "phone_verified_at")}
    user = getattr(person, "user", None)
    return (
        {field: ledger.opened(person, field) for field in ledger.FIELDS}
        | kept
        | {
            "username": user.username if user else None,
            "last_sign_in": user.last_login if user else None,
        }
    )


def _consents(person: Person) -> list[dict[str, Any]]:
    return list(person.consents.order_by("pk").values("purpose", "granted_at", "withdrawn_at", "expires_at"))


def _readings(person: Person) -> list[dict[str, Any]]:
    return list(person.readings.order_by("pk").values("at", "reader_label", "purpose", "fields", "case_code"))


def _posts(person: Person) -> list[dict[str, Any]]:
    user = getattr(person, "user", None)
    held = user.posts.order_by("pk") if user else []
    return [
        {"role": p.role, "unit": p.unit and p.unit.name, "area": p.area, "from": p.valid_from, "to": p.valid_to}
        for p in held
    ]


for _name, _part in (("person", _person), ("consents", _consents), ("readings", _readings), ("posts", _posts)):
    register(_name, _part)
