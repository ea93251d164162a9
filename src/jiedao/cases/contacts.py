"""Opening what a report says of who sent it: with a purpose, and with a trace."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiedao.cases import log
from jiedao.cases.models import Report
from jiedao.cases.moves import lock
from jiedao.errors import Invalid
from jiedao.people import access, ledger, vault
from jiedao.text import Text

FIELDS = ("name", "phone", "email")


def do_read_contact(report: Report, actor: Any, purpose: str) -> dict[str, str]:
    """{name, phone, email} in clear. A person's reading stands in their ledger; a contact left without a sign-in has
    no ledger, so it stands in the case's log. Raises Forbidden, or Invalid without a purpose."""
    access.require_case(actor, "case.view_person", report.case)
    with transaction.atomic():
        if report.person:
            return ledger.read(report.person, actor, purpose=purpose.strip(), fields=FIELDS, case_code=report.case.code)
        if not purpose.strip() or len(purpose) > 200:
            text = Text("请写明查看个人信息的目的。", "Say what the personal data is needed for.")
            raise Invalid(text, field="purpose", value=purpose, expected=Text("1 到 200 字", "1 to 200 characters"))
        if not report.contact_sealed:
            return {}
        held = lock(report.case_id)
        data = {"report": report.pk}
        log.append(held, "read_contact", timezone.now(), actor=actor, note=purpose.strip(), data=data, public=False)
        held.save(update_fields=["version", "head"])
    found = json.loads(vault.unseal(report.contact_sealed, "contact"))
    return {field: str(found.get(field, "")) for field in FIELDS}
