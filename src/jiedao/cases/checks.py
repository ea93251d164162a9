"""Findings of `jiedao check` about kinds, flows, messages and the numbers they need; and the check of the whole log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Max

from jiedao.cases import log, seals, templates
from jiedao.cases.kinds import Kind, all_kinds
from jiedao.cases.models import Case
from jiedao.cases.templates import CASE_FIELDS, KERNEL
from jiedao.people import roles
from jiedao.registry import Duplicate, Finding
from jiedao.rules.rows import UnknownRule
from jiedao.rules.store import lookup
from jiedao.text import Text

CODE_LENGTH, STATE_LENGTH, STEP_LENGTH = 40, 24, 32
"""Widths of the columns that hold these codes."""


def check(kinds: Iterable[Kind] | None = None) -> Iterator[Finding]:
    """Kinds registered twice, flows that do not hold together, stages without a limit, unknown messages."""
    try:
        found = list(all_kinds().values()) if kinds is None else list(kinds)
    except Duplicate as error:
        yield Finding("kinds", Text(str(error), str(error)))
        return
    yield from _states(found)
    held = roles.permission_names().keys()
    for kind in found:
        where = f"kind {kind.code}"
        lines = [*kind.flow.lint(held), *_widths(kind), *_numbers(kind), *_messages(kind)]
        yield from (Finding(where, Text(line, line)) for line in lines)


def _states(kinds: list[Kind]) -> Iterator[Finding]:
    """Lists ask by state across kinds, so a code must not end a case of one kind and not of another."""
    ends = {(s.code, s.final) for kind in kinds for s in kind.flow.states}
    for code in sorted({code for code, final in ends if (code, not final) in ends}):
        text = Text(
            f"状态 {code} 在有的流程中结束案卷，在有的不", f"state {code} ends a case in one flow and not in another"
        )
        yield Finding(f"state {code}", text)


def _widths(kind: Kind) -> Iterator[str]:
    for code, most in [(kind.code, CODE_LENGTH)] + [(s.code, STATE_LENGTH) for s in kind.flow.states]:
        if len(code) > most:
            yield f"code {code} is longer than {most}"
    yield from (f"code {s.code} is longer than {STEP_LENGTH}" for s in kind.flow.steps if len(s.code) > STEP_LENGTH)


def _numbers(kind: Kind) -> Iterator[str]:
    keys = [f"cases.stage.{stage}" for stage in kind.flow.clocks]
    for key in keys + ([kind.duplicate] if kind.duplicate else []):
        try:
            lookup(key, kind=kind.code)
        except UnknownRule as error:
            yield str(error.args[0])


def _messages(kind: Kind) -> Iterator[str]:
    for step in kind.flow.steps:
        if not step.tells:
            continue
        try:
            wanted = templates.find(step.tells, kind.code).names()
        except KeyError:
            yield f"step {step.code} tells {step.tells!r}, which is no message"
            continue
        if unknown := wanted - CASE_FIELDS - {"note"} - ({"until"} if step.code == "suspend" else set()):
            yield f"message {step.tells!r} asks for {', '.join(sorted(unknown))}, which step {step.code} does not give"
    for template in (*KERNEL.values(), *kind.notices):
        if not all((template.subject, template.body, template.subject.en, template.body.en)):
            yield f"message {template.code!r} lacks a language"


def verify_log(chunk: int = 500) -> Iterator[str]:
    """Every log of every case, and every seal; a line for each fault. Reads the whole log once."""
    last = Case.objects.aggregate(last=Max("pk"))["last"] or 0
    after = 0
    while after < last:
        batch = list(Case.objects.filter(pk__gt=after).order_by("pk")[:chunk])
        if not batch:
            break
        yield from log.verify_many(batch, chunk)
        after = batch[-1].pk
    yield from seals.verify()
