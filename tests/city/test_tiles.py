from __future__ import annotations

import gzip
import json

import pytest
import shapely
from django.test import Client

from jiedao.city import gridding, stamps, tile_cache, tilekeys, tiles
from jiedao.city.models import Asset, Land, Place
from tests.city import make

pytestmark = pytest.mark.django_db
MIDDLE = (make.LON + make.SIDE / 2, make.LAT + make.SIDE / 2)
QUERIES = 6


def at(z: int, lon: float = MIDDLE[0], lat: float = MIDDLE[1]) -> tuple[int, int, int]:
    x, y = tilekeys.fraction(lon, lat)
    return z, int(x * 2**z), int(y * 2**z)


@pytest.fixture
def town() -> None:
    """A main street, a lane, a footpath, houses around the middle, a pond, a railway, a school."""
    gridding.cut(make.city()[0])
    make.street("way/1", (-0.2, 0.5), (2.2, 0.5), name="红旗中路", kind="primary")
    make.street("way/2", (0.5, 0.1), (0.5, 0.9), name="桂花巷")
    make.street("way/3", (0.45, 0.45), (0.55, 0.55), kind="footway")
    for i in range(30):
        make.building(f"way/b{i}", 0.45 + i % 6 / 50, 0.45 + i // 6 / 50)
    for kind, shape in (
        ("water", make.square(0, 0).buffer(-0.004)),
        ("rail", shapely.LineString([(make.LON, make.LAT), (make.LON + make.SIDE, make.LAT + make.SIDE)])),
    ):
        west, south, east, north = shape.bounds
        Land.objects.create(
            ref=kind,
            kind=kind,
            name="湖" if kind == "water" else "",
            shape=shape.wkb,
            west=west,
            south=south,
            east=east,
            north=north,
        )
    Place.objects.create(ref="node/1", kind="school", name="桂花小学", lon=MIDDLE[0], lat=MIDDLE[1])
    stamps.bump("streets", "map")


def read(client: Client, z: int, lon: float = MIDDLE[0], lat: float = MIDDLE[1]) -> dict:
    z, x, y = at(z, lon, lat)
    answer = client.get(f"/tiles/{z}/{x}/{y}.json", headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200 and answer["Content-Encoding"] == "gzip"
    return json.loads(gzip.decompress(answer.content))


def kinds(tile: dict, layer: str) -> set[str]:
    return {feature["properties"]["kind"] for feature in tile.get(layer, [])}


def test_what_is_drawn_grows_with_the_zoom(town: None, client: Client) -> None:
    far, near, close = read(client, 10), read(client, 14), read(client, 17)
    assert kinds(far, "street") == {"primary"} and "building" not in far
    assert kinds(near, "street") == {"primary", "residential"} and kinds(near, "line") == {"rail"}
    assert kinds(close, "street") >= {"footway"} and kinds(close, "building") == {"residential"}
    assert kinds(near, "water") == {"water"}
    edge = read(client, 17, make.LON + make.SIDE)
    assert {f["properties"]["level"] for f in edge["area"]} == {"community", "cell"}
    assert {"school", "water"} <= kinds(read(client, 16), "label")


def test_geometry_is_geojson_in_degrees_clipped_to_the_tile(town: None, client: Client) -> None:
    tile = read(client, 16)
    west, south, east, north = tilekeys.bounds(*at(16))
    frame = shapely.box(west, south, east, north).buffer((east - west) / 10)
    for features in tile.values():
        for feature in features:
            shape = shapely.from_geojson(json.dumps(feature["geometry"]))
            assert feature["type"] == "Feature" and frame.covers(shape)


def test_a_tile_costs_few_queries_however_much_it_shows(town: None, django_assert_max_num_queries) -> None:
    for z in (8, 13, 16, 18):
        with django_assert_max_num_queries(QUERIES):
            tiles.build(*at(z))


def test_a_cached_tile_costs_none_and_an_etag_saves_the_body(
    town: None, client: Client, django_assert_num_queries
) -> None:
    z, x, y = at(15)
    first = client.get(f"/tiles/{z}/{x}/{y}.json")
    with django_assert_num_queries(0):
        second = client.get(f"/tiles/{z}/{x}/{y}.json")
        third = client.get(f"/tiles/{z}/{x}/{y}.json", headers={"if-none-match": first["ETag"]})
    assert second.content == first.content and json.loads(first.content)
    assert third.status_code == 304 and not third.content
    stamps.bump("map")
    after = client.get(f"/tiles/{z}/{x}/{y}.json", headers={"if-none-match": first["ETag"]})
    assert after.status_code == 200 and after["ETag"] != first["ETag"]


def test_an_import_leaves_no_old_tiles_on_disk(town: None, client: Client) -> None:
    read(client, 15)
    before = tile_cache.folder()
    stamps.bump("map")
    read(client, 15)
    assert not before.exists() and tile_cache.folder().is_dir()


def test_nothing_there_is_204_and_no_tile_is_404(town: None, client: Client) -> None:
    z, x, y = at(14, 120.0, 30.0)
    assert client.get(f"/tiles/{z}/{x}/{y}.json").status_code == 204
    for wrong in ("/tiles/5/1/1.json", "/tiles/19/1/1.json", "/tiles/10/1024/0.json", "/tiles/10/0/99999999999.json"):
        assert client.get(wrong).status_code == 404
    assert client.post(f"/tiles/{z}/{x}/{y}.json").status_code == 405


def test_an_empty_city_has_empty_tiles(client: Client) -> None:
    z, x, y = at(14)
    assert client.get(f"/tiles/{z}/{x}/{y}.json").status_code == 204


def test_labels_belong_to_one_tile(town: None, client: Client) -> None:
    found = []
    z, x, y = at(17)
    for column in range(x - 2, x + 3):
        for row in range(y - 2, y + 3):
            body = tiles.build(z, column, row)
            labels = json.loads(body).get("label", []) if body else []
            found += [f["properties"]["name"] for f in labels if f["properties"]["kind"] == "school"]
    assert found == ["桂花小学"]


def test_assets_are_asked_for(town: None, client: Client) -> None:
    for number, kind in enumerate(("lamp", "bin"), 1):
        Asset.objects.create(code=str(number), kind=kind, lon=MIDDLE[0], lat=MIDDLE[1], h3=1)
    z, x, y = at(17)
    every = client.get(f"/tiles/assets/{z}/{x}/{y}.json").json()["asset"]
    lamps = client.get(f"/tiles/assets/{z}/{x}/{y}.json?kind=lamp").json()["asset"]
    assert len(every) == 2 and [f["properties"]["code"] for f in lamps] == ["1"]
    assert client.get(f"/tiles/assets/{z}/{x}/{y}.json?kind=none").status_code == 204
    assert client.get("/tiles/assets/10/833/428.json").status_code == 404


def test_the_outline_of_an_area(town: None, client: Client) -> None:
    for address in ("/areas/430202001/shape.json", "/tiles/areas/430202001000.json"):
        feature = client.get(address).json()
        assert feature["properties"]["level"] == "subdistrict" and feature["geometry"]["type"] == "Polygon"
    assert client.get("/areas/430202999/shape.json").status_code == 404
    assert client.get("/areas/abc/shape.json").status_code == 422


def test_search_answers_in_the_readers_language(town: None, client: Client) -> None:
    (row,) = client.get("/areas/search", {"q": "第2社区"}).json()
    assert row["code"] == "430202001002" and row["label"] == "第2社区" and row["lon"]
    english = client.get("/areas/search", {"q": "第2社区"}, headers={"accept-language": "en"}).json()
    assert english[0]["label"].endswith("Community")
    assert client.get("/areas/search", {"q": "\x00" * 500, "level": "nonsense"}).json() == []
