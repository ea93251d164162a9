"""The log of a case: append-only, each line hashed together with the hash before it; replaying it gives the state.

A line's hash is SHA-256 over canonical JSON of everything in it, so a changed, removed or reordered line shows.
A whole case removed shows in the seals (`jiedao.cases.seals`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from jiedao.cases.models import Case, Entry

QUIET = frozenset(
    {"report", "comment", "rate", "escalate", "supervise", "absorb"}
    | {"ask_adjustment", "forward_adjustment", "refuse_adjustment", "read_contact"}
)
"""Lines that leave what a member of staff saw as it was: a page read before them may still act."""


def plain(value: Any) -> Any:
    """A JSON value whose numbers look alike from every database: whole floats as integers."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def digest(entry: Entry, code: str) -> str:
    """SHA-256 of one line of the case with this code, in hex."""
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    body = [code, entry.seq, at, entry.step, entry.source, entry.target, entry.actor_id, entry.actor_label]
    body += [entry.note, plain(entry.data), entry.public, entry.previous]
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def line(
    case: Case,
    step: str,
    at: datetime,
    *,
    target: str | None = None,
    actor: Any = None,
    label: str = "",
    note: str = "",
    data: dict[str, Any] | None = None,
    public: bool = True,
) -> Entry:
    """The next line, unsaved; moves the case (in memory) to it: state, version, head."""
    entry = Entry(
        case=case,
        seq=case.version + 1,
        at=at,
        step=step,
        source=case.state,
        target=case.state if target is None else target,
        actor=actor,
        actor_label=(label or (actor.label if actor else ""))[:120],
        note=note,
        data=plain(data or {}),
        public=public,
        previous=case.head,
    )
    entry.hash = digest(entry, case.code)
    if entry.target != entry.source:
        case.state, case.state_at, case.arrived = entry.target, at, step
    case.version, case.head = entry.seq, entry.hash
    return entry


def append(case: Case, step: str, at: datetime, **more: Any) -> Entry:
    """Write the next line of a locked case; the caller saves the case."""
    entry = line(case, step, at, **more)
    entry.save(force_insert=True)
    return entry


@dataclass
class Replayed:
    """What the log alone says of a case."""

    state: str = ""
    arrived: str = ""
    version: int = 0
    head: str = ""
    reports_count: int = 0
    rework: int = 0
    reopened: int = 0
    supervised: str = ""
    category: str = ""
    condition: str = ""
    unit_id: int | None = None
    handler_id: int | None = None
    merged_into_id: int | None = None


def replay(entries: Iterable[Entry]) -> Replayed:
    """Run the lines in order. A line's data names every column it set."""
    now = Replayed()
    known = vars(now).keys()
    for entry in entries:
        if entry.target != entry.source:
            now.state, now.arrived = entry.target, entry.step
        for name, value in entry.data.get("set", {}).items():
            if name in known:
                setattr(now, name, value)
        now.version, now.head = entry.seq, entry.hash
    return now


def verify(case: Case, entries: list[Entry] | None = None) -> list[str]:
    """What is wrong with a case's log, a line each; empty when it is whole."""
    lines = list(case.entries.order_by("seq")) if entries is None else entries
    faults, previous = [], ""
    for number, entry in enumerate(lines, 1):
        where = f"{case.code} line {entry.seq}"
        if entry.seq != number:
            faults.append(f"{where}: expected line {number}")
        if entry.previous != previous:
            faults.append(f"{where}: does not follow the line before it")
        if entry.hash != digest(entry, case.code):
            faults.append(f"{where}: was changed")
        previous = entry.hash
    told = replay(lines)
    for name, value in vars(told).items():
        if getattr(case, name) != value:
            faults.append(f"{case.code}: {name} is {getattr(case, name)!r}, its log says {value!r}")
    return faults


def verify_many(cases: Iterable[Case], chunk: int = 500) -> list[str]:
    """`verify` over many cases, two queries for each `chunk`."""
    faults: list[str] = []
    batch: list[Case] = []
    for case in cases:
        batch.append(case)
        if len(batch) == chunk:
            faults += _verify_batch(batch)
            batch = []
    return faults + _verify_batch(batch)


def _verify_batch(batch: list[Case]) -> list[str]:
    lines: dict[int, list[Entry]] = {case.pk: [] for case in batch}
    for entry in Entry.objects.filter(case_id__in=list(lines)).order_by("case_id", "seq"):
        lines[entry.case_id].append(entry)
    return [fault for case in batch for fault in verify(case, lines[case.pk])]
