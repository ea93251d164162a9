"""Personal data at rest: AES-256-GCM with keys derived from JIEDAO_HOME/vault.key, and keyed hashes for look-up.

The key file has one line a master key, `id:base64 of 32 bytes`, id 1–255; the last line seals, all lines open.
It is made with mode 0600 at first use; JIEDAO_VAULT_KEY holds the same lines, joined by commas, and wins over the file.
Whoever has the file and the database can read everything; whoever loses the file has lost the sealed data.

Sealed: version 1 · key id 1 · length of `about` 1 · about · nonce 12 · ciphertext and tag. All before the nonce is
authenticated, so that a value sealed as one field cannot be passed off as another.
"""

from __future__ import annotations

import base64
import hmac
import os
import secrets
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.apps import apps
from django.conf import settings
from django.db import models, transaction

VERSION = 1
NONCE = 12
ENV = "JIEDAO_VAULT_KEY"


class VaultError(Exception):
    """The key is missing or malformed, or the sealed bytes were changed; never says what was inside."""


def path() -> Path:
    return Path(settings.HOME) / "vault.key"


def _line(number: int) -> str:
    return f"{number}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _write(lines: list[str], *, replace: bool) -> None:
    """Put the key file in place as a whole; where another process was first, its file stays."""
    draft = path().with_name(f".vault.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write("\n".join(lines) + "\n")
        out.flush()
        os.fsync(out.fileno())
    try:
        draft.replace(path()) if replace else os.link(draft, path())
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)


def _text() -> str:
    if held := os.environ.get(ENV):
        return held.replace(",", "\n")
    try:
        stat = path().stat()
    except FileNotFoundError:
        _write([_line(1)], replace=False)
        stat = path().stat()
    return _read(str(path()), stat.st_mtime_ns, stat.st_ino)


@lru_cache(maxsize=4)
def _read(name: str, changed: int, inode: int) -> str:
    return Path(name).read_text()


