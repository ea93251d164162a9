"""The house's own pages: home, about, personal data; language and display; the field pages' service worker."""

from __future__ import annotations

import json
from importlib.resources import files

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from jiedao.people.gate import public
from jiedao.text import LANGUAGES
from jiedao.web.shell import SIZES, THEMES

YEAR_S = 365 * 86_400
OFFLINE = (
    "jiedao/tokens.css",
    "jiedao/tokens-dark.css",
    "jiedao/base.css",
    "jiedao/components.css",
    "jiedao/shell.css",
    "jiedao/jiedao.js",
    "jiedao/page.js",
    "jiedao/photos.js",
    "jiedao/offline.js",
    "jiedao/map.js",
    "jiedao/tiles.js",
    "jiedao/icons.svg",
    "jiedao/logo.svg",
    "django_htmx/htmx-2.min.js",
    "leaflet/leaflet.js",
    "leaflet/leaflet.css",
)
"""What the field pages need without a connection."""


@public
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "web/home.html")


@public
@require_GET
def services(request: HttpRequest) -> HttpResponse:
    return render(request, "web/services.html")


@public
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Areas by name, pinyin or code: which community is this, and where."""
    from jiedao.city import areas

    asked = request.GET.get("q", "").replace("\0", "").strip()[:80]
    found = (
        [(area, areas.full_name(area.code), areas.LEVEL_NAMES[area.level]) for area in areas.search(asked)]
        if asked
        else []
    )
    return render(request, "web/find.html", {"q": asked, "found": found})


@public
@require_GET
def about(request: HttpRequest) -> HttpResponse:
    from jiedao.registry import registry

    return render(request, "web/about.html", {"systems": registry().systems()})


@public
@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "web/privacy.html")


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language in a cookie, and go back to where it was chosen."""
    response = _back(request)
    chosen = request.POST.get("language", "")
    if chosen in dict(LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, **_cookie())
    return response


@public
@require_POST
def display(request: HttpRequest) -> HttpResponse:
    """Keep size of type and light or dark in cookies; for somebody signed in, the size with the person too."""
    response = _back(request)
    theme, size = request.POST.get("theme", ""), request.POST.get("size", "")
    if theme in THEMES:
        response.set_cookie("jiedao_theme", theme, **_cookie())
    if size in SIZES:
        response.set_cookie("jiedao_size", size, **_cookie())
        person = getattr(request.user, "person", None)
        if person is not None:
            person.large_type = size == "large"
            person.save(update_fields=["large_type"])
    return response


@public
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, from the root so that its scope may be /field/; the assets it keeps stand at its top."""
    source = files("jiedao.web").joinpath("sw.js").read_text("utf-8")
    assets = [static(name) for name in OFFLINE]
    body = f"const ASSETS = {json.dumps(assets)};\n{source}"
    return HttpResponse(body, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


@public
@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """What the service worker shows for a page it does not hold."""
    return render(request, "web/offline.html")


def _cookie() -> dict[str, object]:
    return {"max_age": YEAR_S, "samesite": "Lax", "secure": settings.LANGUAGE_COOKIE_SECURE, "httponly": True}


def _back(request: HttpRequest) -> HttpResponseRedirect:
    wanted = request.POST.get("next") or request.headers.get("Referer") or "/"
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return redirect(wanted if safe else "/")
