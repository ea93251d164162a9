"""Proving that a phone is at hand: a code sent to it comes back.

Who sends is a setting: PHONE_CODE_SENDER, the dotted path of a class with `send(phone, code)`. There is none by
default, for a city's SMS contract is its own; then a phone is a name to sign in with, and nothing that was reported
under this number before is shown to whoever registers it.
"""

from __future__ import annotations

import secrets
import time
from typing import ClassVar, Protocol

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string

from jiedao.errors import Invalid
from jiedao.people import vault
from jiedao.text import Text

KEPT = "phone_code"
SECONDS = 600
TRIES = 5


class Sender(Protocol):
    def send(self, phone: str, code: str) -> None: ...


class Outbox:
    """Keeps what it was told to send; for tests and for trying out."""

    sent: ClassVar[list[tuple[str, str]]] = []

    def send(self, phone: str, code: str) -> None:
        self.sent.append((phone, code))


def sender() -> Sender | None:
    path = settings.PHONE_CODE_SENDER
    return import_string(path)() if path else None


def send(session: SessionBase, phone: str) -> None:
    """Send a fresh code and remember its hash in the session."""
    post = sender()
    assert post is not None, "ask sender() first"
    code = f"{secrets.randbelow(10**6):06d}"
    digest = vault.key(f"{phone} {code}", "code")
    session[KEPT] = {"digest": digest, "until": time.time() + SECONDS, "tries": 0}
    post.send(phone, code)


def check(session: SessionBase, phone: str, code: str) -> None:
    """Raises Invalid unless this code was sent to this phone lately and not guessed at too often. A code works once."""
    kept = session.get(KEPT)
    if not kept or kept["until"] < time.time() or kept["tries"] >= TRIES:
        text = Text("验证码已失效，请重新获取。", "The code has run out: please ask for a new one.")
        raise Invalid(text, field="code")
    if not constant_time_compare(kept["digest"], vault.key(f"{phone} {code.strip()}", "code")):
        session[KEPT] = kept | {"tries": kept["tries"] + 1}
        expected = Text("短信里的 6 位数字", "the 6 digits of the message")
        raise Invalid(Text("验证码不对。", "This is not the code."), field="code", value=code, expected=expected)
    del session[KEPT]
