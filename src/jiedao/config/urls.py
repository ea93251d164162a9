"""The address plan: the kernel's rooms, then each system's pages below the shell they belong to."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from jiedao.config.health import healthz
from jiedao.registry import SHELLS, System, registry

ROOMS = ("jiedao.web.urls", "jiedao.people.urls", "jiedao.city.urls", "jiedao.cases.urls", "jiedao.gateway.urls")


def pages(system: System) -> list[URLResolver]:
    """A system's pages of each shell at /<shell>/<id>/ (the portal's at /<id>/), in the namespace <id>-<shell>."""
    if "urls" in system.lacks:
        return []
    module = import_module(f"{system.package}.urls")
    found = [(shell, getattr(module, shell, [])) for shell in SHELLS]
    return [
        path(
            f"{system.id}/" if shell == "portal" else f"{shell}/{system.id}/",
            include((patterns, f"{system.id}-{shell}"), namespace=f"{system.id}-{shell}"),
        )
        for shell, patterns in found
        if patterns
    ]


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    *(path("", include(room)) for room in ROOMS if find_spec(room)),
    *(resolver for system in registry().systems() for resolver in pages(system)),
]

handler400 = "jiedao.web.errors.bad_request"
handler403 = "jiedao.web.errors.forbidden"
handler404 = "jiedao.web.errors.missing"
handler500 = "jiedao.web.errors.failed"
