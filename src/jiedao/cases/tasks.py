"""What the case room does by itself: sending messages, telling of time, ending suspensions, sealing, sweeping."""

from __future__ import annotations

from django_tasks import task

from jiedao.cases.models import Notice


@task()
def deliver(notice_id: int) -> None:
    """Send one message out of the house."""
    from jiedao.cases import delivery

    notice = Notice.objects.select_related("user__person", "person", "unit", "case").filter(pk=notice_id).first()
    if notice:
        delivery.deliver(notice)


@task()
def escalate() -> int:
    """Climb the ladders that are due."""
    from jiedao.cases import escalation

    return escalation.escalate_due()


@task()
def resume() -> int:
    """End suspensions whose day has come."""
    from jiedao.cases import adjustments

    return adjustments.resume_due()


@task()
def seal() -> str:
    """The day's seal over the log."""
    from jiedao.cases import seals

    return seals.seal().digest


@task()
def sweep() -> int:
    """Forget old idempotency keys."""
    from jiedao.cases import idempotency

    return idempotency.sweep()
