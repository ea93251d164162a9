"""`jiedao demo`: built once, kept, built anew when asked, and never over real data."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from jiedao import demo as city
from jiedao.commands import demo
from jiedao.config.options import demo_mark, options
from jiedao.errors import Conflict
from jiedao.people.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def builds(monkeypatch) -> Iterator[list[tuple[int, int]]]:
    """A demo city of one user; the list says how often it was built."""
    seen: list[tuple[int, int]] = []

    def build(population: int, seed: int, progress=None) -> dict:
        seen.append((population, seed))
        User.objects.create(username=f"demo{len(seen)}")
        sign_in = {"role": "受理员 acceptor", "username": "acceptor", "password": "guihua", "url": "/desk/"}
        return {"seconds": 1.5, "sign_ins": [sign_in]}

    monkeypatch.setattr(city, "build", build, raising=False)
    yield seen
    demo_mark(options().home).unlink(missing_ok=True)


def test_the_same_demo_is_kept_and_another_replaces_it(builds):
    first = demo.build(5000, 1)
    assert demo.build(5000, 1) == json.loads(json.dumps(first))
    assert builds == [(5000, 1)]
    demo.build(6000, 1)
    demo.build(6000, 1, fresh=True)
    assert builds == [(5000, 1), (6000, 1), (6000, 1)]
    assert list(User.objects.values_list("username", flat=True)) == ["demo3"]


def test_a_demo_that_was_interrupted_is_built_anew(builds, monkeypatch):
    def fail(population: int, seed: int, progress=None) -> dict:
        User.objects.create(username="half")
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(city, "build", fail)
        with pytest.raises(KeyboardInterrupt):
            demo.build(5000, 1)
    demo.build(5000, 1)
    assert list(User.objects.values_list("username", flat=True)) == ["demo1"]


def test_real_data_are_never_replaced(builds):
    User.objects.create(username="real")
    with pytest.raises(Conflict) as caught:
        demo.build(5000, 1, fresh=True)
    assert "JIEDAO_HOME" in str(caught.value.expected.en)
    assert builds == []
    assert User.objects.filter(username="real").exists()


def test_sign_ins_are_printed_with_their_address():
    shown = demo.sign_ins(demo.build(5000, 1), "http://127.0.0.1:8000")
    assert "http://127.0.0.1:8000/desk/" in shown
    assert "acceptor" in shown
    assert "guihua" in shown
    assert "演示数据" in shown
