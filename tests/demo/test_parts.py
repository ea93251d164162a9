"""Times before now, drawn photos, and how the command answers."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from PIL import Image

from jiedao.city import synth
from jiedao.commands import demo as command
from jiedao.demo import pictures
from jiedao.errors import Invalid
from jiedao.rules.calendar import calendar_for
from jiedao.rules.deadlines import SHANGHAI, elapsed
from jiedao.systems.city_management.demo_play import back
from jiedao.systems.city_management.demo_scenes import PICTURES, SCENES
from jiedao.systems.city_management.demo_words import TALKS
from jiedao.systems.city_management.taxonomy import taxonomy

MOMENTS = [datetime(2026, 6, day, hour, 5, tzinfo=SHANGHAI) for day in (15, 20, 21) for hour in (0, 9, 13, 23)]


@pytest.mark.parametrize("now", MOMENTS)
@pytest.mark.parametrize("hours", [0.1, 3, 7, 26.5])
def test_working_hours_are_counted_back(now, hours):
    then = back(now, hours)
    assert then < now
    assert elapsed(then, now, "work_hour", calendar_for()) == pytest.approx(hours, abs=1e-6)


def test_back_by_nothing_is_the_last_working_moment():
    assert back(datetime(2026, 6, 15, 3, 0, tzinfo=SHANGHAI), 0) == datetime(2026, 6, 12, 18, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize("scene", pictures.SCENES)
def test_a_scene_differs_before_and_after(scene):
    before, after = pictures.draw(scene, False), pictures.draw(scene, True)
    assert before != after
    assert Image.open(io.BytesIO(before)).size == (960, 720)
    assert len(before) < 150_000
    assert pictures.draw.__wrapped__(scene, False) == before


def test_scenes_and_words_are_of_the_standard():
    for scene in SCENES:
        small = taxonomy().get(scene.category)
        assert not scene.category or small
        assert not scene.condition or small.condition(scene.condition)
        assert not scene.picture or scene.picture in pictures.SCENES
    assert all(taxonomy().get(talk.code) for talk in TALKS)
    assert all(taxonomy().get(code) and scene in pictures.SCENES for code, scene in PICTURES.items())


@pytest.mark.parametrize(("population", "seed"), [(2999, 1), (6_000_001, 1), (-5, 1), (5000, -1)])
def test_a_city_that_cannot_be_made_is_refused_in_both_languages(population, seed):
    with pytest.raises(Invalid) as caught:
        command.check(population, seed)
    assert caught.value.expected.zh
    assert caught.value.expected.en.startswith("--")


def test_the_command_and_the_generator_agree_on_sizes():
    for population in (command.FEWEST - 1, command.MOST + 1):
        with pytest.raises(ValueError, match="population"):
            synth.generate(population, 1)
    command.check(command.FEWEST, 0)
    assert synth.generate(command.FEWEST, 1).population == command.FEWEST


def test_progress_is_one_line_at_a_terminal_and_a_line_a_phase_elsewhere(monkeypatch, capsys):
    shown = {}
    for live in (True, False):
        monkeypatch.setattr("sys.stderr.isatty", lambda live=live: live, raising=False)
        phases = command.Phases()
        for phase, share in (("ground", 0.0), ("ground", 0.5), ("people", 0.0), ("cases", 1.0)):
            phases(phase, share)
        phases.end(3)
        shown[live] = capsys.readouterr().err
    assert shown[True].count("\n") == 1
    assert "50 %" in shown[True]
    assert shown[False].count("\n") == 4
    assert "\r" not in shown[False]
