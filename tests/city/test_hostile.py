"""Files that are cut off, no map at all, or meant to harm: refused with a sentence, and nothing changed."""

from __future__ import annotations

import gzip
import random
import time
from pathlib import Path

import pytest

from jiedao.city.imports.osm import import_osm
from jiedao.city.models import Area, Import, Street
from jiedao.errors import Refused
from tests.city import make

pytestmark = pytest.mark.django_db
HEAD = '<?xml version="1.0"?><osm version="0.6">'
BENCH = '<tag k="amenity" v="bench"/>'


def entities(depth: int) -> str:
    nested = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, depth))
    return (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "lol">{nested}]><osm version="0.6">'
        f'<node id="1" lat="1" lon="1">{BENCH}<tag k="name" v="&e{depth - 1};"/></node></osm>'
    )


def point(text: str) -> str:
    return (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"amenity":"bench"},'
        f'"geometry":{{"type":"Point","coordinates":{text}}}}}]}}'
    )


HOSTILE: dict[str, bytes | str] = {
    "empty.osm": b"",
    "empty.osm.pbf": b"",
    "noise.osm.pbf": random.Random(1).randbytes(5_000),
    "noise.osm": random.Random(2).randbytes(5_000),
    "words.osm": "not a map",
    "zip.osm.pbf": gzip.compress(bytes(10_000_000)),
    "huge-header.osm.pbf": b"\x7f\xff\xff\xff" + bytes(100),
    "cut.osm": make.town().text()[:2_000],
    "bomb.osm": entities(9),
    "file-entity.osm": f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>{HEAD}'
    f'<node id="1" lat="1" lon="1">{BENCH}<tag k="name" v="&e;"/></node></osm>',
    "long-tag.osm": f'{HEAD}<node id="1" lat="1" lon="1">{BENCH}<tag k="name" v="{"x" * 10_000_000}"/></node></osm>',
    "nan.osm": f'{HEAD}<node id="1" lat="nan" lon="1">{BENCH}</node></osm>',
    "huge-id.osm": f'{HEAD}<node id="99999999999999999999" lat="1" lon="1">{BENCH}</node></osm>',
    "off-the-globe.osm": f'{HEAD}<node id="1" lat="95" lon="200">{BENCH}</node></osm>',
    "only-missing.osm": f'{HEAD}<way id="5"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way></osm>',
    "nothing.osm": f"{HEAD}</osm>",
    "nan.geojson": point("[NaN, 1]"),
    "infinite.geojson": point("[1e999, 1]"),
    "off-the-globe.geojson": point("[500, 1]"),
    "text.geojson": point('"here"'),
    "deep.geojson": "[" * 300_000,
    "list.geojson": "[1, 2]",
    "cut.geojson": point("[113, 27]")[:60],
    "latin1.geojson": point("[113, 27]").replace("bench", "bénch").encode("latin-1"),
    "deep-shape.geojson": point("[" * 500 + "]" * 500),
    "map.zip": b"PK\x03\x04",
    "map": b"no ending",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_refused_with_a_sentence_and_nothing_changed(tmp_path: Path, name: str) -> None:
    make.city()
    before = sorted(Area.objects.values_list("code", "name", "shape"))
    path = tmp_path / name
    content = HOSTILE[name]
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    begun = time.perf_counter()
    with pytest.raises(Refused) as refused:
        import_osm(path)
    assert time.perf_counter() - begun < 10
    assert refused.value.field == "file" and refused.value.text.zh and len(refused.value.text.en) < 600
    assert sorted(Area.objects.values_list("code", "name", "shape")) == before
    assert not Street.objects.exists() and not Import.objects.exists()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        import_osm(tmp_path / "absent.osm")


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_cut_off_real_file(tmp_path: Path, share: float) -> None:
    whole = make.shared("osm/liechtenstein.osm.pbf").read_bytes()
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(Refused):
        import_osm(path)
    assert not Area.objects.exists() and not Street.objects.exists()


def test_a_real_file_with_flipped_bytes(tmp_path: Path) -> None:
    """Whatever happens to the bytes, the answer is an import or a refusal, never another error."""
    whole = make.shared("osm/changsha-hnu.osm").read_bytes()
    rng = random.Random(3)
    for n in range(15):
        broken = bytearray(whole)
        for _ in range(10):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        path = tmp_path / f"{n}.osm"
        path.write_bytes(broken)
        try:
            import_osm(path, "430202001")
        except Refused as refused:
            assert refused.text.zh
