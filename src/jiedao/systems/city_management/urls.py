"""Addresses of city management, a list a shell; the house mounts each below its shell."""

from __future__ import annotations

from jiedao.systems.city_management.urls_desk import desk
from jiedao.systems.city_management.urls_field import field
from jiedao.systems.city_management.urls_portal import portal

__all__ = ["board", "desk", "field", "portal"]

board: list = []
