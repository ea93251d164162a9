from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest
from django.utils import translation

from jiedao.city.imports.report import reason
from jiedao.commands import import_
from jiedao.errors import Refused
from tests.city import make
from tests.city.test_divisions import GOOD, HEADER, write

pytestmark = pytest.mark.django_db


def run(*words: object) -> int:
    parser = argparse.ArgumentParser()
    import_.add_arguments(parser)
    return import_.run(parser.parse_args([str(word) for word in words]))


def test_json_is_one_object_with_the_promised_keys(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert run("divisions", write(tmp_path, [HEADER, *GOOD]), "--json") == 0
    assert run("osm", make.town().save(tmp_path), "--area", "430202004", "--json") == 0
    for line in capsys.readouterr().out.splitlines():
        assert json.loads(line).keys() >= {"streets", "buildings", "areas", "assets", "skipped", "seconds"}


@pytest.mark.parametrize(("language", "told"), [("zh-hans", "道路: 8"), ("en", "streets: 8")])
def test_a_person_reads_what_came_in_and_why_the_rest_did_not(
    tmp_path: Path, capsys: pytest.CaptureFixture, language: str, told: str
) -> None:
    town = make.town()
    town.way([1, 1], highway="residential")
    with translation.override(language):
        run("osm", town.save(tmp_path))
        out = capsys.readouterr().out
        assert told in out and f"{reason('zero_length')}: 1" in out


def test_a_refusal_reaches_the_command_line(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        run("divisions", tmp_path / "absent.csv")
    with pytest.raises(SystemExit):
        run("osm", "x.osm", "--datum", "mars")
