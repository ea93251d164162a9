"""/feeds/cases.atom: public cases of the city or of an area, newest first, for anybody's reader."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import condition, require_safe

from jiedao.cases import kinds
from jiedao.cases.models import Case
from jiedao.city import areas
from jiedao.config.options import options
from jiedao.gateway.open311.reading import shown
from jiedao.people.gate import public
from jiedao.rules.store import value
from jiedao.text import Text, speaking_english

AGE = 300


def _rows(code: str) -> list[Case]:
    """Raises Invalid or Missing for a code that is no area."""
    found = Case.objects.filter(shown())
    if code:
        area = areas.get(code)
        if column := areas.column(area.code):
            found = found.filter(**{column: area.code})
    fields = ("code", "kind", "category", "title", "state", "address", "opened_at", "state_at", "lon", "lat")
    return list(found.only(*fields).order_by("-pk")[: value("gateway.feed_entries")])


def _tag(request: Any, code: str = "") -> str:
    """Another one in each language."""
    rows = request.rows = _rows(code)
    newest = f"{rows[0].code}-{max(case.state_at for case in rows).timestamp():.0f}" if rows else "none"
    return f'"{newest}-{"en" if speaking_english() else "zh"}"'


@public
@require_safe
@condition(etag_func=_tag)
def atom(request: Any, code: str = "") -> HttpResponse:
    where = areas.full_name(areas.normalise(code)) if code else areas.name(options().city.removesuffix("00"))
    title = Text("{where}的城市案卷", "Cases of {where}").format(where=where)
    about = Text("已立案的公开案卷，最新在前", "public cases that were filed, newest first")
    home = options().origin
    feed = Atom1Feed(
        str(title), f"{home}/", str(about), language="en" if speaking_english() else "zh-CN",
        feed_url=home + request.get_full_path(),
    )  # fmt: skip
    for case in request.rows:
        kind = kinds.get(case.kind)
        name, state = kind.class_name(case.category), kind.flow.state(case.state).name
        said = " · ".join(filter(None, (str(state), case.address)))
        link = f"{home}/{kind.system}/cases/{case.code}/" if kind.system else f"{home}/"
        feed.add_item(
            str(name), link, said, unique_id=f"urn:jiedao:case:{case.code}", pubdate=case.opened_at,
            updateddate=case.state_at, categories=[str(state)],
        )  # fmt: skip
    response = HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    patch_cache_control(response, public=True, max_age=AGE)
    return response
