"""Serving attachments: after a permission check, by id only, so that no path ever comes from outside."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from jiedao.cases import attachments
from jiedao.cases.models import Attachment
from jiedao.people.gate import public

TOKENS = "report_tokens"
"""Session key under which the portal keeps the tokens of reports made without a sign-in."""


@public
@require_safe
def media(request: HttpRequest, number: UUID) -> FileResponse:
    """The file, or 404: who may not see it is not told that it exists."""
    row = Attachment.objects.select_related("case").filter(pk=number).first()
    tokens = (*request.session.get(TOKENS, ()), *request.GET.getlist("token"))
    if row is None or not attachments.may_see(row, request.user, tokens):
        raise Http404
    path = attachments.path_of(row.sha256, row.content_type)
    try:
        file = path.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    paper = row.content_type == attachments.PDF
    answer = FileResponse(file, content_type=row.content_type, as_attachment=paper, filename=f"{row.pk}{path.suffix}")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, max-age=3600"
    return answer
