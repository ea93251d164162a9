"""What is to be done outdoors: checks for collectors, cases to handle for handlers, by deadline or by nearness."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

from jiedao.cases import idempotency, kinds
from jiedao.cases.flow import Step
from jiedao.cases.models import Case
from jiedao.city import h3cells
from jiedao.people import access
from jiedao.systems.city_management import offers
from jiedao.systems.city_management.report_form import KIND
from jiedao.text import Text

CHECK, HANDLE = "case.check", "case.handle"
MOST = 100
FAR_OFF = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Task:
    """One case that waits for this user outdoors; `metres` where it is known where the user is."""

    case: Case
    name: Text
    what: Text
    icon: str
    metres: float | None

    @property
    def far(self) -> Text:
        metres = self.metres or 0.0
        if metres < 1000:
            return Text("{m:.0f} 米", "{m:.0f} m").format(m=metres)
        return Text("{km:.1f} 公里", "{km:.1f} km").format(km=metres / 1000)


def outdoor_states(permission: str) -> list[str]:
    """States that somebody with this permission moves a case out of."""
    flow = kinds.get(KIND).flow
    states = {source for step in flow.steps if step.permission == permission for source in step.sources}
    return [state.code for state in flow.states if state.code in states]


def tasks(user: Any, lon: float | None = None, lat: float | None = None, *, near: bool = False) -> list[Task]:
    """At most two queries: checks in the user's areas, cases assigned to the user. Nearest or most urgent first."""
    rows: list[Case] = []
    for permission, own in ((CHECK, {}), (HANDLE, {"handler": user})):
        reach = access.scope(user, permission)
        if not reach.empty:
            found = Case.objects.filter(reach.q(), kind=KIND, state__in=outdoor_states(permission), **own)
            rows += found.order_by("deadline", "pk")[:MOST]
    made = [task_of(case, lon, lat) for case in {case.pk: case for case in rows}.values()]
    if near and lon is not None:
        return sorted(made, key=lambda task: (task.metres is None, task.metres or 0.0))
    return sorted(made, key=lambda task: (task.case.deadline or FAR_OFF, task.case.pk))


def task_of(case: Case, lon: float | None = None, lat: float | None = None) -> Task:
    known = lon is not None and lat is not None and case.lon is not None and case.lat is not None
    metres = h3cells.distance_m(lon, lat, case.lon, case.lat) if known else None  # type: ignore[arg-type]
    flow = kinds.get(case.kind).flow
    state = flow.state(case.state)
    icon = "sliders" if state.unit else "search" if not state.shown else "check-ring"
    return Task(case, offers.named(case.category), flow.clocks.get(state.clock, state.name), icon, metres)


def points(found: list[Task], url: Any) -> dict[str, Any]:
    """The tasks as marks of a map; `url(case)` is where one leads."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [task.case.lon, task.case.lat]},
            "properties": {
                "label": str(task.name),
                "note": f"{task.what} · {task.case.address}",
                "href": url(task.case),
                "shape": "circle" if task.icon == "sliders" else "ring",
            },
        }
        for task in found
        if task.case.lon is not None
    ]
    return {"type": "FeatureCollection", "features": features}


def purpose(case: Case, step: Step) -> str:
    """What a photo taken with this step shows: the thing before, after, or as it was checked."""
    if step.permission == HANDLE:
        return "after"
    return "check" if kinds.get(case.kind).flow.state(case.state).shown else "before"


def once(request: HttpRequest, key: str, write: Any) -> Any:
    """`write` at most once for this key of this user; it returns (status, body)."""
    if not key:
        return write()[1]
    fields = [(name, request.POST.getlist(name)) for name in sorted(request.POST) if name != "csrfmiddlewaretoken"]
    files = [(file.name, file.size) for file in request.FILES.getlist("photos")]
    digest = idempotency.digest("POST", request.path, repr((fields, files)).encode())
    (_, body), _ = idempotency.once(f"user:{request.user.pk}", key, digest, write)
    return body
