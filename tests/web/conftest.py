from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.template import engines
from django.test import RequestFactory
from django.utils import translation


@pytest.fixture
def draw(db: None) -> Callable[..., str]:
    """Render a template text with `{% load jiedao %}` in a language, as a page would."""
    from django.contrib.auth.models import AnonymousUser

    def drawn(text: str, language: str = "zh-hans", path: str = "/", **context: Any) -> str:
        request = RequestFactory().get(path)
        request.user = AnonymousUser()
        template = engines["django"].from_string("{% load jiedao %}" + text)
        with translation.override(language):
            return template.render(context, request)

    return drawn


@pytest.fixture
def staff(db: None) -> Any:
    """Somebody who may open everything."""
    from jiedao.people.models import User

    return User.objects.create_superuser("chief", "a long enough password")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    from jiedao.web import places

    places.forget()
    yield
    places.forget()
