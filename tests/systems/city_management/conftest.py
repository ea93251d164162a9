from __future__ import annotations

from tests.browser import browser, visit  # noqa: F401  # fixtures
from tests.systems.city_management.ground import city, resident, staff  # noqa: F401  # fixtures
