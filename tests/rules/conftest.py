import pytest

from jiedao.rules import store


@pytest.fixture
def live_rules(db):
    """Overrides of this test's database are seen, and forgotten afterwards."""
    store.forget()
    yield
    store.poll(None)
    store._snapshot = None
