"""One key, one write."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection

from jiedao.cases import idempotency
from jiedao.cases.models import IdempotencyKey
from jiedao.errors import Conflict, Invalid
from jiedao.people.models import Person

REQUEST = idempotency.digest("POST", "/api/people", b"{}")


def write():
    return 201, {"id": Person.objects.create(name="甲").pk}


def test_the_second_time_gives_the_first_answer(db):
    first, again = idempotency.once("user:1", "k", REQUEST, write)
    assert not again
    assert idempotency.once("user:1", "k", REQUEST, write) == (first, True)
    assert Person.objects.count() == 1
    assert not idempotency.once("user:2", "k", REQUEST, write)[1], "another sender's key is another key"


def test_another_request_under_the_key_is_a_conflict(db):
    idempotency.once("user:1", "k", REQUEST, write)
    with pytest.raises(Conflict):
        idempotency.once("user:1", "k", idempotency.digest("POST", "/api/people", b"[]"), write)


def test_a_refused_write_leaves_the_key_free(db):
    def refuse():
        Person.objects.create(name="乙")
        raise Invalid(idempotency.Text("不行", "no"))

    with pytest.raises(Invalid):
        idempotency.once("user:1", "k", REQUEST, refuse)
    assert not Person.objects.exists()
    assert idempotency.once("user:1", "k", REQUEST, write)[1] is False


@pytest.mark.parametrize("key", ["", "x" * 81, "键", "a\nb"])
def test_keys_that_cannot_be(db, key):
    with pytest.raises(Invalid):
        idempotency.once("user:1", key, REQUEST, write)


def test_old_keys_are_forgotten(db):
    idempotency.once("user:1", "k", REQUEST, write)
    assert idempotency.sweep() == 0
    IdempotencyKey.objects.update(at="2020-01-01T00:00:00+08:00")
    assert idempotency.sweep() == 1


@pytest.mark.django_db(transaction=True)
def test_twice_at_the_same_moment_writes_once():
    started = threading.Event()
    answers = []

    def slow():
        started.set()
        time.sleep(0.3)
        return write()

    def send(how):
        try:
            answers.append(idempotency.once("user:1", "k", REQUEST, how))
        finally:
            connection.close()

    first = threading.Thread(target=send, args=(slow,))
    first.start()
    started.wait(5)
    second = threading.Thread(target=send, args=(write,))
    second.start()
    first.join(20)
    second.join(20)
    assert Person.objects.count() == 1
    assert answers[0][0] == answers[1][0]
    assert [again for _, again in answers] == [False, True]


@pytest.mark.django_db(transaction=True)
def test_who_waits_too_long_is_told_to_come_back(monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite waits for its one writer by its own busy timeout")
    monkeypatch.setattr(idempotency, "WAIT_MS", 100)
    started, done = threading.Event(), threading.Event()

    def stuck():
        started.set()
        done.wait(10)
        return write()

    def send():
        idempotency.once("user:1", "k", REQUEST, stuck)
        connection.close()

    first = threading.Thread(target=send)
    first.start()
    started.wait(5)
    with pytest.raises(Conflict) as refusal:
        idempotency.once("user:1", "k", REQUEST, write)
    assert refusal.value.code == "in_progress"
    done.set()
    first.join(20)
