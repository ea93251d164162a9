"""Requests: cases as Open311 shows them. Everybody sees what the portal shows to strangers: never a reporter's words.

Whoever filed a report with the same key sees its own words and the reasons given, also before the case is public;
a key whose posts hold case.view sees the cases of its scope.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.urls import reverse

from jiedao.cases import attachments, kinds
from jiedao.cases.models import Attachment, Case, Entry, Report
from jiedao.config.options import options
from jiedao.gateway.open311 import services
from jiedao.gateway.open311.formats import when
from jiedao.people import access
from jiedao.people.models import User
from jiedao.text import Text

LONGEST = 4000
"""Characters of a description, by the standard's schema."""


def shown(prefix: str = "", status: str = "") -> Q:
    """Cases that everybody may see; of one status, open or closed.

    Said as what they are not: nearly all are shown, so a list walks down its own order and stops when it is full,
    where an index on kind and state would have the database fetch and sort them all.
    """
    found, private = Q(), []
    for kind in kinds.all_kinds().values():
        hidden = [state.code for state in kind.flow.states if not state.shown]
        if not kind.public:
            private.append(kind.code)
        elif hidden:
            found &= ~Q(**{f"{prefix}kind": kind.code, f"{prefix}state__in": hidden})
    if private:
        found &= ~Q(**{f"{prefix}kind__in": private})
    if status:
        found &= Q(**{f"{prefix}closed_at__isnull": status == "open"})
    return found


@dataclass
class Seen:
    """What the caller may know of some cases beside what everybody may: three queries for all of them."""

    own: dict[int, Report] = field(default_factory=dict)
    """Case → the first report of it by this key."""
    staff: set[int] = field(default_factory=set)
    reasons: dict[int, str] = field(default_factory=dict)
    photos: dict[int, list[Attachment]] = field(default_factory=lambda: defaultdict(list))

    def may(self, case: Case) -> bool:
        return case.pk in self.own or case.pk in self.staff or attachments.is_shown(case)


def seen(cases: list[Case], user: User | None) -> Seen:
    found, ids = Seen(), [case.pk for case in cases]
    if user is not None and ids:
        for report in Report.objects.filter(by=user, case_id__in=ids).order_by("-pk"):
            found.own[report.case_id] = report
        found.staff = {case.pk for case in cases if access.can_case(user, "case.view", case)}
        ended = [case.pk for case in cases if case.closed_at and (case.pk in found.own or case.pk in found.staff)]
        lines = Entry.objects.filter(case_id__in=ended, public=True).exclude(note="").order_by("seq") if ended else ()
        found.reasons = {line.case_id: line.note for line in lines if line.target != line.source}
    public = [case.pk for case in cases if attachments.is_shown(case)]
    rows = Attachment.objects.filter(case_id__in=public, public=True, content_type__startswith="image/")
    for row in rows.order_by("at") if public else ():
        found.photos[row.case_id].append(row)
    return found


def records(cases: Iterable[Case], user: User | None, extended: bool = False) -> list[dict[str, Any]]:
    """Objects of GET requests, for the cases of these that the caller may see; `unit` must have been read."""
    cases = list(cases)
    known, names = seen(cases, user), {code: service for code, (_, service) in services.offered().items()}
    return [_record(case, known, names, extended) for case in cases if known.may(case)]


def _record(case: Case, known: Seen, names: dict[str, services.Service], extended: bool) -> dict[str, Any]:
    kind, photos = kinds.get(case.kind), known.photos.get(case.pk, [])
    state, service = kind.flow.state(case.state), names.get(case.category)
    reason = known.reasons.get(case.pk)
    unit = case.unit
    found = {
        "service_request_id": case.code,
        "status": status_of(case),
        "status_notes": f"{state.name}：{reason}" if reason else str(state.name),
        "service_name": str(service.name if service else kind.class_name(case.category)),
        "service_code": case.category or case.kind,
        "description": _description(case, known, service)[:LONGEST],
        "agency_responsible": str(Text(unit.name, unit.name_en or unit.name)) if unit else None,
        "service_notice": None,
        "requested_datetime": when(case.opened_at),
        "updated_datetime": when(case.closed_at or case.state_at),
        "expected_datetime": when(case.promised),
        "address": case.address or None,
        "address_id": case.cell or case.community or None,
        "zipcode": None,
        "lat": case.lat,
        "long": case.lon,
        "media_url": media(photos[0]) if photos else None,
    }
    return found | ({"extended_attributes": _extended(case, state.name, photos)} if extended else {})


def status_of(case: Case) -> str:
    return "closed" if case.closed_at else "open"


def _description(case: Case, known: Seen, service: services.Service | None) -> str:
    if case.pk in known.own:
        return known.own[case.pk].text
    if case.pk in known.staff:
        return case.text
    choices = dict(one for attribute in (service.attributes if service else ()) for one in attribute.values)
    return str(choices.get(case.condition) or (service.name if service else case.title))


def _extended(case: Case, state: Text, photos: list[Attachment]) -> dict[str, Any]:
    return {
        "title": case.title,
        "detailed_status": case.state,
        "detailed_status_name": str(state),
        "district": case.district or None,
        "subdistrict": case.subdistrict or None,
        "community": case.community or None,
        "reports_count": case.reports_count,
        "media_urls": [media(photo) for photo in photos],
    }


def media(photo: Attachment) -> str:
    return options().origin + reverse("media", args=[photo.pk])
