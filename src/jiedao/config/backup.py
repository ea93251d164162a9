"""Backup and restore of an installation, both while it serves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from jiedao.config.archive import NAMES, Reader, reading, writing
from jiedao.config.dumps import DUMP, LOAD
from jiedao.config.options import options
from jiedao.config.prepare import alone, migrate
from jiedao.errors import Conflict
from jiedao.text import Text

KEYS = ("secret.key", "vault.key")
HOLD_DATA = ("people.User", "city.Area", "cases.Case")


def release() -> str:
    try:
        return version("jiedao")
    except PackageNotFoundError:
        return "source"


def applied() -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationLoader(connection).applied_migrations)


def backup(path: Path, *, media: bool = True, keys: bool = False) -> dict[str, Any]:
    """Write an archive of the state at one moment. Media are listed after it, so that none it names is missing.

    Without `keys` the sealed personal data in it cannot be opened by whoever finds it: keep vault.key elsewhere.
    """
    started = time.monotonic()
    manifest: dict[str, Any] = {
        "release": release(),
        "vendor": connection.vendor,
        "city": options().city,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "migrations": applied(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with writing(path, manifest) as writer:
        manifest["rows"] = DUMP[connection.vendor](writer)
        for name, file in _media() if media else ():
            writer.add_file(name, file)
        for key in KEYS if keys else ():
            if (settings.HOME / key).exists():
                writer.add_file(f"keys/{key}", settings.HOME / key)
    return _report(path, manifest["rows"], [*writer.members], started)


def _media() -> Iterator[tuple[str, Path]]:
    """Stored files by their name in the archive; those still being written have a name that begins with a dot."""
    root = Path(settings.MEDIA_ROOT)
    for file in sorted(root.rglob("*")):
        name = f"media/{file.relative_to(root).as_posix()}"
        if file.is_file() and not file.is_symlink() and NAMES.fullmatch(name):
            yield name, file


def _report(path: Path, rows: dict[str, int], members: list[str], started: float) -> dict[str, Any]:
    return {
        "file": str(path),
        "bytes": path.stat().st_size,
        "rows": sum(rows.values()),
        "tables": len(rows),
        "media": sum(name.startswith("media/") for name in members),
        "keys": sum(name.startswith("keys/") for name in members),
        "seconds": round(time.monotonic() - started, 2),
    }


def holds_data() -> bool:
    """Whether a restore here would overwrite people, places or cases."""
    try:
        return any(apps.get_model(name).objects.exists() for name in HOLD_DATA)
    except DatabaseError:
        return False


def restore(path: Path, *, force: bool = False) -> dict[str, Any]:
    """Verify all of an archive, then put it in place: files first, the database last and at once.

    Files that the archive does not name stay; nothing refers to them. Raises Invalid for a damaged archive, Conflict
    where it is of another database or release, or where data would be overwritten without `force`.
    """
    started = time.monotonic()
    with alone("restore"), reading(path) as reader:
        _fits(reader)
        if not force and holds_data():
            text = Text("这里已有数据，没有覆盖。", "There is data here, and it was not overwritten.")
            raise Conflict(text, expected=Text("确要覆盖请加 --force", "To overwrite it, add --force"))
        reader.verify()
        if connection.vendor == "postgresql":
            migrate()
        _put_files(reader)
        LOAD[connection.vendor](reader, reader.manifest["rows"])
        migrate()
        return _report(path, reader.manifest["rows"], [*reader.members], started)


def _put_files(reader: Reader) -> None:
    for name in reader.members:
        room, _, rest = name.partition("/")
        if room == "media":
            reader.extract(name, Path(settings.MEDIA_ROOT) / rest)
        if room == "keys":
            reader.extract(name, Path(settings.HOME) / rest)


def _fits(reader: Reader) -> None:
    vendor, release_of = reader.manifest.get("vendor"), reader.manifest.get("release", "?")
    if vendor != connection.vendor:
        text = Text(
            f"备份来自 {vendor}，此处为 {connection.vendor}。",
            f"The backup is of {vendor}, this is {connection.vendor}.",
        )
        raise Conflict(text, field="file", value=str(reader.path))
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    theirs = set(reader.manifest.get("migrations", []))
    older = vendor == "postgresql" and known - theirs
    if theirs - known or older:
        what = ("较旧", "an older") if older else ("较新", "a newer")
        text = Text(f"备份出自{what[0]}的版本 {release_of}。", f"The backup is of {what[1]} release, {release_of}.")
        hint = Text("请用该版本恢复，再升级", "Restore it with that release, then upgrade")
        raise Conflict(text, field="file", value=str(reader.path), expected=hint)
