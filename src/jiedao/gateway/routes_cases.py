"""/api/cases: lists, one case, its story, its steps, remarks; /api/attachments."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Form, Query, Router, UploadedFile

from jiedao.cases import actions, attachments, kinds, queries
from jiedao.cases import timeline as story
from jiedao.cases.models import Attachment, Case
from jiedao.errors import Invalid, Missing
from jiedao.gateway.auth import Access
from jiedao.gateway.schemas import (
    CaseDetail,
    CasePage,
    CaseQuery,
    CaseRow,
    CommentIn,
    Photo,
    StepIn,
    StepOut,
    TimelineOut,
    Words,
)
from jiedao.gateway.writes import once
from jiedao.people.models import Unit, User
from jiedao.text import Text

router = Router(tags=["案卷 cases"])
VIEW = Access("case.view")
KEY = "写操作可带 Idempotency-Key，重发只办一次。 · Send an Idempotency-Key: sent twice, done once."


def words(text: Text) -> Words:
    return Words(zh=text.zh, en=text.en)


def row(case: Case) -> dict[str, Any]:
    """Fields of CaseRow; unit and handler must have been read with the case."""
    kind = kinds.get(case.kind)
    shared = {
        name: getattr(case, name)
        for name in CaseRow.model_fields
        if name not in ("class_name", "state_name", "unit", "handler", "overdue")
    }
    return shared | {
        "class_name": words(kind.class_name(case.category)),
        "state_name": words(kind.flow.state(case.state).name),
        "unit": case.unit.code if case.unit else None,
        "handler": case.handler.username if case.handler else None,
        "overdue": bool(case.deadline and case.closed_at is None and case.deadline < timezone.now()),
    }


def detail(case: Case) -> CaseDetail:
    names = ("text", "condition", "form", "limit_amount", "limit_unit", "rework", "reopened", "rating")
    more = {name: getattr(case, name) for name in names}
    merged = case.merged_into.code if case.merged_into else None
    return CaseDetail(**row(case), **more, merged_into=merged, why=case.triage.get("why", []))


def one(request: HttpRequest, code: str) -> Case:
    """The case that the caller may see. Raises Missing, Forbidden."""
    if not queries.CODE.fullmatch(code) or not code.isascii():
        raise Missing(Text("没有这个案卷。", "There is no such case."), field="code", value=code)
    return queries.get(request.auth, code)


def a_unit(code: str | None, field: str = "unit") -> Unit | None:
    """The unit of a code. Raises Invalid."""
    if not code:
        return None
    found = Unit.objects.filter(code=code).first()
    if found is None:
        raise Invalid(Text("没有这个组织。", "There is no such unit."), field=field, value=code)
    return found


def a_user(username: str | None, field: str = "handler") -> User | None:
    if not username:
        return None
    found = User.objects.select_related("person").filter(username=username, is_active=True).first()
    if found is None:
        raise Invalid(Text("没有这个人。", "There is no such person."), field=field, value=username)
    return found


@router.get("/cases", response=CasePage, auth=VIEW, summary="案卷列表 · list cases")
def cases(request: HttpRequest, asked: Query[CaseQuery]) -> Any:
    """按时间或期限排列，逐页取用。 · By age or by deadline, page after page."""
    filters = asked.dict(exclude={"state", "unit", "handler", "q"})
    page = queries.page(
        request.auth,
        states=asked.state,
        unit=a_unit(asked.unit),
        handler=a_user(asked.handler),
        text=asked.q,
        **filters,
    )
    return {"cases": [row(case) for case in page.cases], "next": page.next, "total_hint": page.total_hint}


@router.get("/cases/{code}", response=CaseDetail, auth=VIEW, summary="一件案卷 · one case")
def case(request: HttpRequest, code: str) -> Any:
    return detail(one(request, code))


@router.get("/cases/{code}/timeline", response=list[TimelineOut], auth=VIEW, summary="办理经过 · what happened")
def timeline(request: HttpRequest, code: str) -> Any:
    return [
        TimelineOut(
            at=item.at, step=item.step, text=words(item.text), actor=item.actor, note=item.note, current=item.current,
            state=words(item.state) if item.state else None, photos=[photo(p) for p in item.photos],
        )
        for item in story.timeline(one(request, code), public=False)
    ]  # fmt: skip


@router.get("/cases/{code}/steps", response=list[StepOut], auth=VIEW, summary="现在能办的步骤 · steps possible now")
def steps(request: HttpRequest, code: str) -> Any:
    found = one(request, code)
    kind = kinds.get(found.kind)
    closing = kind.closing(found.category, found.condition) if kind.closing else None
    return [
        StepOut(
            code=step.code, name=words(step.name), target=step.target, needs=sorted(step.needs),
            closing=words(closing) if closing and "condition" in step.needs else None,
        )
        for step in queries.steps(request.auth, found)
    ]  # fmt: skip


@router.post("/cases/{code}/steps", response=CaseDetail, auth=VIEW, summary="办理一步 · take a step", description=KEY)
def take(request: HttpRequest, code: str, given: StepIn) -> HttpResponse:
    def write() -> CaseDetail:
        found = one(request, code)
        actions.do_step(
            found, given.step, request.auth, version=given.version, note=given.note, unit=a_unit(given.unit),
            handler=a_user(given.handler), condition_met=given.condition_met, attachments=given.attachments,
        )  # fmt: skip
        return detail(Case.objects.select_related("unit", "handler__person", "merged_into").get(pk=found.pk))

    return once(request, write)


@router.post("/cases/{code}/comments", response=CaseDetail, auth=VIEW, summary="补充说明 · add words", description=KEY)
def comment(request: HttpRequest, code: str, given: CommentIn) -> HttpResponse:
    def write() -> CaseDetail:
        found, user = one(request, code), request.auth
        held = actions.do_comment(found, user, given.text, public=given.public, attachments=given.attachments)
        found.version = held.version
        return detail(found)

    return once(request, write)


def photo(attachment: Attachment) -> Photo:
    names = ("purpose", "content_type", "size", "width", "height")
    url = f"/media/{attachment.pk}"
    return Photo(id=attachment.pk, url=url, **{name: getattr(attachment, name) for name in names})


@router.post("/attachments", response={201: Photo}, auth=Access(), summary="上传照片或文件 · send a photo or paper",
             description=KEY)  # fmt: skip
def upload(
    request: HttpRequest,
    file: File[UploadedFile],
    purpose: Form[Literal["before", "after", "check", "paper"]] = "before",
) -> HttpResponse:
    def write() -> Photo:
        return photo(attachments.store(file, purpose=purpose, user=request.auth))

    return once(request, write, 201)
