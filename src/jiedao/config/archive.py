"""A backup file: a zip of the database, the media and a manifest that names every member with its size and SHA-256."""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jiedao.errors import Conflict, Invalid
from jiedao.text import Text

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1 << 20
NAMES = re.compile(r"database\.sqlite3|tables/[a-z0-9_]+\.copy|keys/[a-z]+\.key|media(/[A-Za-z0-9_][A-Za-z0-9_.\-]*)+")
PACKED = (".jpg", ".jpeg", ".png", ".webp", ".pdf", ".gz", ".zip", ".mp4")


def damaged(path: Path, zh: str, en: str) -> Invalid:
    text = Text(
        f"备份文件 {path.name} 不可用：{zh}。未作任何改动。", f"{path.name} cannot be used: {en}. Nothing was changed."
    )
    return Invalid(text, field="file", value=str(path))


class Writer:
    """Adds members to an archive that nobody sees until it is whole."""

    def __init__(self, zip_file: zipfile.ZipFile) -> None:
        self._zip = zip_file
        self.members: dict[str, dict[str, Any]] = {}

    def add(self, name: str, chunks: Iterable[bytes | memoryview]) -> None:
        digest, size = hashlib.sha256(), 0
        packed = name.lower().endswith(PACKED)
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        with self._zip.open(info, "w", force_zip64=True) as member:
            for chunk in chunks:
                member.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        self.members[name] = {"size": size, "sha256": digest.hexdigest()}

    def add_file(self, name: str, path: Path) -> None:
        with path.open("rb") as file:
            self.add(name, iter(lambda: file.read(CHUNK), b""))


@contextmanager
def writing(path: Path, manifest: dict[str, Any]) -> Iterator[Writer]:
    """Write `path` through a neighbour that is renamed at the end; `manifest` is read when the block ends."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as zip_file:
                writer = Writer(zip_file)
                yield writer
                whole = {"format": FORMAT} | manifest | {"members": writer.members}
                zip_file.writestr(MANIFEST, json.dumps(whole, ensure_ascii=False, indent=1))
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


class Reader:
    """An archive whose manifest was read; `verify` must pass before a member is used."""

    def __init__(self, path: Path, zip_file: zipfile.ZipFile) -> None:
        self.path, self._zip = path, zip_file
        try:
            self.manifest: dict[str, Any] = json.loads(zip_file.read(MANIFEST))
            self.members: dict[str, dict[str, Any]] = self.manifest["members"]
            self.format = int(self.manifest["format"])
        except (KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
            raise damaged(path, "没有可读的清单", "it has no readable manifest") from error
        if self.format != FORMAT:
            text = Text(f"备份格式 {self.format} 需要更新的版本", f"backup format {self.format} needs a newer version")
            raise Conflict(text, field="file", value=str(path))

    def chunks(self, name: str) -> Iterator[bytes]:
        with self._zip.open(name) as member:
            while chunk := member.read(CHUNK):
                yield chunk

    def verify(self) -> None:
        """Names, sizes and hashes of all members; raises Invalid at the first that is wrong."""
        names = [name for name in self._zip.namelist() if name != MANIFEST]
        if len(names) != len(set(names)) or set(names) != set(self.members):
            raise damaged(self.path, "内容与清单不符", "its members are not those of its manifest")
        for name in names:
            if not NAMES.fullmatch(name) or ".." in name:
                raise damaged(self.path, f"名称 {name!r} 不允许", f"the name {name!r} is not allowed")
            self._verify_member(name)

    def _verify_member(self, name: str) -> None:
        expected, digest, size = self.members[name], hashlib.sha256(), 0
        try:
            for chunk in self.chunks(name):
                digest.update(chunk)
                size += len(chunk)
                if size > expected["size"]:
                    break
        except (zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
            raise damaged(self.path, f"{name} 读取失败", f"{name} cannot be read") from error
        if (size, digest.hexdigest()) != (expected["size"], expected["sha256"]):
            raise damaged(self.path, f"{name} 与校验值不符", f"{name} does not match its hash")

    def extract(self, name: str, target: Path) -> None:
        """Write a member to `target`, whole or not at all."""
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = target.with_name(f".{target.name}.{os.getpid()}.part")
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for chunk in self.chunks(name):
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    if not path.is_file():
        raise damaged(path, "没有这个文件", "there is no such file")
    try:
        zip_file = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise damaged(path, "不是完整的备份文件", "it is not a whole backup file") from error
    with zip_file:
        yield Reader(path, zip_file)
