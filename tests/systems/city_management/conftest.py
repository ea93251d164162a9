from __future__ import annotations

from tests.systems.city_management.ground import city, resident, staff  # noqa: F401  # fixtures
