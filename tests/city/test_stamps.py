from __future__ import annotations

import pytest
from django.db import transaction

from jiedao.city import areas, stamps
from jiedao.city.imports import divisions
from jiedao.city.models import Area


@pytest.fixture
def counted() -> tuple[stamps.Kept[int], list[int]]:
    built: list[int] = []

    def build() -> int:
        built.append(1)
        return Area.objects.count()

    kept = stamps.Kept("areas", build=build)
    yield kept, built
    stamps._kept.remove(kept)


@pytest.mark.django_db
def test_built_once_until_bumped(counted, django_assert_num_queries) -> None:
    kept, built = counted
    assert kept.get() == 0
    with django_assert_num_queries(0):
        kept.get()
    divisions.area("4302", "株洲市", "test").save()
    assert kept.get() == 0
    stamps.bump("areas")
    assert kept.get() == 1 and len(built) == 2
    stamps.bump("streets")
    assert kept.get() == 1 and len(built) == 2


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_change_leaves_nothing_behind(counted) -> None:
    kept, _ = counted
    assert kept.get() == 0
    with pytest.raises(RuntimeError), transaction.atomic():
        divisions.area("4302", "株洲市", "test").save()
        stamps.bump("areas")
        assert kept.get() == 1
        raise RuntimeError
    assert kept.get() == 0
    assert areas.book().entries == {}


@pytest.mark.django_db(transaction=True)
def test_another_process_is_noticed_after_the_interval(counted) -> None:
    kept, _ = counted
    kept.get()
    divisions.area("4302", "株洲市", "test").save()
    stamps.Stamp.objects.update_or_create(name="areas", defaults={"value": 7})
    assert kept.get() == 0
    kept.check_at = 0.0
    assert kept.get() == 1
