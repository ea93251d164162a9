"""Photos and papers: checked, stripped and re-encoded, kept outside the web root under the hash of their content."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings

from jiedao.cases import kinds, pictures, words
from jiedao.cases.models import Attachment, Case, Report
from jiedao.config.options import options
from jiedao.errors import Invalid, TooLarge
from jiedao.people import access
from jiedao.text import Text

PURPOSES = ("before", "after", "check", "paper")
PDF = "application/pdf"
ENDINGS = {"image/jpeg": "jpg", "image/webp": "webp", PDF: "pdf"}


def store(
    file: BinaryIO | bytes,
    *,
    purpose: str = "before",
    user: Any = None,
    report: Report | None = None,
    public: bool = True,
) -> Attachment:
    """Keep an uploaded file; the bytes are on disk before the row exists. What it is called or claims to be counts for
    nothing. Raises Invalid (no photo, no PDF), TooLarge (bytes or pixels)."""
    if purpose not in PURPOSES:
        known = Text("、".join(PURPOSES), ", ".join(PURPOSES))
        raise Invalid(Text("用途有误。", "There is no such purpose."), field="purpose", value=purpose, expected=known)
    data = _read(file)
    if purpose == "paper" and data.startswith(b"%PDF-"):
        _check_pdf(data)
        found = pictures.Picture(data, PDF, 0, 0)
    else:
        found = pictures.reencode(data)
    digest = hashlib.sha256(found.data).hexdigest()
    _keep(path_of(digest, found.content_type), found.data)
    return Attachment.objects.create(
        report=report, case=report.case if report else None, purpose=purpose, content_type=found.content_type,
        public=public and purpose != "paper", size=len(found.data), sha256=digest, width=found.width or None,
        height=found.height or None, uploaded_by=user,
    )  # fmt: skip


def numbers(given: Sequence[Any], field: str) -> list[UUID]:
    """Ids of attachments given as rows or ids; Invalid for what is no id."""
    try:
        return [item.pk if isinstance(item, Attachment) else UUID(str(item)) for item in given]
    except ValueError as error:
        text = Text("附件编号有误。", "This is no attachment id.")
        raise Invalid(text, field=field, value=[str(item) for item in given]) from error


def _read(file: BinaryIO | bytes) -> bytes:
    """At most the allowed size is ever read."""
    most = options().upload_mb * 2**20
    data = file if isinstance(file, bytes) else file.read(most + 1)
    if len(data) > most:
        text = Text("文件太大，最多 {n} MB。", "The file is too large; {n} MB at most.").format(n=options().upload_mb)
        raise TooLarge(text, field="file", expected=Text(f"≤ {options().upload_mb} MB", f"≤ {options().upload_mb} MB"))
    if not data:
        raise Invalid(Text("文件是空的。", "The file is empty."), field="file")
    return data


def _check_pdf(data: bytes) -> None:
    if b"%%EOF" not in data[-2048:]:
        raise Invalid(Text("PDF 文件不完整。", "The PDF file is cut off."), field="file")


def path_of(digest: str, content_type: str) -> Path:
    return Path(settings.MEDIA_ROOT) / digest[:2] / digest[2:4] / f"{digest}.{ENDINGS[content_type]}"


def _keep(path: Path, data: bytes) -> None:
    """Written whole under another name, synced, then put in place, and the folder synced: kill -9 leaves no half."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def may_see(attachment: Attachment, user: Any, tokens: tuple[str, ...] = ()) -> bool:
    """Whoever uploaded it, staff who see the case, whoever reported it (signed in, or by token), and everybody once
    staff have taken on a public case, for attachments marked public."""
    signed = getattr(user, "is_authenticated", False)
    if signed and attachment.uploaded_by_id == user.pk:
        return True
    case = attachment.case
    if case is None:
        return False
    if attachment.public and is_shown(case):
        return True
    if signed and access.can_case(user, "case.view", case):
        return True
    mine = Report.objects.filter(case=case)
    given = [words.handle(token) for token in tokens[:50]]
    if given and attachment.public and mine.filter(token__in=given).exists():
        return True
    return bool(signed and user.person_id and attachment.public and mine.filter(person=user.person_id).exists())


def is_shown(case: Case) -> bool:
    """Whether others than the reporter and staff may see the case: a public kind, in a state that is shown."""
    kind = kinds.get(case.kind)
    return kind.public and kind.flow.state(case.state).shown
