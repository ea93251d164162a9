"""62,000 cases: what lists, filters and one case ask of the database, and that indexes answer. Counts, not times."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jiedao.cases import queries, timeline
from jiedao.cases.models import Case
from jiedao.city import stamps
from jiedao.commands.benching import fill, ground, lists
from jiedao.people import stamp
from jiedao.people.models import User

pytestmark = [pytest.mark.bench, pytest.mark.django_db]
CASES = 62_000
POPULATION = 60_000
A_PAGE = 8
AN_API_PAGE = 10
A_DESK_PAGE = 10
A_CASE = 20
TABLE = Case._meta.db_table


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker) -> Iterator[list[lists.Scene]]:
    """One transaction for all tests of this file, undone at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        ground.make(POPULATION, 1, whole=False)
        fill.fill(CASES, 1)
        stamp.forget()
        stamps.forget()
        yield list(lists.scenes())
        transaction.set_rollback(True)
    stamp.forget()
    stamps.forget()


@pytest.fixture
def inside(filled: list[lists.Scene], db: None) -> list[lists.Scene]:
    return filled


def plan(sql: str) -> str:
    """What the database means to do, a line a step."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'' if connection.vendor == 'postgresql' else 'QUERY PLAN '}{sql}")
        return "\n".join(str(row) for row in cursor.fetchall())


def walks(sql: str) -> str:
    """The plan, where it reads the cases from one end to the other; '' where an index or a LIMIT spares that."""
    if connection.vendor != "postgresql":
        text = plan(sql)
        return text if re.search(rf"SCAN (?:{TABLE}|U0)(?! USING)", text) else ""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        (root,) = cursor.fetchone()[0]
    return plan(sql) if _reads_all(root["Plan"], float("inf")) else ""


def _reads_all(node: dict, limit: float) -> bool:
    """`limit`: what the nearest LIMIT above means to pay."""
    if node["Node Type"] == "Limit":
        limit = node["Total Cost"]
    if node["Node Type"] == "Seq Scan" and node["Relation Name"] == TABLE:
        return limit > node["Total Cost"] / 2
    return any(_reads_all(child, limit) for child in node.get("Plans", ()))


def test_a_walk_is_known_when_it_is_seen(inside):
    assert walks(f"SELECT id FROM {TABLE} WHERE address = 'x'")
    assert walks(f"SELECT id FROM {TABLE} WHERE lon > 0 ORDER BY deadline LIMIT 50")
    assert not walks(f"SELECT id FROM {TABLE} WHERE state = 'handling' ORDER BY id DESC LIMIT 50")


def test_the_city_is_as_busy_as_it_should_be(inside):
    by_state = dict.fromkeys(fill.OPEN | fill.ENDED, 0)
    for state in Case.objects.values_list("state", flat=True):
        by_state[state] += 1
    assert sum(by_state.values()) == CASES
    assert all(by_state.values())
    assert CASES * 0.02 < sum(by_state[state] for state in fill.OPEN) < CASES * 0.06
    assert Case.objects.filter(state="handling", unit=None).count() < by_state["handling"] * 0.05


def both(scenes: list[lists.Scene]) -> list[lists.Scene]:
    return scenes + [lists.deep(scene) for scene in scenes]


def test_every_list_costs_few_queries_and_walks_no_table(inside):
    for scene in both(inside):
        lists.page(scene)
        with CaptureQueriesContext(connection) as seen:
            found = lists.page(scene)
        sqls = [query["sql"] for query in seen.captured_queries]
        assert len(sqls) <= A_PAGE, (scene.what, sqls)
        assert found, scene.what
        for sql in sqls:
            if TABLE in sql and sql.startswith("SELECT"):
                assert not walks(sql), (scene.what, sql, plan(sql))


def test_each_list_shows_what_was_asked_and_no_case_twice(inside):
    for scene in inside:
        user = User.objects.get(pk=scene.user)
        first = queries.page(user, **scene.filters)
        pages = [first]
        while pages[-1].next and len(pages) < 4:
            pages.append(queries.page(user, **scene.filters | {"after": pages[-1].next}))
        cases = [case for page in pages for case in page.cases]
        assert len({case.pk for case in cases}) == len(cases), scene.what
        wanted = scene.filters.get("states") or [case.state for case in cases]
        assert {case.state for case in cases} <= set(wanted), scene.what
        area = scene.filters.get("area", "")
        assert all(case.community.startswith(area) for case in cases), scene.what
        if scene.filters.get("order") == "due":
            due = [case.deadline for case in cases if case.deadline]
            assert due == sorted(due), scene.what


def test_api_and_desk_pages_keep_to_ten_queries(inside):
    web = lists.Web(Client())
    for scene in inside[:4]:
        for name, most, fetch in (("api", AN_API_PAGE, web.api), ("desk", A_DESK_PAGE, web.desk)):
            fetch(scene)
            with CaptureQueriesContext(connection) as seen:
                found = fetch(scene)
            assert found == lists.SIZE or (found and scene.what == "state + district"), (name, scene.what, found)
            listed = "\n".join(query["sql"][:160] for query in seen.captured_queries)
            assert len(seen) <= most, f"{name}, {scene.what}: {len(seen)} queries\n{listed}"


def test_one_case_costs_few_queries(inside, client):
    scene = inside[0]
    user = User.objects.get(pk=scene.user)
    code = queries.page(user, **scene.filters).cases[0].code
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    path = f"/desk/case/{code}/"
    assert client.get(path).status_code == 200
    with CaptureQueriesContext(connection) as seen:
        assert code in client.get(path).content.decode()
    listed = [query["sql"] for query in seen.captured_queries]
    assert len(listed) <= A_CASE, "\n".join(sql[:160] for sql in listed)
    for sql in listed:
        if TABLE in sql and sql.startswith("SELECT"):
            assert not walks(sql), (sql, plan(sql))
    with CaptureQueriesContext(connection) as seen:
        timeline.timeline(queries.get(user, code), public=False)
    assert len(seen) <= 6


def test_counts_of_the_stages_read_open_cases_only(inside):
    user = User.objects.get(pk=inside[3].user)
    queries.counts(user)
    with CaptureQueriesContext(connection) as seen:
        assert sum(queries.counts(user).values()) == Case.objects.filter(closed_at=None).count()
    assert not walks(seen.captured_queries[0]["sql"])
