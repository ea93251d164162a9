"""Filing on behalf of whoever calls: other software by its key, a resident by his sign-in, staff for somebody."""

from __future__ import annotations

from jiedao.cases import intake
from jiedao.cases.intake import Filed, NewReport
from jiedao.city.locate import locate
from jiedao.errors import Forbidden
from jiedao.gateway import rates
from jiedao.gateway.auth import key_of, owner
from jiedao.people import access
from jiedao.people.models import User
from jiedao.text import Text


def file(user: User, report: NewReport, once: str = "") -> Filed:
    """File one report; `once` is the caller's own id for it: sent twice, filed once.

    A contact of somebody else is taken from software with a key and from staff with case.file at that place; anybody
    else reports in his own name. Raises Forbidden (outside the key's area or kinds), TooMany, and what intake raises.
    """
    key = key_of(user)
    rates.report_of(user.pk, key)
    here = locate(report.lon, report.lat) if report.lon is not None and report.lat is not None else None
    code = here.code if here else ""
    if key:
        _check_reach(key.area, key.kinds, report, code)
    if key or (report.contact and access.can(user, "case.file", area=code, kind=report.kind)):
        report.by = user
    else:
        report.person, report.contact = user.person, None
    report.key = f"{owner(user)}:{once}" if once else ""
    return intake.submit(report)


def _check_reach(area: str, kinds: list[str], report: NewReport, code: str) -> None:
    """`code` is "" outside of everything, which intake refuses with better words."""
    if kinds and report.kind not in kinds:
        text = Text("这个密钥不能上报这类案卷。", "This key does not file this kind of case.")
        raise Forbidden(text, field="kind", value=report.kind, expected=Text("、".join(kinds), ", ".join(kinds)))
    if code and not code.startswith(access.stem(area) if area else ""):
        text = Text("地点在这个密钥的区域之外。", "This place lies outside the area of this key.")
        raise Forbidden(text, field="place", value=code, expected=Text(area, area))
