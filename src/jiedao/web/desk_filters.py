"""The filters of the desk's list: what the address asks for, what may be chosen, and the page of cases it gives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest

from jiedao.cases import kinds, queries
from jiedao.city import areas
from jiedao.people import access, stamp
from jiedao.people.models import Responsibility, Unit, User
from jiedao.text import Text
from jiedao.web.desk_flow import ALL, ENDED, MINE, Stage, stages

SIZE = 50
FIELDS = ("stage", "q", "area", "cls", "unit", "kind", "mine", "late", "sup")


@dataclass(frozen=True)
class Filters:
    """What somebody asked the list for; unknown values are dropped, so that an old link still opens."""

    user: User
    given: dict[str, str]

    @classmethod
    def of(cls, request: HttpRequest) -> Filters:
        given = {name: request.GET.get(name, "").replace("\0", "").strip()[:80] for name in (*FIELDS, "after")}
        return cls(request.user, given)

    @cached_property
    def stages(self) -> list[Stage]:
        return stages(self.user)

    @cached_property
    def stage(self) -> Stage:
        """The stage asked for; else what waits for the user, or all open cases where nothing ever waits for them."""
        asked = self.given["stage"] or (ALL if self.searching else MINE)
        found = next((stage for stage in self.stages if stage.code == asked), self.stages[0])
        return found if found.states else self.stages[1]

    @property
    def searching(self) -> bool:
        return bool(self.given["q"])

    @property
    def states(self) -> tuple[str, ...]:
        """A search without a stage looks at ended cases too."""
        return () if self.searching and not self.given["stage"] else self.stage.states

    @property
    def order(self) -> str:
        """Work by deadline; what is found or has ended by age."""
        return "new" if self.searching or self.stage.code == ENDED else "due"

    @property
    def area(self) -> str:
        return self.given["area"] if self.given["area"] in areas.book().entries else ""

    @property
    def kind(self) -> str:
        return self.given["kind"] if self.given["kind"] in kinds.all_kinds() else ""

    @property
    def category(self) -> str:
        """The code in front of what the list of classes offered."""
        return self.given["cls"].split(" ")[0][:24]

    @cached_property
    def unit(self) -> Unit | None:
        pk = self.given["unit"]
        return next((unit for unit in working_units() if str(unit.pk) == pk), None) if pk else None

    @property
    def narrowed(self) -> bool:
        return any(self.given[name] for name in FIELDS if name != "stage")

    def page(self, *, after: str | None = None, size: int | None = None) -> queries.Page:
        """Raises Invalid for a cursor that is none."""
        return queries.page(
            self.user, states=self.states, area=self.area, kind=self.kind, unit=self.unit,
            handler=self.user if self.given["mine"] else None, category=self.category,
            overdue=True if self.given["late"] else None, supervised=bool(self.given["sup"]), text=self.given["q"],
            after=after, size=size or SIZE, order=self.order,
        )  # fmt: skip

    def counts(self) -> dict[str, int]:
        """Stage code → open cases there, within the chosen area, kind and unit."""
        found = queries.counts(self.user, area=self.area, kind=self.kind, unit=self.unit)
        return {stage.code: sum(found.get(state, 0) for state in stage.states) for stage in self.stages}

    def line(self) -> list[tuple[Stage, int, bool]]:
        """(stage, open cases there, whether it is the one shown) for every stage that has states."""
        counts = self.counts()
        here = self.stage if self.states else None
        return [(stage, counts[stage.code], stage == here) for stage in self.stages if stage.states]

    def area_options(self) -> list[tuple[str, Text]]:
        """Districts and subdistricts the user's posts reach, each above its own; and the area chosen, however small."""
        reach = access.scope(self.user, "case.view").areas
        shown = [code for code in sorted(areas.book().entries) if 4 < len(code) < 12]
        shown = [code for code in shown if any(code.startswith(one) or one.startswith(code) for one in reach)]
        options = [(code, _indented(code)) for code in shown]
        if self.area and self.area not in shown:
            options.append((self.area, areas.full_name(self.area)))
        return [("", Text("全部", "All")), *options]

    def class_options(self) -> list[tuple[str, Text]]:
        chosen = [kinds.get(self.kind)] if self.kind else list(kinds.all_kinds().values())
        return [pair for kind in chosen if kind.classes for pair in kind.classes()]

    def unit_options(self) -> list[tuple[int | str, Text]]:
        return [("", Text("全部", "All")), *((unit.pk, unit_name(unit)) for unit in working_units())]


def _indented(code: str) -> Text:
    name = areas.name(code)
    return name if len(code) <= 6 else Text(f"　{name.zh}", f"— {name.en}")


def unit_name(unit: Unit) -> Text:
    return Text(unit.name, unit.name_en or unit.name)


_units: tuple[int, list[Unit]] | None = None


def working_units() -> list[Unit]:
    """Units that answer for something, by code; asked of the database only when units changed."""
    global _units
    generation = stamp.generation()
    if _units is None or _units[0] != generation:
        answering = Responsibility.objects.values("unit")
        _units = generation, list(Unit.objects.filter(pk__in=answering, active=True).order_by("code"))
    return _units[1]
