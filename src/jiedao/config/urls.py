"""The address plan: the kernel's shells, then each system's pages below the shell they belong to."""

from __future__ import annotations

urlpatterns: list = []
