"""One address for a case wherever it is named: in an e-mail, a message, a printed sheet."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from jiedao.cases import kinds
from jiedao.cases.models import Case
from jiedao.errors import Missing
from jiedao.people import access
from jiedao.people.gate import public
from jiedao.text import Text


@public
@require_safe
def case(request: HttpRequest, code: str) -> HttpResponse:
    """To the desk for staff who may see it, else to the page of its system for residents, which asks who they are."""
    found = Case.objects.filter(code=code).first()
    if found and access.can_case(request.user, "case.view", found):
        return redirect("desk-case", code=code)
    kind = kinds.all_kinds().get(found.kind) if found else None
    if kind and kind.public:
        try:
            return redirect(reverse(f"{kind.system}-portal:case", args=[code]))
        except NoReverseMatch:
            pass
    raise Missing(Text("没有这个案卷，或您不能查看。", "There is no such case, or you may not see it."), field="code")
