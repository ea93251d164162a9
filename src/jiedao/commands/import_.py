"""`jiedao import divisions FILE.csv`, `jiedao import osm FILE`: a real city in."""

from __future__ import annotations

import argparse
import json

help = "导入区划或 OpenStreetMap 数据 · import divisions or OpenStreetMap data"
NEEDS_DATABASE = True
DATUMS = ("wgs84", "gcj02", "bd09")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="what", required=True, metavar="divisions|osm")
    divisions = kinds.add_parser("divisions", help="区划表 CSV · a CSV of administrative divisions")
    divisions.add_argument("file")
    divisions.add_argument("--city-name", default="", help="城市名称 · name of the city")
    divisions.add_argument("--shapes", help="边界 GeoJSON · polygons of the areas, GeoJSON")
    osm = kinds.add_parser("osm", help=".osm.pbf, .osm, .geojson")
    osm.add_argument("file")
    osm.add_argument("--area", default="", help="导入到此区划之下 · code of the area it belongs to")
    osm.add_argument("--datum", default="wgs84", choices=DATUMS, help="文件的坐标系 · datum of the file")
    for kind in (divisions, osm):
        kind.add_argument("--json", action="store_true", help="输出一个 JSON 对象 · print one JSON object")


def run(args: argparse.Namespace) -> int:
    from jiedao.city.imports.divisions import import_divisions
    from jiedao.city.imports.osm import import_osm

    if args.what == "divisions":
        report = import_divisions(args.file, city_name=args.city_name, shapes_path=args.shapes)
    else:
        report = import_osm(args.file, args.area, datum=args.datum)
    print(json.dumps(report, ensure_ascii=False) if args.json else describe(report))
    return 0


def describe(report: dict) -> str:
    """The report for a person: what was read, what was skipped and why."""
    from jiedao.city.imports.report import COUNTED, reason
    from jiedao.text import Text

    lines = [f"✓ {Text('已导入', 'imported')} ({report['seconds']:.1f} s)"]
    lines += [f"  {label}: {report[key]:,}" for key, label in COUNTED.items() if report.get(key)]
    if report["skipped"]:
        lines.append(str(Text("略过：", "skipped:")))
        lines += [f"  {reason(key)}: {count:,}" for key, count in sorted(report["skipped"].items())]
    lines += [f"! {note}" for note in report.get("notes", ())]
    return "\n".join(lines)
