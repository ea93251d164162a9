"""Task: what must hold after a server was killed again and again: no acknowledged report lost or twice, logs whole."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.db.models import Count, F, Sum
from django.utils import timezone

from jiedao.cases import checks
from jiedao.cases.models import Case, Clock, Entry, Report
from jiedao.jobs.models import Job

MARGIN_S = 5


def run(acknowledged: list[list[str]]) -> list[str]:
    """`acknowledged`: (key, code of the case that the sender was told). A line for each fault, empty when all holds."""
    return [*_reports(acknowledged), *_cases(), *checks.verify_log(), *_jobs()]


def _reports(acknowledged: list[list[str]]) -> list[str]:
    """Keys are kept behind who sent them: user:7:KEY."""
    rows = Report.objects.exclude(key=None).values_list("key", "case__code")
    kept = [(key.rpartition(":")[2], code) for key, code in rows]
    often, found, faults = Counter(key for key, _ in kept), dict(kept), []
    for key, code in acknowledged:
        if key not in found:
            faults.append(f"{key} was acknowledged as {code} and is lost")
        elif found[key] != code:
            faults.append(f"{key} was acknowledged as {code} and stands at {found[key]}")
    return faults + [f"{key} is there {n} times" for key, n in often.items() if n > 1]


def _cases() -> list[str]:
    """What is written together stands together: reports, log lines, clocks."""
    faults = []
    for case, told in Case.objects.annotate(n=Count("reports")).exclude(n=F("reports_count")).values_list("code", "n"):
        faults.append(f"{case} has {told} reports and counts another number")
    lines, said = Entry.objects.filter(step="report").count(), Report.objects.count()
    if lines != said:
        faults.append(f"{lines} log lines of reports, {said} reports")
    clocks, cases = Clock.objects.count(), Case.objects.count()
    if clocks != cases or said != (Case.objects.aggregate(n=Sum("reports_count"))["n"] or 0):
        faults.append(f"{clocks} clocks, {cases} cases, {said} reports")
    return faults


def _jobs() -> list[str]:
    """Nothing runs whose worker is gone, nothing that is due waits, nothing has failed."""
    late = timezone.now() - timedelta(seconds=MARGIN_S)
    states = Job.State
    lost = Job.objects.filter(state=states.RUNNING, lease_until__lt=late).values_list("task", flat=True)
    failed = Job.objects.filter(state=states.FAILED).values_list("task", "error")
    return [f"{task} lost its worker" for task in lost] + [f"{task} failed: {error[-200:]}" for task, error in failed]
