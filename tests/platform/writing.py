"""A program for the backup tests: writes pairs of jobs, each pair with a user in one transaction, and says how many."""

import itertools
import sys

import django

django.setup()

from django.db import transaction  # noqa: E402

from jiedao.jobs.models import Job  # noqa: E402
from jiedao.people.models import User  # noqa: E402


def write(number: int) -> None:
    with transaction.atomic():
        Job.objects.create(task="x", state=Job.State.DONE)
        User.objects.create(username=f"user{number}-{User.objects.count()}")
        Job.objects.create(task="x", state=Job.State.DONE)


def main(what: str) -> None:
    if what == "count":
        print(User.objects.count(), Job.objects.count())
        return
    turns = itertools.count() if what == "on" else range(int(what))
    for number in turns:
        write(number)
        print(number, flush=True)


main(sys.argv[1])
