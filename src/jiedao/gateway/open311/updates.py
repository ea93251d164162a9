"""servicerequestupdates, as FixMyStreet exchanges them: what happened to requests, and what reporters add."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from jiedao.cases import actions, attachments, idempotency, kinds
from jiedao.cases.models import Attachment, Entry, Report
from jiedao.cases.timeline import NAMES
from jiedao.errors import Forbidden
from jiedao.gateway import rates
from jiedao.gateway.auth import key_of, owner
from jiedao.gateway.open311 import asking, reading
from jiedao.gateway.open311.endpoint import given
from jiedao.gateway.open311.formats import when
from jiedao.people.models import User
from jiedao.rules.store import value
from jiedao.text import Text


def listing(request: HttpRequest, user: User | None) -> list[dict[str, Any]]:
    """GET servicerequestupdates: log lines of public cases and of those reported with this key, oldest first."""
    start, end = asking.span(request, 1, most=value("gateway.updates_days"))
    visible = reading.shown("case__")
    if user is not None:
        visible |= Exists(Report.objects.filter(by=user, case_id=OuterRef("case_id")))
    rows = Entry.objects.filter(visible, public=True, at__gte=start, at__lte=end, seq__gt=1)
    lines = list(rows.select_related("case").order_by("at", "pk")[: value("gateway.open311_most")])
    own = _own(lines, user)
    photos = _photos(lines)
    return [_update(line, own, photos.get(line.pk)) for line in lines if not _others_words(line, own)]


def _own(lines: list[Entry], user: User | None) -> dict[int, set[int]]:
    """Case → the reports of it by this key."""
    found: dict[int, set[int]] = {}
    if user is not None and lines:
        cases = {line.case_id for line in lines}
        for pk, case in Report.objects.filter(by=user, case_id__in=cases).values_list("pk", "case_id"):
            found.setdefault(case, set()).add(pk)
    return found


def _photos(lines: list[Entry]) -> dict[int, Attachment]:
    """The first photo of each line, of cases that everybody may see."""
    ids = [line.pk for line in lines if attachments.is_shown(line.case)]
    rows = Attachment.objects.filter(entry_id__in=ids, public=True, content_type__startswith="image/") if ids else ()
    found: dict[int, Attachment] = {}
    for row in sorted(rows, key=lambda row: row.at):
        found.setdefault(row.entry_id, row)
    return found


def _others_words(line: Entry, own: dict[int, set[int]]) -> bool:
    """A remark of another reporter."""
    report = line.data.get("report")
    return line.step == "comment" and report is not None and report not in own.get(line.case_id, ())


def _update(line: Entry, own: dict[int, set[int]], photo: Attachment | None) -> dict[str, Any]:
    flow = kinds.get(line.case.kind).flow
    step = flow.by_step.get(line.step)
    name = step.name if step else NAMES["again" if line.step == "report" else line.step]
    mine = own.get(line.case_id, set())
    report = line.data.get("report")
    note = line.note if mine and (report is None or report in mine) else ""
    return {
        "update_id": str(line.pk),
        "service_request_id": line.case.code,
        "status": "closed" if flow.state(line.target).final else "open",
        "external_status_code": line.target,
        "updated_datetime": when(line.at),
        "description": f"{name}：{note}" if note else str(name),
        "media_url": reading.media(photo) if photo else None,
    }


def post(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    """POST servicerequestupdates: words to a request that this key reported, once for each `update_id` of the sender.

    A status in it is not taken: the case ends by its own flow. Raises Missing, Forbidden, Invalid, TooMany.
    """
    rates.report_of(user.pk, key_of(user))
    code, sent = given(request, "service_request_id"), given(request, "update_id")

    def write() -> tuple[int, Any]:
        case = asking.one(code, user)
        report = Report.objects.filter(by=user, case=case).order_by("pk").first()
        if report is None:
            text = Text("这件不是用此密钥上报的。", "This request was not reported with this key.")
            raise Forbidden(text, field="service_request_id", value=code)
        held = actions.do_comment(case, None, request.POST.get("description", ""), report=report)
        number = Entry.objects.filter(case=held, seq=held.version).values_list("pk", flat=True).get()
        return 201, [{"update_id": str(number)}]

    if not sent:
        return write()[1]
    name = hashlib.sha256(sent.encode("utf-8", "replace")).hexdigest()[:40]
    said = repr((code, request.POST.get("description", ""))).encode("utf-8", "replace")
    digest = idempotency.digest("POST", "open311 update", said)
    return idempotency.once(owner(user), f"update {name}", digest, write)[0][1]
