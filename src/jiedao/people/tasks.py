"""What the people room does regularly."""

from django_tasks import task

from jiedao.people import erasure


@task()
def purge() -> int:
    """Delete ledger lines about erased persons whose time is over."""
    return erasure.purge()
