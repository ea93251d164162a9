"""The kind of case, with a hook of every sort."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from jiedao import rules
from jiedao.cases.kinds import Attribute, Kind, Limit, NewReport, Proposal, Service
from jiedao.errors import Invalid
from jiedao.text import Text
from tests.sample_system.flow import FLOW, NOTICES

SPECIES = {
    "osmanthus": (Text("桂花树", "Osmanthus"), ("桂花", "osmanthus")),
    "camphor": (Text("樟树", "Camphor"), ("樟", "camphor")),
}
USUAL = "camphor"
COUNT = Attribute("count", Text("株数", "How many"))


class TreeForm(BaseModel):
    count: int = Field(1, ge=1)


def classes() -> list[tuple[str, Text]]:
    return [(code, name) for code, (name, _) in SPECIES.items()]


def label(species: str) -> Text:
    return SPECIES[species][0] if species in SPECIES else Text(species, species)


def limit(species: str, condition: str, area: str, on: date) -> Limit | None:
    row = rules.lookup("sample.planting_limit", city=area or None, on=on)
    return Limit(row.value[species], row.unit, row.source) if species in row.value else None


def check(report: NewReport) -> None:
    if report.category and report.category not in SPECIES:
        known = "、".join(SPECIES)
        raise Invalid(
            Text("没有这种树", "There is no such tree"),
            field="category",
            value=report.category,
            expected=Text(known, known),
        )
    most, asked = rules.value("sample.trees_at_once"), TreeForm.model_validate(report.attributes).count
    if asked > most:
        text = Text("一次最多申请 {n} 株", "At most {n} trees at once").format(n=most)
        raise Invalid(text, field="attributes.count", value=asked, expected=Text(f"1–{most}", f"1–{most}"))


def triage(reports: list[NewReport], located: list[Any], now: datetime) -> list[Proposal]:
    return [_propose(report, here, now.date()) for report, here in zip(reports, located, strict=True)]


def _propose(report: NewReport, here: Any, on: date) -> Proposal:
    named = next((code for code, (_, words) in SPECIES.items() if any(w in report.text.lower() for w in words)), "")
    species = report.category or named or USUAL
    if report.category:
        why = Text("申请人选定", "chosen by whoever asked")
    else:
        why = Text("文中提到", "the text says so") if named else Text("本地常用树种", "the usual tree here")
    found = limit(species, "", here.code if here else "", on)
    return Proposal(species, duty=duty(species), limit=found, confidence=0.9 if named else 0.3, why=(why,))


def duty(species: str) -> str:
    return "greening"


def services() -> list[Service]:
    """What Open311 offers: one service a species, its code the category of the report."""
    group = Text("绿化", "Greening")
    return [Service(code, name, group, None, words, (COUNT,)) for code, (name, words) in SPECIES.items()]


TREES = Kind(
    "tree_request",
    Text("种树申请", "Request for trees"),
    FLOW,
    icon="leaf",
    system="sample",
    form=TreeForm,
    triage=triage,
    check=check,
    limit=limit,
    duty=duty,
    label=label,
    classes=classes,
    services=services,
    notices=NOTICES,
    duplicate="",
)
