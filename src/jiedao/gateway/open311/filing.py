"""POST requests: a form becomes a report."""

from __future__ import annotations

import math
import re
from typing import Any

from django.http import HttpRequest

from jiedao.cases import attachments
from jiedao.cases.intake import Filed, NewReport
from jiedao.cases.kinds import Service
from jiedao.city import areas, locate
from jiedao.city.address import describe
from jiedao.city.models import Asset
from jiedao.errors import Invalid, TooLarge
from jiedao.gateway import reports
from jiedao.gateway.open311 import services
from jiedao.gateway.open311.endpoint import given
from jiedao.gateway.open311.formats import when
from jiedao.gateway.writes import key_of
from jiedao.people import identifiers
from jiedao.people.models import User
from jiedao.rules.store import value
from jiedao.text import Text

ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,40})\](?:\[\])?")
URL = re.compile(r"https?://[^\s<>\"]{1,490}", re.ASCII)
URLS = 10
NO_PLACE = Text(
    "请给出 lat 和 long，或 address_string，或 address_id。", "Give lat and long, or address_string, or address_id."
)


def post(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    """POST requests. Raises what `reports.file` raises; Missing for an unknown service."""
    code = given(request, "service_code")
    if not code:
        raise Invalid(Text("缺少 service_code。", "The service_code is missing."), field="service_code")
    kind, service = services.find(code)
    found = _attributes(request, service)
    new = NewReport(
        kind.code, text=request.POST.get("description", ""), category=service.code, channel="open311",
        condition=found.pop("condition", ""), attributes=found, contact=_contact(request),
    )  # fmt: skip
    _place(request, new)
    _media(request, new, user)
    if account := given(request, "account_id"):
        new.attributes["account_id"] = account[:80]
    return [_answer(request, reports.file(user, new, key_of(request) or ""))]


def _answer(request: HttpRequest, filed: Filed) -> dict[str, Any]:
    notice = Text("已收到。", "Received.")
    if filed.merged:
        notice = Text("这件事已有人上报，已合并办理。", "It was reported before; the two are handled together.")
    elif filed.deadline:
        by = when(filed.deadline)
        notice = Text("已收到，预计 {by} 前办结。", "Received; to be done by {by}.").format(by=by)
    return {
        "service_request_id": filed.code,
        "service_notice": str(notice),
        "account_id": given(request, "account_id")[:80] or None,
        "token": filed.token,
    }


def _attributes(request: HttpRequest, service: Service) -> dict[str, Any]:
    """attribute[code]=value; what the definition does not know is kept as it came. Raises Invalid."""
    found: dict[str, Any] = {}
    for name, values in request.POST.lists():
        if named := ATTRIBUTE.fullmatch(name):
            found[named[1]] = values[0] if len(values) == 1 else values
    for one in service.attributes:
        answer, keys = found.get(one.code, ""), [key for key, _ in one.values]
        field = f"attribute[{one.code}]"
        if not answer:
            found.pop(one.code, None)
            if one.required:
                raise Invalid(Text("必须填写。", "This is needed."), field=field)
        elif keys and answer not in keys:
            expected = Text("、".join(keys), ", ".join(keys))
            text = Text("没有这个选项。", "There is no such choice.")
            raise Invalid(text, field=field, value=answer, expected=expected)
    return found


def _contact(request: HttpRequest) -> dict[str, str] | None:
    """Name, phone and e-mail of whoever reports, kept sealed. Raises Invalid."""
    first, last = (request.POST.get(name, "").replace("\0", "") for name in ("first_name", "last_name"))
    name = f"{last}{first}" if not (last + first).isascii() else f"{first} {last}"
    phone, email = given(request, "phone"), given(request, "email")
    found = {
        "name": " ".join(name.split())[:80],
        "phone": identifiers.phone(phone) if phone else "",
        "email": identifiers.email(email) if email else "",
    }
    return found if any(found.values()) else None


def _place(request: HttpRequest, new: NewReport) -> None:
    """The point; else the component or area of address_id; else the area that address_string names. Raises Invalid."""
    lat, lon, address = (given(request, name) for name in ("lat", "long", "address_string"))
    number = given(request, "address_id")
    if lat or lon:
        new.lon, new.lat = _degrees(lon), _degrees(lat)
        locate.require(new.lon, new.lat)
    elif number:
        _by_number(number, new)
    elif address:
        found = next((area for area in areas.search(address[:80], limit=5) if area.lon is not None), None)
        if found is None:
            raise Invalid(NO_PLACE, field="address_string", value=address)
        new.lon, new.lat = found.lon, found.lat
    else:
        raise Invalid(NO_PLACE, field="lat")
    new.address = address[:200] or describe(new.lon, new.lat)  # type: ignore[arg-type]


def _by_number(number: str, new: NewReport) -> None:
    asset = Asset.objects.filter(code=number[:20]).first() if number.isascii() and number.isdigit() else None
    if asset:
        new.asset, new.lon, new.lat = asset.pk, asset.lon, asset.lat
        return
    area = areas.get(number)
    if area.lon is None:
        raise Invalid(NO_PLACE, field="address_id", value=number)
    new.lon, new.lat = area.lon, area.lat


def _degrees(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _media(request: HttpRequest, new: NewReport, user: User) -> None:
    """Files in `media` are kept as photos. An address in `media_url` is kept as words and never fetched."""
    files, most = request.FILES.getlist("media"), value("cases.photos_max")
    if len(files) > most:
        text = Text("照片最多 {n} 张。", "{n} photos at most.").format(n=most)
        raise TooLarge(text, field="media", value=len(files))
    urls = [url.strip() for url in request.POST.getlist("media_url") if url.strip()][:URLS]
    if wrong := [url for url in urls if not URL.fullmatch(url)]:
        expected = Text("http 或 https 地址", "an http or https address")
        text = Text("地址有误。", "This is no web address.")
        raise Invalid(text, field="media_url", value=wrong[0], expected=expected)
    if urls:
        new.attributes["media_url"] = urls
    new.photos = [attachments.store(file, purpose="before", user=user) for file in files]
