"""What the case room does by itself: sending messages, telling of time, ending suspensions, sealing, sweeping."""

from __future__ import annotations

from django_tasks import task

from jiedao.cases.models import Notice


@task()
def deliver(notice_id: int) -> None:
    from jiedao.cases import delivery

    notice = Notice.objects.select_related("user__person", "person", "unit", "case").filter(pk=notice_id).first()
    if notice:
        delivery.deliver(notice)
