"""Shared by every test."""

from hypothesis import settings

settings.register_profile("jiedao", deadline=None, print_blob=True)
settings.load_profile("jiedao")


def pytest_configure() -> None:
    """Rules are as shipped: a test that saves an override takes the fixture `live_rules` of tests/rules."""
    from jiedao.rules import store

    store.poll(None)
