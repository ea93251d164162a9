"""The map in a browser: paints the city's tiles, names streets, and lets a place be chosen by hand, keys or words."""

from __future__ import annotations

import json

import pytest
import shapely
from playwright.sync_api import expect

from tests.browser import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LON, LAT = 113.13, 27.83


@pytest.fixture
def town():
    """One community with a street, a park and its water."""
    from jiedao.city import stamps
    from jiedao.city.models import Area, Land, Street

    around = shapely.box(LON - 0.01, LAT - 0.01, LON + 0.01, LAT + 0.01)
    Area.objects.create(
        code="4302", level="city", name="株洲市", name_en="Zhuzhou", lon=LON, lat=LAT, search="株洲市", **shaped(around)
    )
    line = shapely.LineString([(LON - 0.01, LAT), (LON + 0.01, LAT)])
    Street.objects.create(ref="synth/1", name="红旗路", kind="primary", nodes=b"", length_m=1900, **shaped(line))
    park = shapely.box(LON + 0.001, LAT + 0.001, LON + 0.004, LAT + 0.004)
    Land.objects.create(ref="synth/2", kind="park", **shaped(park))
    stamps.bump("areas", "streets", "map")


def shaped(shape):
    box = dict(zip(("west", "south", "east", "north"), shape.bounds, strict=True))
    return {"shape": shapely.to_wkb(shape), **box}


def shown(page):
    page.locator("[data-map-canvas]").first.scroll_into_view_if_needed()
    page.wait_for_selector(".leaflet-tile-loaded")
    page.wait_for_timeout(400)


def colours(page):
    """The distinct colours painted on the tiles."""
    return set(
        page.evaluate("""() => [...document.querySelectorAll("canvas.leaflet-tile")].flatMap((c) => {
      const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data, found = [];
      for (let i = 0; i < d.length; i += 4 * 37) found.push(`${d[i]},${d[i + 1]},${d[i + 2]}`);
      return found;
    })""")
    )


def token(page, name):
    value = page.evaluate(f"getComputedStyle(document.documentElement).getPropertyValue('--{name}').trim()").lstrip("#")
    return ",".join(str(int(value[i : i + 2], 16)) for i in (0, 2, 4))


@pytest.mark.parametrize("dark", [False, True])
def test_tiles_are_painted_in_the_tokens(visit, town, dark):
    page = visit("/", dark=dark)
    shown(page)
    painted = colours(page)
    assert token(page, "map-land") in painted
    assert token(page, "map-main") in painted
    assert token(page, "map-green") in painted
    assert page.faults == []


def test_it_repaints_when_the_system_turns_dark(visit, town):
    page = visit("/")
    shown(page)
    light = token(page, "map-land")
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(300)
    assert light not in colours(page)
    assert token(page, "map-land") in colours(page)


def test_street_names_are_written(visit, town):
    page = visit("/")
    shown(page)
    inked = page.evaluate(
        """() => { const c = document.querySelector(".leaflet-overlay-pane canvas");
        const { data } = c.getContext("2d").getImageData(0, 0, c.width, c.height);
        return data.filter((value, i) => i % 4 === 3 && value > 128).length; }"""
    )
    assert inked > 100


def test_osm_is_named_only_where_it_is_the_source(visit, town):
    from jiedao.city.models import Street
    from jiedao.web import places

    page = visit("/")
    shown(page)
    assert "OpenStreetMap" not in page.inner_text("#city")
    Street.objects.update(ref="way/1")
    places.forget()
    page.reload(wait_until="networkidle")
    shown(page)
    assert "© OpenStreetMap contributors" in page.inner_text("#city")


class TestPicking:
    @pytest.fixture
    def page(self, visit, town):
        page = visit(
            "/styleguide/", geolocation={"longitude": LON + 0.002, "latitude": LAT}, permissions=["geolocation"]
        )
        page.locator("#pick-map").scroll_into_view_if_needed()
        page.wait_for_selector("#pick-map .leaflet-tile-loaded")
        return page

    def place(self, page):
        return float(page.input_value("#pick-map [data-map-lon]") or 0), float(
            page.input_value("#pick-map [data-map-lat]") or 0
        )

    def test_by_a_click_then_the_arrow_keys(self, page):
        page.click("#pick-map [data-map-canvas]", position={"x": 200, "y": 150})
        lon, lat = self.place(page)
        assert abs(lon - LON) < 0.05
        page.focus("#pick-map .pin")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowUp")
        moved = self.place(page)
        assert moved[0] > lon
        assert moved[1] > lat
        assert "已选位置" in page.inner_text("#pick-map [data-map-said]")

    def test_by_my_location(self, page):
        page.click("#pick-map [data-map-me]")
        page.wait_for_selector("#pick-map .pin")
        assert self.place(page) == pytest.approx((LON + 0.002, LAT))

    def test_by_words(self, page):
        page.fill("#pick-map [data-map-search]", "株洲")
        page.click("#pick-map [data-map-found] button")
        assert self.place(page) == (LON, LAT)

    def test_words_that_find_nothing_say_so(self, page):
        page.fill("#pick-map [data-map-search]", "qqqq")
        expect(page.locator("#pick-map [data-map-said]")).to_contain_text("没有找到")

    def test_axe_finds_nothing_with_a_pin(self, page):
        page.click("#pick-map [data-map-canvas]", position={"x": 200, "y": 150})
        assert violations(page) == []


def test_marks_open_their_note(visit, town):
    page = visit("/styleguide/")
    shown(page)
    spot = page.evaluate(
        """() => { const map = document.querySelector("#sample-map").jiedaoMap;
        let at;
        map.eachLayer((layer) => { if (layer.feature) at = map.latLngToContainerPoint(layer.getLatLng()); });
        return [at.x, at.y]; }"""
    )
    page.click("#sample-map [data-map-canvas]", position={"x": spot[0], "y": spot[1]})
    page.wait_for_selector("#sample-map .leaflet-popup-content")
    assert "暴露垃圾" in page.inner_text("#sample-map .leaflet-popup-content")


def test_configuration_is_json(client):
    import html
    import re

    found = re.search(r'data-map="([^"]*)"', client.get("/").text)
    assert json.loads(html.unescape(found[1]))["me"] is True
