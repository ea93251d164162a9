"""A program for the backup tests: files a report and writes a user and two jobs in one transaction, and says so."""

import itertools
import sys

import django

django.setup()

from django.db import transaction  # noqa: E402

from jiedao.cases import kinds, log  # noqa: E402
from jiedao.cases.models import Case, Report  # noqa: E402
from jiedao.city.models import Area  # noqa: E402
from jiedao.jobs.models import Job  # noqa: E402
from jiedao.people.models import User  # noqa: E402
from tests.cases import factories  # noqa: E402

kinds.use(factories.REGISTRY)


def write(number: int) -> None:
    with transaction.atomic():
        User.objects.create(username=f"user{User.objects.count()}")
        factories.file_one(lon=113.14 + number % 50 * 0.0004, text=f"第 {number} 处")
        Job.objects.bulk_create(Job(task="x", state=Job.State.DONE, queue="backup-test") for _ in range(2))


def main(what: str) -> None:
    if what == "count":
        users, jobs = User.objects.count(), Job.objects.filter(queue="backup-test").count()
        print(users, jobs, Report.objects.count(), len(log.verify_many(Case.objects.all())))
        return
    if not Area.objects.exists():
        factories.make_city()
    turns = itertools.count() if what == "on" else range(int(what))
    for number in turns:
        write(number)
        print(number, flush=True)


main(sys.argv[1])
