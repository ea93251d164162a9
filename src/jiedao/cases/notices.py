"""Telling people: rows in the caller's transaction; e-mail and webhooks go out by a job once it has committed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from jiedao.cases import kinds, templates
from jiedao.cases.models import Case, Notice, Report
from jiedao.cases.templates import Template
from jiedao.config.options import options
from jiedao.jobs.queue import enqueue
from jiedao.people import access, roles
from jiedao.people.models import Person, Post, Unit, User
from jiedao.text import Text

__all__ = ["Template", "mark_read", "of", "render", "tell", "tell_reporters", "tell_role"]

INAPP, EMAIL, WEBHOOK = "inapp", "email", "webhook"


def tell(
    template: str,
    *,
    user: User | None = None,
    users: Iterable[User] = (),
    person: Person | None = None,
    unit: Unit | None = None,
    case: Case | None = None,
    **context: Any,
) -> list[Notice]:
    """Tell a user, users, a person, or the people of a unit and its webhook. Raises KeyError for an unknown template,
    ValueError where the context lacks a name that the template asks for."""
    held = _context(template, case, context)
    rows: list[Notice] = []
    told = {u.pk: u for u in [*([user] if user else []), *users, *(_people({unit.pk})[unit.pk] if unit else [])]}
    for one in told.values():
        rows += _to_user(one)
    if person:
        rows += _to_person(person)
    if unit and unit.webhook:
        rows.append(Notice(unit=unit, channel=WEBHOOK))
    return _write(rows, template, case, held)


def tell_reporters(case: Case, template: str, **context: Any) -> list[Notice]:
    """Everybody who reported the case, or one that was merged into it, once each."""
    held = _context(template, case, context)
    rows: list[Notice] = []
    seen: set[int] = set()
    for report in Report.objects.filter(case__in=_with_merged(case)).select_related("person__user"):
        if report.person and report.person_id not in seen:
            seen.add(report.person_id)
            rows += _to_person(report.person)
        elif report.contact_sealed and not report.person:
            rows.append(Notice(channel=EMAIL, context={"report": report.pk}))
    return _write(rows, template, case, held)


def _with_merged(case: Case) -> set[int]:
    """The case and all that were merged into it, directly or not."""
    found, fresh = {case.pk}, {case.pk}
    while fresh:
        fresh = set(Case.objects.filter(merged_into__in=fresh).values_list("pk", flat=True)) - found
        found |= fresh
    return found


def tell_role(role: str, template: str, *, case: Case, **context: Any) -> list[Notice]:
    """The holders of a role whose area and kinds hold this case."""
    return tell(template, users=in_role(role, case), case=case, **context)


def in_role(role: str, case: Case) -> list[User]:
    today, area = timezone.localdate(), access.place(case)
    posts = Post.objects.filter(role=role, valid_from__lte=today, user__is_active=True).select_related("user__person")
    found = {
        post.user_id: post.user
        for post in posts
        if access.in_force(post, today)
        and area.startswith(access.stem(post.area))
        and (not post.kinds or case.kind in post.kinds)
    }
    return list(found.values())


def tell_units(cases: Iterable[Case]) -> list[Notice]:
    """Cases that went to their unit as they were filed: the units' people and webhooks, two queries for them all."""
    given = [case for case in cases if case.unit_id]
    people = _people({case.unit_id for case in given})
    rows = []
    for case in given:
        held = _context("to_handle", case, {})
        to = [row for user in people[case.unit_id] for row in _to_user(user)]
        to += [Notice(unit=case.unit, channel=WEBHOOK)] if case.unit.webhook else []
        rows += [_filled(row, "to_handle", case, held) for row in to]
    return _send(rows)


def _people(unit_ids: set[int]) -> dict[int, list[User]]:
    """Of each unit, those who confirm its work; where there are none, all of its people."""
    if not unit_ids:
        return {}
    today = timezone.localdate()
    posts = Post.objects.filter(unit__in=unit_ids, valid_from__lte=today, user__is_active=True)
    held: dict[int, list[Post]] = {pk: [] for pk in unit_ids}
    for post in posts.select_related("user__person"):
        if access.in_force(post, today):
            held[post.unit_id].append(post)
    lead = {pk: [p for p in some if "case.confirm" in roles.permissions(p.role)] for pk, some in held.items()}
    return {pk: list({p.user_id: p.user for p in lead[pk] or held[pk]}.values()) for pk in unit_ids}


def _to_user(user: User) -> list[Notice]:
    rows = [Notice(user=user, channel=INAPP)]
    if user.person and user.person.email_sealed:
        rows.append(Notice(user=user, person=user.person, channel=EMAIL))
    return rows


def _to_person(person: Person) -> list[Notice]:
    if person.erased_at:
        return []
    rows = [Notice(person=person, user=getattr(person, "user", None), channel=INAPP)]
    if person.email_sealed:
        rows.append(Notice(person=person, channel=EMAIL))
    return rows


def _context(code: str, case: Case | None, given: dict[str, Any]) -> dict[str, Any]:
    template = templates.find(code, case.kind if case else "")
    held = {name: _keep(value) for name, value in given.items()}
    if case:
        state = kinds.get(case.kind).flow.state(case.state).name
        due = _keep(case.deadline or case.promised) if case.deadline or case.promised else ""
        held = {"code": case.code, "title": case.title, "state": state.as_dict(), "due": due} | held
    if missing := template.names() - held.keys():
        raise ValueError(f"message {code!r} needs {', '.join(sorted(missing))}")
    return held


def _filled(row: Notice, code: str, case: Case | None, context: dict[str, Any]) -> Notice:
    row.template, row.case, row.context = code, case, context | row.context
    row.created_at = timezone.now()
    row.sent_at = row.created_at if row.channel == INAPP else None
    return row


def _write(rows: list[Notice], code: str, case: Case | None, context: dict[str, Any]) -> list[Notice]:
    return _send([_filled(row, code, case, context) for row in rows])


def _send(rows: list[Notice]) -> list[Notice]:
    from jiedao.cases.tasks import deliver

    if not options().email_url:
        rows = [row for row in rows if row.channel != EMAIL]
    rows = Notice.objects.bulk_create(rows)
    for row in rows:
        if row.channel != INAPP:
            enqueue(deliver, row.pk)
    return rows


def _keep(value: Any) -> Any:
    if isinstance(value, Text):
        return value.as_dict()
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def _say(value: Any) -> Any:
    """A kept value as text in both languages."""
    if isinstance(value, dict) and value.keys() == {"zh", "en"}:
        return Text(value["zh"], value["en"])
    if isinstance(value, dict) and value.keys() == {"at"}:
        at = timezone.localtime(datetime.fromisoformat(value["at"]))
        return Text(f"{at.month}月{at.day}日 {at:%H:%M}", f"{at.day} {at:%B, %H:%M}")
    return value


def render(notice: Notice) -> tuple[Text, Text]:
    """(subject, body) in both languages."""
    template = templates.find(notice.template, notice.case.kind if notice.case else "")
    values = {name: _say(value) for name, value in notice.context.items()}
    return template.subject.format(**values), template.body.format(**values)


def of(user: User) -> QuerySet[Notice]:
    """A user's in-app messages, newest first."""
    return Notice.objects.filter(user=user, channel=INAPP).select_related("case").order_by("-id")


def mark_read(user: User, ids: Iterable[int] | None = None) -> int:
    """Mark these messages read, or all; returns how many were new."""
    rows = Notice.objects.filter(user=user, channel=INAPP, read_at=None)
    return (rows if ids is None else rows.filter(pk__in=list(ids))).update(read_at=timezone.now())
