"""First pages of the four workplaces: for whoever may work there, the ways on."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jiedao.people.access import posts, refusal, require


def _landing(shell: str, permission: str = "") -> Callable[[HttpRequest], HttpResponse]:
    """A page for whoever holds `permission`; without one, for everybody with a post."""

    @require_GET
    @login_required
    def view(request: HttpRequest) -> HttpResponse:
        if permission:
            require(request.user, permission)
        elif not (request.user.is_superuser or posts(request.user)):
            raise refusal("case.view")
        return render(request, f"web/{shell}.html")

    return view


field = _landing("field")
desk = _landing("desk")
plans = _landing("plans", "plan.view")
board = _landing("board", "measure.view")
