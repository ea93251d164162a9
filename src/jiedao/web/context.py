"""The context processor: `shell` in every template."""

from __future__ import annotations

from django.http import HttpRequest

from jiedao.web.shell import Shell


def shell(request: HttpRequest) -> dict[str, Shell]:
    return {"shell": Shell(request)}
