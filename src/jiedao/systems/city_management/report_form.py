"""The report form of portal and field pages: what was typed, read field by field, so that one fault loses nothing."""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from jiedao.cases import attachments, intake, words
from jiedao.cases.intake import NewReport
from jiedao.cases.models import Attachment, Case
from jiedao.city import areas, locate
from jiedao.city.address import describe
from jiedao.config.options import options
from jiedao.errors import Conflict, Invalid, Refused, TooLarge
from jiedao.people import identifiers
from jiedao.rules.store import value
from jiedao.text import Text

KIND = "city"
Errors = dict[str, Refused]
FIELDS = ("text", "lon", "lat", "address", "category", "key", "name", "phone", "anonymous", "join")
NO_PLACE = Text(
    "请在地图上点选地点，或写明社区、街道的名称。",
    "Please pick the place on the map, or write the name of the community or subdistrict.",
)


@dataclass
class Draft:
    """The form as typed, and the photos that were kept from an earlier try."""

    text: str = ""
    lon: str = ""
    lat: str = ""
    address: str = ""
    category: str = ""
    key: str = ""
    name: str = ""
    phone: str = ""
    anonymous: str = ""
    join: str = ""
    kept: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, request: HttpRequest) -> Draft:
        given = {name: request.POST.get(name, "") for name in FIELDS}
        given["key"] = (request.headers.get("Idempotency-Key") or given["key"])[:80]
        return cls(**given, kept=[number[:40] for number in request.POST.getlist("kept")][:20])

    @classmethod
    def fresh(cls, **given: Any) -> Draft:
        return cls(key=secrets.token_urlsafe(12), **given)

    @property
    def placed(self) -> bool:
        return bool(self.lon.strip() and self.lat.strip())


def keep_photos(files: list[UploadedFile], draft: Draft, user: Any, errors: Errors, purpose: str = "before") -> None:
    """Store what was sent now beside what was kept; the first file that is no photo is named in `errors`."""
    most = value("cases.photos_max")
    if len(files) + len(draft.kept) > most:
        text = Text("照片最多 {n} 张。", "{n} photos at most.").format(n=most)
        errors["photos"] = TooLarge(text, field="photos", value=len(files) + len(draft.kept))
        files = files[: max(0, most - len(draft.kept))]
    for file in files:
        try:
            _check_size(file)
            draft.kept.append(str(attachments.store(file, purpose=purpose, user=user).pk))
        except Refused as refused:
            said = Text("“{name}”：{why}", "“{name}”: {why}").format(name=(file.name or "?")[:60], why=refused.text)
            errors["photos"] = type(refused)(said, field="photos", expected=refused.expected)


def _check_size(file: UploadedFile) -> None:
    """Asked before a byte is read."""
    if (file.size or 0) > options().upload_mb * 2**20:
        most = Text("每张不超过 {n} MB", "{n} MB each at most").format(n=options().upload_mb)
        raise TooLarge(Text("照片太大。", "The photo is too large."), field="photos", value=file.size, expected=most)


def place(draft: Draft) -> tuple[float, float]:
    """The pin; without one the middle of the area that the address names. Raises Invalid (field place)."""
    if not draft.placed:
        found = areas.search(draft.address.replace("\0", "").strip(), limit=1) if draft.address.strip() else []
        if not found or found[0].lon is None:
            raise Invalid(NO_PLACE, field="place", value=draft.address)
        return found[0].lon, found[0].lat
    lon, lat = _degrees(draft.lon), _degrees(draft.lat)
    locate.require(lon, lat)
    return lon, lat


def _degrees(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def contact(draft: Draft) -> dict[str, str] | None:
    """Name and phone that somebody without a sign-in chose to leave."""
    given = {"name": " ".join(draft.name.split())[:80]}
    if draft.phone.strip():
        given["phone"] = identifiers.phone(draft.phone)
    return given if any(given.values()) else None


def read(draft: Draft, errors: Errors, *, channel: str, person: Any = None, by: Any = None) -> NewReport | None:
    """The report, or None with what is wrong in `errors` by field. Joining takes class and place from the case."""
    report = NewReport(
        KIND, text=draft.text, channel=channel, person=person, by=by, photos=tuple(draft.kept),
        category=draft.category, key=f"{channel}:{draft.key}" if draft.key else "",
    )  # fmt: skip
    try:
        report.lon, report.lat = place(draft)
        report.address = draft.address or describe(report.lon, report.lat)
    except Refused as refused:
        errors["place"] = refused
    try:
        report.contact = None if person else contact(draft)
    except Refused as refused:
        errors["phone"] = refused
    if draft.join:
        _join(report, draft.join)
        errors.pop("place", None)
    _check_words(report, errors)
    return None if errors else report


def _join(report: NewReport, code: str) -> None:
    """To the case that the reporter says is the same: its class, its place, its component."""
    case = Case.objects.filter(code=code[:24], closed_at=None).first()
    if case is None or not attachments.is_shown(case):
        text = Text("这件案卷刚刚办结，不能再加入。", "This case has just ended and cannot be joined.")
        raise Conflict(text, field="join", value=code)
    report.lon, report.lat, report.address, report.asset = case.lon, case.lat, case.address, case.asset_id
    report.category, report.condition = case.category, case.condition


def _check_words(report: NewReport, errors: Errors) -> None:
    """What intake itself would refuse, without a place that is already known to be wrong."""
    try:
        if "place" in errors:
            report.text = words.description(report.text)
            if not report.text and not report.category:
                raise Invalid(Text("请描述看到的问题。", "Please describe what you saw."), field="text")
        else:
            intake.check_file(report)
    except Refused as refused:
        errors.setdefault(refused.field or "text", refused)


def kept_photos(draft: Draft, user: Any) -> list[Attachment]:
    """Photos of an earlier try that still wait for their report."""
    ids = attachments.numbers(draft.kept, "photos")
    return list(Attachment.objects.filter(pk__in=ids, case=None, uploaded_by=user).order_by("at"))
