"""What the jobs room itself does regularly."""

from django_tasks import task

from jiedao.jobs import worker


@task()
def sweep() -> int:
    """Delete jobs that ended long ago."""
    return worker.sweep()
