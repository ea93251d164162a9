"""The kind of case of city management, for components 部件 (C…) and events 事件 (E…), with the taxonomy's hooks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from jiedao.cases.flows import STANDARD
from jiedao.cases.kinds import Attribute, Kind, Limit, NewReport, Proposal, Service
from jiedao.city.locate import Located
from jiedao.errors import Invalid
from jiedao.systems.city_management import control
from jiedao.systems.city_management.taxonomy import Condition, SmallClass, taxonomy
from jiedao.systems.city_management.triage import Guess, triager
from jiedao.text import Text

ALTERNATIVES = 3


def _table(on: date | None = None):
    return taxonomy(on=on)


def label(category: str) -> Text:
    small = _table().get(category)
    return small.name if small else Text(category, category)


def classes() -> list[tuple[str, Text]]:
    return [(small.code, small.name) for small in _table().classes]


def conditions(category: str) -> list[tuple[str, Text]]:
    small = _table().get(category)
    return [(row.id, row.text) for row in small.conditions] if small else []


def services() -> list[Service]:
    """Every small class, for other software."""
    return [_service(small) for small in _table().classes]


def _service(small: SmallClass) -> Service:
    values = tuple((row.id, row.text) for row in small.conditions)
    told = Text("；".join(text.zh for _, text in values), "; ".join(text.en for _, text in values))
    condition = Attribute("condition", Text("具体情况", "What is the matter"), values)
    return Service(small.code, small.name, small.big_name, told, small.keywords, (condition,))


def duty(category: str) -> str:
    small = _table().get(category)
    return small.duty if small else ""


def limit(category: str, condition: str, area: str, on: date) -> Limit | None:
    """The limit of the standard for this condition; None where the standard has no such row."""
    small = _table(on).get(category)
    row = small.condition(condition) if small else None
    return Limit(row.limit_amount, row.limit_unit, row.source) if row else None


def closing(category: str, condition: str) -> Text | None:
    small = _table().get(category)
    row = small.condition(condition) if small else None
    return row.closing if row else None


def check(report: NewReport) -> None:
    """A class or condition that was named must be in the standard."""
    if not report.category:
        return
    small = _table().get(report.category)
    if small is None:
        raise Invalid(
            Text("没有编号为“{code}”的小类。", "There is no class “{code}”.").format(code=report.category[:40]),
            field="category",
            value=report.category,
            expected=Text("标准中的小类编号，如 E01-10", "a class of the standard, such as E01-10"),
        )
    if report.condition and small.condition(report.condition) is None:
        raise Invalid(
            Text("该小类没有编号为“{code}”的立案条件。", "This class has no condition “{code}”.").format(
                code=report.condition[:40]
            ),
            field="condition",
            value=report.condition,
            expected=Text("、".join(x.id for x in small.conditions), ", ".join(x.id for x in small.conditions)),
        )


def triage(reports: list[NewReport], located: list[Located], now: datetime) -> list[Proposal]:
    """Class, condition, duty and limit for each report: the reporter's own choice where there is one."""
    guesses = triager().guess([report.text for report in reports], top=ALTERNATIVES)
    controls = control.approved(now)
    found = []
    for report, place, options in zip(reports, located, guesses, strict=True):
        proposal = _propose(report, options)
        area = control.covering(controls, report.lon, report.lat, proposal.category, place)
        if area:
            proposal.why = (*proposal.why, area.warning)
            proposal.form["control_area"] = area.id
        found.append(proposal)
    return found


def _propose(report: NewReport, options: Sequence[Guess]) -> Proposal:
    chosen = _table().get(report.category)
    said = (Text("上报人选择的类别", "chosen by the reporter"),)
    best = Guess(chosen, 1.0, said) if chosen else options[0]
    row = best.small.condition(report.condition) or nearest(best.small, report.text)
    return Proposal(
        category=best.small.code,
        condition=row.id,
        duty=best.small.duty,
        limit=Limit(row.limit_amount, row.limit_unit, row.source),
        confidence=best.confidence,
        why=best.why,
        form={"options": [[x.small.code, round(x.confidence, 3)] for x in options]},
    )


def nearest(small: SmallClass, text: str) -> Condition:
    """The condition whose wording shares most with the text, beside what the class itself is called; the first one
    (the gravest, as standards are written) where none does."""
    grams = {text[i : i + 2] for i in range(len(text) - 1)} - {
        small.name.zh[i : i + 2] for i in range(len(small.name.zh))
    }
    return max(small.conditions, key=lambda row: sum(row.text.zh[i : i + 2] in grams for i in range(len(row.text.zh))))


CITY = Kind(
    "city",
    Text("城市管理案卷", "City management case"),
    STANDARD,
    icon="city",
    system="city_management",
    triage=triage,
    check=check,
    limit=limit,
    closing=closing,
    duty=duty,
    label=label,
    classes=classes,
    conditions=conditions,
    duplicate="city_management.duplicate",
    services=services,
)
KINDS = (CITY,)