class Key:
    """What is derived from one master key: one key to seal with, one to hash with."""

    def __init__(self, number: int, master: bytes) -> None:
        self.number = number
        self.cipher = AESGCM(self._derive(master, b"jiedao vault seal"))
        self.index = self._derive(master, b"jiedao vault index")

    @staticmethod
    def _derive(master: bytes, info: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(master)


@lru_cache(maxsize=4)
def _parse(text: str) -> dict[int, Key]:
    found: dict[int, Key] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        number, _, encoded = line.partition(":")
        try:
            master = base64.b64decode(encoded, validate=True)
        except ValueError:
            master = b""
        if not number.isdigit() or not 1 <= int(number) <= 255 or len(master) != 32 or int(number) in found:
            raise VaultError(f"{ENV} or {path()}: expected lines id:base64 of 32 bytes, ids 1-255, each once")
        found[int(number)] = Key(int(number), master)
    if not found:
        raise VaultError(f"{ENV} or {path()} holds no key")
    return found


def _keys() -> dict[int, Key]:
    return _parse(_text())


def _current() -> Key:
    return next(reversed(_keys().values()))


def seal(text: str, about: str = "") -> bytes:
    """Ciphertext of `text`; `about` (ASCII, at most 255) names the field and must be given again to open it."""
    held, label = _current(), about.encode("ascii")
    head = bytes((VERSION, held.number, len(label))) + label
    nonce = secrets.token_bytes(NONCE)
    return head + nonce + held.cipher.encrypt(nonce, text.encode(), head)


def _split(blob: bytes) -> tuple[bytes, str]:
    """(authenticated head, about)."""
    if len(blob) < 3 or blob[0] != VERSION or len(blob) < 3 + blob[2] + NONCE + 16:
        raise VaultError("not a sealed value")
    head = blob[: 3 + blob[2]]
    return head, head[3:].decode("ascii", "replace")


def _open(blob: bytes) -> tuple[str, str]:
    head, about = _split(blob)
    held = _keys().get(head[1])
    if held is None:
        raise VaultError(f"sealed with key {head[1]}, which is not in the key file")
    nonce, body = blob[len(head) : len(head) + NONCE], blob[len(head) + NONCE :]
    try:
        return held.cipher.decrypt(nonce, body, head).decode(), about
    except InvalidTag as error:
        raise VaultError("the sealed value was changed or sealed with another key") from error


def unseal(blob: bytes | memoryview, about: str = "") -> str:
    """The text sealed by `seal(text, about)`. Raises VaultError for changed bytes, another field or an unknown key."""
    text, label = _open(bytes(blob))
    if label != about:
        raise VaultError(f"sealed as {label!r}, opened as {about!r}")
    return text


def _digest(held: Key, text: str, about: str) -> str:
    return hmac.new(held.index, f"{about}\0{text}".encode(), sha256).hexdigest()


def key(text: str, about: str = "") -> str:
    """Blind index: 64 hex digits, the same for the same text and field. Give normalised text."""
    return _digest(_current(), text, about)


def keys(text: str, about: str = "") -> list[str]:
    """The blind index under every key in the file; for look-ups that go on during a rotation."""
    return [_digest(held, text, about) for held in _keys().values()]


def sealed_fields() -> Iterator[tuple[type[models.Model], list[str]]]:
    """Every model with the names of its `…_sealed` columns."""
    for model in apps.get_models():
        names = [f.name for f in model._meta.concrete_fields if f.name.endswith("_sealed")]
        if names:
            yield model, names


def rotate(*, new_key: bool = True, batch: int = 500) -> dict[str, int]:
    """Add a master key and seal every row again, hashes too, a transaction a batch; {model: rows sealed}.

    Safe while serving and safe to run again after a kill (with `new_key=False`): every key stays in the file.
    """
    if new_key:
        if os.environ.get(ENV):
            raise VaultError(f"{ENV} is set: add a key there, then rotate without a new key")
        lines = [line for line in _text().splitlines() if line.strip()]
        _write([*lines, _line(max(_keys()) + 1)], replace=True)
    return {model._meta.label: _rotate_model(model, names, batch) for model, names in sealed_fields()}


def _rotate_model(model: type[models.Model], names: list[str], batch: int) -> int:
    count, last, present = 0, None, models.Q()
    for name in names:
        present |= models.Q(**{f"{name}__isnull": False})
    while True:
        with transaction.atomic():
            rows = model._default_manager.filter(present).order_by("pk").select_for_update()
            found = list(rows.filter(pk__gt=last)[:batch] if last is not None else rows[:batch])
            changed = {row: fields for row in found if (fields := _reseal(row, names))}
            if changed:
                model._default_manager.bulk_update(changed, sorted(set().union(*changed.values())))
        if not found:
            return count
        count, last = count + len(changed), found[-1].pk


def _reseal(row: Any, names: list[str]) -> list[str]:
    """Seal the row's values with the current key; the names of the columns that changed."""
    changed = []
    for name in names:
        blob = getattr(row, name)
        if blob is None or bytes(blob)[1] == _current().number:
            continue
        text, about = _open(bytes(blob))
        setattr(row, name, seal(text, about))
        changed.append(name)
        index = name.removesuffix("_sealed") + "_key"
        if hasattr(row, index):
            setattr(row, index, key(text, about))
            changed.append(index)
    return changed


def mask_identity(number: str) -> str:
    """First three and last four: 430***********0013."""
    return number[:3] + "*" * max(0, len(number) - 7) + number[-4:] if len(number) > 7 else "*" * len(number)


def mask_phone(number: str) -> str:
    """138****1234."""
    return f"{number[:3]}****{number[-4:]}" if len(number) > 7 else "*" * len(number)


def mask_name(name: str) -> str:
    """张三丰 → 张**."""
    return name[:1] + "*" * max(1, len(name) - 1) if name else ""


def mask_email(address: str) -> str:
    """zhang@example.com → z***@example.com."""
    name, _, host = address.partition("@")
    return f"{name[:1]}***@{host}" if host else "***"
