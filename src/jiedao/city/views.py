"""What the map asks for: tiles, assets, outlines of areas, areas by name. All of it public, none of it personal."""

from __future__ import annotations

import gzip

import shapely
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from jiedao.city import areas, tile_cache, tiles
from jiedao.city.models import Area
from jiedao.errors import Refused

MAX_AGE_S = 300
ASSET_MAX_AGE_S = 30
ASSET_ZOOM = 15
SHAPE_VERTICES = 4000


@require_safe
def tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """GET /tiles/z/x/y.json: 200 with gzip JSON, 204 where nothing is, 304 for a known ETag, 404 out of range."""
    if not tile_cache.exists(z, x, y):
        raise Http404
    etag = f'"{tile_cache.stamp()}-{z}-{x}-{y}"'
    if request.headers.get("If-None-Match") == etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = _packed(request, tile_cache.get(z, x, y))
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={MAX_AGE_S}"
    return response


@require_safe
def asset_tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """GET /tiles/assets/z/x/y.json?kind=lamp from zoom 15: points as they are now."""
    if not tile_cache.exists(z, x, y) or z < ASSET_ZOOM:
        raise Http404
    body = tiles.build_assets(z, x, y, request.GET.get("kind", "")[:24])
    response = HttpResponse(body, content_type="application/json", status=200 if body else 204)
    response["Cache-Control"] = f"public, max-age={ASSET_MAX_AGE_S}"
    return response


@require_safe
def shape(request: HttpRequest, code: str) -> HttpResponse:
    """GET /areas/<code>/shape.json and /tiles/areas/<code>.json: one GeoJSON feature; 404 where no polygon is known."""
    try:
        area = areas.get(code)
    except Refused as refused:
        return JsonResponse(refused.as_dict(), status=refused.status)
    if area.shape is None:
        raise Http404
    outline = _light(shapely.from_wkb(bytes(area.shape)))
    text = areas.name(area.code)
    body = tiles.feature(
        shapely.to_geojson(shapely.transform(outline, lambda at: at.round(6))),
        code=area.code, level=area.level, name=text.zh, name_en=text.en, label=str(text),
    )  # fmt: skip
    response = HttpResponse(body, content_type="application/geo+json")
    response["Cache-Control"] = f"public, max-age={MAX_AGE_S}"
    return response


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """GET /areas/search?q=&level=: [{code, level, name, name_en, label, path, lon, lat}], best first."""
    level = request.GET.get("level") or None
    if level not in (None, *Area.Level.values):
        level = None
    found = areas.search(request.GET.get("q", "")[:80], level, limit=20)
    return JsonResponse([_row(area) for area in found], safe=False, json_dumps_params={"ensure_ascii": False})


def _row(area: Area) -> dict[str, object]:
    name, full = areas.name(area.code), areas.full_name(area.code)
    return {
        "code": area.code,
        "level": area.level,
        "name": name.zh,
        "name_en": name.en,
        "label": str(name),
        "path": str(full),
        "lon": area.lon,
        "lat": area.lat,
    }


def _packed(request: HttpRequest, packed: bytes) -> HttpResponse:
    if not packed:
        return HttpResponse(status=204)
    accepts = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(packed if accepts else gzip.decompress(packed), content_type="application/json")
    if accepts:
        response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ("Accept-Encoding",))
    return response


def _light(outline: shapely.Geometry) -> shapely.Geometry:
    """An outline that a phone can draw: coarser until it has few enough vertices."""
    tolerance = 1e-6
    while shapely.get_num_coordinates(outline) > SHAPE_VERTICES and tolerance < 0.01:
        tolerance *= 4
        outline = shapely.simplify(outline, tolerance)
    return outline
