"""The second factor: time-based codes (RFC 6238) through django-otp, and recovery codes kept as keyed hashes."""

from __future__ import annotations

import secrets
from base64 import b32encode
from binascii import unhexlify

import segno
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_otp import verify_token
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from jiedao.errors import Forbidden, Invalid, TooMany
from jiedao.people import access, vault
from jiedao.people.models import RecoveryCode, User
from jiedao.text import Text

RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
SIX_DIGITS = Text("验证器里的 6 位数字，或一个恢复码", "the 6 digits of the authenticator, or a recovery code")


def device(user: User) -> TOTPDevice | None:
    return TOTPDevice.objects.filter(user=user, confirmed=True).order_by("pk").first()


def required(user: User) -> bool:
    return bool(set(settings.TOTP_ROLES) & access.role_codes(user))


def new_secret() -> str:
    """40 hex digits, kept in the session until a code proves that the authenticator has them."""
    return random_hex(20)


def secret_text(secret: str) -> str:
    """As one types it into an authenticator: groups of four."""
    plain = b32encode(unhexlify(secret)).decode()
    return " ".join(plain[i : i + 4] for i in range(0, len(plain), 4))


def qr(user: User, secret: str) -> str:
    """An inline SVG of the otpauth address."""
    address = TOTPDevice(user=user, key=secret).config_url
    title = str(Text("用验证器扫描的二维码", "QR code for the authenticator"))
    return segno.make(address, error="m").svg_inline(scale=5, border=2, title=title, light="#fff", dark="#000")


def do_set_up(user: User, secret: str, code: str) -> tuple[TOTPDevice, list[str]]:
    """Keep the secret once a code of it is right; (device, recovery codes to show once)."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).delete()
        made = TOTPDevice.objects.create(user=user, key=secret, name="totp", confirmed=True)
        if not made.verify_token(code.strip().replace(" ", "")):
            raise _wrong(code)
        return made, do_recovery_codes(user)


def _wrong(code: str) -> Invalid:
    text = Text("验证码不对。请确认手机时间准确。", "This is not the code. Is the phone's clock right?")
    return Invalid(text, field="code", value=code[:20], expected=SIX_DIGITS)


def do_recovery_codes(user: User) -> list[str]:
    """Ten new codes; the old ones stop working."""
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        user.recovery_codes.all().delete()
        RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=vault.key(c, "recovery")) for c in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def check_code(user: User, code: str) -> TOTPDevice:
    """The device that a TOTP or unused recovery code proves; TooMany while guesses are slowed, else Invalid."""
    held, code = device(user), code.strip().lower().replace(" ", "").replace("-", "")
    if held is None:
        raise _wrong(code)
    allowed, why = held.verify_is_allowed()
    if not allowed:
        until = timezone.localtime(why["locked_until"]).strftime("%H:%M:%S")
        text = Text("试得太快，请稍候。", "Too fast: please wait.")
        raise TooMany(text, field="code", expected=Text(f"{until} 之后", f"after {until}"))
    if len(code) > 6 and _spend(user, code):
        return held
    proved = verify_token(user, held.persistent_id, code)
    if proved is None:
        raise _wrong(code)
    return proved


def _spend(user: User, code: str) -> bool:
    """Use up a recovery code; of two at one instant one wins."""
    unused = RecoveryCode.objects.filter(user=user, used_at=None, digest__in=vault.keys(code, "recovery"))
    return unused.update(used_at=timezone.now()) == 1


def check_remove(user: User, password: str) -> None:
    if required(user):
        text = Text("您的岗位要求二次验证，不能关闭。", "Your post needs the second factor: it stays on.")
        raise Forbidden(text, field="totp")
    if not user.check_password(password):
        raise Invalid(Text("密码不对。", "This is not your password."), field="password")


def do_remove(user: User) -> None:
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).delete()
        user.recovery_codes.all().delete()
