"""Reading files that strangers made: existence, size, encoding, JSON; every fault is a Refused with a sentence."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from jiedao.errors import Invalid, Missing, TooLarge
from jiedao.text import Text

MEGABYTE = 1 << 20
TEXT_LIMIT = 64 * MEGABYTE
JSON_LIMIT = 512 * MEGABYTE


def check(path: Path, limit: int | None = None) -> Path:
    """The path, if it is a readable file that is not empty and at most `limit` bytes."""
    if not path.is_file():
        raise Missing(Text(f"找不到文件 {path}", f"there is no file {path}"), field="file", value=str(path))
    size = path.stat().st_size
    if size == 0:
        raise bad(path, Text("文件是空的", "it is empty"))
    if limit is not None and size > limit:
        text = Text(
            f"{path.name} 有 {size // MEGABYTE} MB，上限 {limit // MEGABYTE} MB",
            f"{path.name} has {size // MEGABYTE} MB; the limit is {limit // MEGABYTE} MB",
        )
        raise TooLarge(text, field="file", value=str(path))
    return path


def bad(path: Path, why: Text, expected: Text | None = None) -> Invalid:
    """The refusal of a whole file."""
    text = Text("无法导入 {name}：{why}", "{name} cannot be imported: {why}").format(name=path.name, why=why)
    return Invalid(text, field="file", value=str(path), expected=expected, code="bad_file")


def digest(path: Path) -> str:
    """SHA-256 of the content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def text(path: Path) -> str:
    """The content as text: UTF-8 (with or without a mark) or GB 18030."""
    raw = check(path, TEXT_LIMIT).read_bytes()
    if b"\0" in raw:
        raise bad(path, Text("这不是文本文件", "this is not a text file"))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise bad(path, Text("编码既不是 UTF-8 也不是 GB 18030", "its encoding is neither UTF-8 nor GB 18030"))


def features(path: Path) -> list[dict[str, Any]]:
    """The features of a GeoJSON file.

    NaN, Infinity, bombs of nesting and anything that is no FeatureCollection are refused.
    """
    try:
        with check(path, JSON_LIMIT).open(encoding="utf-8-sig") as stream:
            found = json.load(stream, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise bad(path, Text("编码不是 UTF-8", "its encoding is not UTF-8")) from error
    except RecursionError as error:
        raise bad(path, Text("嵌套过深", "it is nested too deeply")) from error
    except ValueError as error:
        raise bad(path, Text(f"不是有效的 JSON（{error}）", f"it is no valid JSON ({error})")) from error
    listed = found.get("features") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        raise bad(
            path,
            Text("没有 features 列表", "it has no list of features"),
            Text("GeoJSON FeatureCollection", "a GeoJSON FeatureCollection"),
        )
    return [feature for feature in listed if isinstance(feature, dict)]


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number")
