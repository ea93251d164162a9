"""What staff do at the desk, for tests."""

from __future__ import annotations

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from jiedao.cases.models import Case
from tests.cases import factories
from tests.cases.factories import LON, Staff


def as_user(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def file(text: str = "路边有一堆垃圾没人清理", metres: float = 0, **more: Any) -> Case:
    """A report filed now, so many metres east of the usual spot."""
    return factories.file_one(timezone.now(), text=text, lon=LON + metres / 98_400, **more)


def walked(staff: Staff, *steps: str, **more: Any) -> Case:
    """A case walked on by whoever may."""
    return factories.walk(file(**more), staff, *steps, at=timezone.now())


def photo_file(name: str = "a.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, factories.picture().getvalue(), "image/jpeg")


def act(user: Any, case: Case, act: str, htmx: bool = False, **data: Any) -> Any:
    """Press a button of the case's page."""
    more = {"HTTP_HX_REQUEST": "true"} if htmx else {}
    given = {"act": act, "version": case.version} | data
    return as_user(user).post(f"/desk/case/{case.code}/act/", given, **more)


def steps_shown(html: str) -> set[str]:
    """Codes of the step buttons of a case's page."""
    return set(re.findall(r'name="step" value="(\w+)"', html))
