"""Task: what a page of cases costs whom: through queries.page, the API and the desk, on the first page and deep down.

A measured page starts with the user unknown, as every request does: finding the sign-in, its posts and its reach is
part of the price. CPU is that of this process; that of the PostgreSQL process behind it comes as a mean.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jiedao.cases import queries
from jiedao.cases.models import Case
from jiedao.commands.benching.cpu import backend
from jiedao.people.models import Post, User

SIZE = 50
HOST = "localhost"
TURNS = 40
WARM = 4


@dataclass(frozen=True)
class Scene:
    """Somebody's list; `filters` are arguments of queries.page."""

    what: str
    user: int
    filters: dict[str, Any] = field(default_factory=dict)


def somebody(role: str, **where: Any) -> int:
    """The first user who holds a post of this role there."""
    return Post.objects.filter(role=role, **where).order_by("pk").values_list("user", flat=True)[0]


def busiest(column: str) -> str:
    """The area with the most cases in a sample of them."""
    sample = Case.objects.order_by("-pk").values_list(column, flat=True)[:2000]
    return statistics.mode(sample)


def scenes() -> Iterator[Scene]:
    """First the list of the target: by state and area; then those that are hard in other ways."""
    acceptor, leader = somebody("acceptor"), somebody("leader")
    district, subdistrict, community = (busiest(name) for name in ("district", "subdistrict", "community"))
    unit = Case.objects.filter(state="to_handle", district=district).values_list("unit", flat=True)[0]
    work = ("to_handle", "handling", "handled")
    yield Scene("state + district", acceptor, {"states": ("handling",), "area": district})
    yield Scene("state + subdistrict", acceptor, {"states": ("closed",), "area": subdistrict})
    yield Scene("3 states + district by deadline", acceptor, {"states": work, "area": district, "order": "due"})
    yield Scene("everything", leader)
    yield Scene("open by deadline", leader, {"order": "due"})
    yield Scene("class + state", leader, {"states": ("closed",), "category": "E01-10"})
    yield Scene("rejected in a community", leader, {"states": ("rejected",), "area": community})
    yield Scene("own unit", somebody("department", unit=unit), {"states": work, "order": "due"})
    yield Scene("own unit, ended", somebody("handler", unit=unit), {"states": ("closed",)})
    yield Scene("own community", somebody("collector", area=community))
    yield Scene("overdue in a district", leader, {"overdue": True, "area": district, "order": "due"})


def deep(scene: Scene) -> Scene:
    """The same list entered at nine tenths of its length, or at its last cursor."""
    if scene.filters.get("order") != "due":
        last = Case.objects.order_by("-pk").values_list("pk", flat=True)[0]
        return Scene(f"{scene.what}, deep", scene.user, scene.filters | {"after": str(max(1, last // 10))})
    user, after = User.objects.get(pk=scene.user), None
    for _ in range(20):
        found = queries.page(user, after=after, **scene.filters).next
        if found is None:
            break
        after = found
    return Scene(f"{scene.what}, deep", scene.user, scene.filters | {"after": after})


def page(scene: Scene) -> int:
    """One page of the room; how many cases it has."""
    user = User.objects.select_related("person").get(pk=scene.user)
    found = queries.page(user, size=SIZE, **scene.filters)
    for case in found.cases:
        str(case.unit), case.handler and case.handler.label, case.title
    return len(found.cases)


@dataclass
class Web:
    """A browser or program signed in as whom a scene wants."""

    client: Client = field(default_factory=lambda: Client(SERVER_NAME=HOST))
    user: int = 0

    def get(self, scene: Scene, path: str, given: dict[str, Any]) -> bytes:
        if self.user != scene.user:
            self.client.force_login(User.objects.get(pk=scene.user), "django.contrib.auth.backends.ModelBackend")
            self.user = scene.user
        answer = self.client.get(path, {k: v for k, v in given.items() if v is not None})
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answers {answer.status_code}: {answer.content[:300]!r}")
        return answer.content

    def api(self, scene: Scene) -> int:
        given = dict(scene.filters)
        given["state"] = given.pop("states", ())
        return self.get(scene, "/api/cases", given | {"size": SIZE}).count(b'"class_name"')

    def desk(self, scene: Scene) -> int:
        """The desk has stages in place of states: a scene of theirs fits where its states are one."""
        stage = {"handling": "handle", "closed": "ended"}.get(next(iter(scene.filters.get("states", ())), ""), "all")
        names = {"area": "area", "category": "cls", "after": "after"}
        given = {new: scene.filters[old] for old, new in names.items() if scene.filters.get(old)}
        return self.get(scene, "/desk/", given | {"stage": stage}).count(b"data-row=")


def measure(turn: Callable[[], Any], turns: int = TURNS) -> dict[str, Any]:
    """CPU and wall times of many turns, and the queries of one that nothing is new to."""
    for _ in range(WARM):
        turn()
    with CaptureQueriesContext(connection) as captured:
        turn()
    queries_made = len(captured)
    walls, cpus = [], []
    began = backend()
    for _ in range(turns):
        wall, cpu = time.perf_counter(), time.process_time()
        turn()
        walls.append((time.perf_counter() - wall) * 1e3)
        cpus.append((time.process_time() - cpu) * 1e3)
    ended = backend()
    return {
        "queries": queries_made,
        "cpu_ms": round(statistics.median(cpus), 2),
        "cpu_p95_ms": round(statistics.quantiles(cpus, n=20)[-1], 2),
        "db_cpu_ms": None if began is None or ended is None else round((ended - began) * 1e3 / turns, 1),
        "p50_ms": round(statistics.median(walls), 2),
        "p95_ms": round(statistics.quantiles(walls, n=20)[-1], 2),
    }


def run(turns: int = TURNS) -> list[dict[str, Any]]:
    cases, web, rows = Case.objects.count(), Web(), []
    base = {"db": connection.vendor, "cases": cases, "page": SIZE}

    def row(through: str, scene: Scene, turn: Callable[[Scene], int]) -> None:
        found = measure(lambda: turn(scene), turns)
        rows.append(base | {"through": through, "list": scene.what, "found": turn(scene)} | found)

    first = list(scenes())
    for scene in first:
        row("queries.page", scene, page)
        row("queries.page", deep(scene), page)
    for scene in first[:4]:
        row("api", scene, web.api)
    for scene in first[:2]:
        row("desk", scene, web.desk)
    return rows
