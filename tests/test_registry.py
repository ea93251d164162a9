"""The registry of systems: a walk over every one, and the sample system that uses each extension point."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.urls import resolve, reverse

from jiedao import registry as room
from jiedao import rules
from jiedao.cases import kinds, notices, queries
from jiedao.cases.actions import do_step
from jiedao.cases.models import Case, Notice
from jiedao.city import stamps
from jiedao.config import checks, options
from jiedao.demo import parts
from jiedao.errors import Invalid
from jiedao.measures.compute import Frame, Period, compute, evidence
from jiedao.people import roles, stamp
from jiedao.registry import PARTS, SHELLS, Duplicate, Registry, System, registry
from jiedao.systems.city_management.taxonomy import taxonomy
from jiedao.text import Text
from tests.cases import factories
from tests.sample_system import actions, demo, exports
from tests.sample_system.checks import findings
from tests.sample_system.flow import PLANT
from tests.sample_system.manifest import SYSTEM as SAMPLE
from tests.sample_system.models import Tree

SYSTEMS = registry().systems()
every_system = pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.id)


def folder(system: System) -> Path:
    return Path(str(import_module(system.package).__file__)).parent


# every system


@every_system
def test_a_system_has_each_part_or_says_why_not(system):
    assert [str(finding.text) for finding in checks.parts(system)] == []
    assert set(system.lacks) <= set(PARTS) and all(len(reason) > 20 for reason in system.lacks.values())


@every_system
def test_a_system_tells_for_whom_it_is_and_what_it_does_not_do(system):
    text = (folder(system) / "README.md").read_text("utf-8")
    for heading in ("For whom", "What it promises", "Standards and sources", "What it does not do"):
        assert heading in text, f"README of {system.id} lacks “{heading}”"


@every_system
def test_a_system_speaks_both_languages(system):
    texts = [system.name, system.promise, *(item.label for item in system.nav), *(p.name for p in system.permissions)]
    texts += [text for kind in system.kinds for text in (kind.name, *(state.name for state in kind.flow.states))]
    texts += [text for one in system.indicators for text in (one.name, one.formula)]
    assert all(text.zh and text.en and text.zh != text.en for text in texts)


@every_system
def test_navigation_opens_pages_of_its_own_shell_that_ask_for_the_same_permission(system):
    for item in system.nav:
        gate = resolve(item.url).func.gate
        prefix = f"/{system.id}/" if item.shell == "portal" else f"/{item.shell}/{system.id}/"
        assert item.url.startswith(prefix), item
        assert gate.permission == item.permission or not gate.permission, item


@every_system
def test_permissions_bear_the_name_of_their_system_and_go_to_known_roles(system):
    for permission in system.permissions:
        assert permission.code.startswith(f"{system.id}.")
        assert set(permission.roles) <= roles.ROLES.keys()


def test_codes_are_unique_over_all_systems():
    for field in ("permissions", "kinds", "indicators", "exports"):
        codes = [item.code for item in registry().collect(field)]
        assert len(codes) == len(set(codes)), field


# the walk finds what is wrong


def system(folder: Path, package: str, **more) -> System:
    (folder / package).mkdir()
    (folder / package / "__init__.py").touch()
    return System(package, Text("甲", "a"), Text("乙", "b"), package, **more)


def test_a_missing_part_is_found_unless_the_manifest_gives_a_reason(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    bare = system(tmp_path, "bare_system")
    assert len(list(checks.parts(bare))) == len(PARTS)
    assert not list(checks.parts(replace(bare, lacks=dict.fromkeys(PARTS, "there is nothing of the sort"))))


def test_a_part_that_is_there_and_said_to_lack_is_found_too(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    said = system(tmp_path, "said_system", lacks=dict.fromkeys(PARTS, "there is nothing of the sort"))
    (tmp_path / "said_system" / "models.py").touch()
    assert ["models" in str(finding.text) for finding in checks.parts(said)] == [True]


@pytest.mark.parametrize("name", ["pages.py", "pages/__init__.py", "pages_desk.py"])
def test_pages_may_be_a_file_a_package_or_several_files(tmp_path, name):
    assert not checks.has_part(tmp_path, "pages")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    assert checks.has_part(tmp_path, "pages")


def test_rules_are_a_folder_with_rows(tmp_path):
    (tmp_path / "rules").mkdir()
    assert not checks.has_part(tmp_path, "rules")
    (tmp_path / "rules" / "some.toml").touch()
    assert checks.has_part(tmp_path, "rules")


def test_the_same_system_twice_is_refused():
    found = Registry()
    found.add(SAMPLE)
    with pytest.raises(Duplicate, match="sample"):
        found.add(SAMPLE)


def test_the_same_kind_in_two_systems_is_refused():
    found = Registry()
    found.add(SAMPLE)
    found.add(replace(SAMPLE, id="other"))
    kinds.use(found)
    try:
        with pytest.raises(Duplicate, match="tree_request"):
            kinds.all_kinds()
    finally:
        kinds.use(None)


# where systems come from


def test_installed_packages_name_theirs_by_entry_point(monkeypatch):
    monkeypatch.setattr(room, "entry_points", lambda group: [SimpleNamespace(value="city_trees")])
    assert "city_trees" in room.system_packages()
    assert room.system_packages()[-1] == "tests.sample_system"  # the setting `systems`, after them


def test_a_system_that_cannot_be_imported_is_named():
    with pytest.raises(options.BadOptions, match=r"systems.*no_such_package"):
        options.read({"JIEDAO_SYSTEMS": "tests.sample_system, no_such_package"})
    assert options.read({"JIEDAO_SYSTEMS": ""}).systems == []


def test_the_standard_is_handed_out_a_line_a_condition(db, client):
    client.force_login(factories.make_user("acceptor"))
    lines = b"".join(client.get("/desk/exports/city-standard.csv").streaming_content).decode().splitlines()
    assert len(lines) == 1 + sum(len(small.conditions) for small in taxonomy().classes)
    assert any(line.startswith("E01-10,市容环境,暴露生活垃圾,") for line in lines)


# the sample, through the house


@pytest.fixture
def staff(db):
    factories.make_city()
    unit = factories.make_unit("greening")
    handler = factories.make_user("handler", unit=unit)
    yield SimpleNamespace(
        unit=unit, clerk=factories.make_user("clerk"), handler=handler, resident=factories.make_user()
    )
    stamp.forget()
    stamps.forget()


def ask(staff, **more) -> Case:
    given = {"lon": factories.LON, "lat": factories.LAT, "text": "楼下想种两棵桂花", "count": 2} | more
    return Case.objects.get(code=actions.do_ask(staff.resident.person, **given).code)


def agree(case: Case, staff) -> Case:
    return do_step(case, "agree", staff.clerk, version=case.version, unit=staff.unit)


@pytest.mark.parametrize("shell", SHELLS)
def test_it_has_a_page_and_an_entry_in_every_shell(shell, staff, client):
    item = next(item for item in SAMPLE.nav if item.shell == shell)
    names = {"portal": "ask", "field": "to-plant", "desk": "to-answer", "plans": "nurseries", "board": "figures"}
    assert reverse(f"sample-{shell}:{names[shell]}") == item.url
    client.force_login(factories.make_user("admin"))
    page = client.get("/services/" if shell == "portal" else item.url).content.decode()
    assert f'href="{item.url}"' in page and item.label.zh in page


def test_its_kind_runs_through_its_own_flow(staff):
    case = ask(staff)
    assert (case.state, case.category, case.form["count"]) == ("tree_asked", "osmanthus", 2)
    assert case.deadline and case.promised > case.deadline
    assert [step.code for step in queries.steps(staff.clerk, case)] == ["agree", "decline"]
    assert not queries.steps(staff.handler, case)
    case = agree(case, staff)
    photo = factories.photo(staff.handler)
    trees = actions.do_plant(case, staff.handler, version=case.version, photos=[photo])
    case.refresh_from_db()
    assert case.state == "tree_planted" and case.closed_at and Tree.objects.count() == len(trees) == 2


def test_nothing_is_planted_when_the_step_is_refused(staff):
    case = agree(ask(staff), staff)
    with pytest.raises(Invalid) as refused:
        actions.do_plant(case, staff.handler, version=case.version, photos=[])
    assert refused.value.field == "attachments" and not Tree.objects.exists()


def test_what_waits_stands_on_the_first_page_of_the_field(staff, client, query_count):
    case = agree(ask(staff), staff)
    client.force_login(staff.handler)
    client.get("/field/")  # fills what a process keeps: units, areas
    with query_count(at_most=10):
        page = client.get("/field/").content.decode()
    assert f'href="/desk/case/{case.code}/"' in page and "桂花树" in page
    client.force_login(factories.make_user("handler", unit=factories.make_unit("elsewhere")))
    assert case.code not in client.get("/field/").content.decode()


def test_its_message_reaches_whoever_asked(staff):
    case = agree(ask(staff), staff)
    actions.do_plant(case, staff.handler, version=case.version, photos=[factories.photo(staff.handler)])
    told = Notice.objects.get(person=staff.resident.person, template="tree_planted", channel="inapp")
    subject, body = notices.render(told)
    assert subject.zh == "您申请的树已种下" and case.code in body.en


def test_its_permission_goes_to_the_roles_it_names():
    assert [role.code for role in roles.holders(PLANT)] == ["clerk", "admin"]


def test_its_rule_is_looked_up_and_its_form_holds_it(staff):
    assert rules.lookup("sample.trees_at_once").source == "sample"
    with pytest.raises(Invalid, match="5") as refused:
        ask(staff, count=6)
    assert refused.value.field == "attributes.count"


def test_its_indicator_computes(staff):
    agree(ask(staff), staff)
    ask(staff)
    frame = Frame(Period.last_days(1))
    measure = compute(SAMPLE.indicators, frame)[None]["sample_agreed"]
    assert (measure.k, measure.n, measure.enough) == (1, 1, False)
    assert [case.state for case in evidence(measure.indicator.denominator, frame)] == ["tree_agreed"]
    assert measure.indicator.code in {one.code for one in registry().collect("indicators")}


def test_its_api_answers(staff, client):
    assert client.get("/api/sample/trees").json() == []
    given = {"lon": factories.LON, "lat": factories.LAT, "text": "想种一棵樟树"}
    assert client.post("/api/sample/requests", given, content_type="application/json").status_code == 401
    client.force_login(staff.resident)
    answer = client.post("/api/sample/requests", given, content_type="application/json")
    assert answer.status_code == 201 and Case.objects.get().code == answer.json()["code"]
    assert "/api/sample/requests" in client.get("/api/openapi.json").json()["paths"]


def test_its_page_files_and_keeps_what_was_typed(staff, client):
    wrong = client.post("/sample/", {"lon": factories.LON, "lat": factories.LAT, "count": "99", "text": "想要树"})
    assert wrong.status_code == 422 and "想要树" in wrong.content.decode()
    done = client.post("/sample/", {"lon": factories.LON, "lat": factories.LAT, "count": "1", "text": "想要树"})
    assert done.status_code == 302 and Case.objects.get().category == "camphor"


def test_its_table_is_handed_out_to_whoever_may_see_it(staff, client):
    case = agree(ask(staff), staff)
    actions.do_plant(case, staff.handler, version=case.version, photos=[factories.photo(staff.handler)])
    assert not list(exports.trees(factories.make_user("handler", unit=factories.make_unit("elsewhere"))))
    client.force_login(staff.clerk)
    assert "sample-trees.csv" in client.get("/desk/exports/").content.decode()
    table = b"".join(client.get("/desk/exports/sample-trees.csv").streaming_content).decode()
    assert re.fullmatch(rf"\ufeff案卷号,树种,经度,纬度,栽植时间\r\n({case.code},桂花树,.*\r\n){{2}}", table)
    assert client.get("/desk/exports/sample-trees.xlsx").content.startswith(b"PK")
    assert client.get("/desk/exports/no-such.csv").status_code == 404
    client.force_login(staff.resident)
    assert client.get("/desk/exports/sample-trees.csv").status_code == 403


def test_its_check_reports(staff):
    case = agree(ask(staff), staff)
    Tree.objects.create(species="baobab", lon=1, lat=1, case=case)
    assert ["baobab" in str(finding.text) for finding in findings()] == [True]


def test_open311_offers_it(staff, client):
    offered = {service["service_code"] for service in client.get("/open311/v2/services.json").json()}
    assert {"osmanthus", "camphor"} <= offered


def test_its_demo_part_fills_a_city(staff):
    told: list[float] = []
    people = SimpleNamespace(residents=[staff.resident.person_id])
    assert demo.build(people, 1, factories.MONDAY, told.append) == 2 and told[-1] == 1
    assert demo in parts()
    assert set(Case.objects.values_list("category", flat=True)) == {"osmanthus", "camphor"}
