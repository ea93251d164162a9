"""Persons and their own sign-ins: registering, changing one's data and password."""

from __future__ import annotations

import secrets
import unicodedata

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone, translation

from jiedao.errors import Conflict, Forbidden, Invalid
from jiedao.people import identifiers, vault
from jiedao.people.models import Person, User
from jiedao.text import LANGUAGES, Text

BIDI = dict.fromkeys([0, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F])
"""NUL and the marks that turn the direction of text."""


def clean_text(value: str, field: str, limit: int, *, required: bool = False) -> str:
    """One line of text without control and direction marks; Invalid when empty (if required) or too long."""
    text = " ".join(unicodedata.normalize("NFC", str(value)).translate(BIDI).split())
    if (required and not text) or len(text) > limit:
        why = Text("请填写。", "Please fill this in.") if not text else Text("太长了。", "This is too long.")
        expected = Text(f"1 到 {limit} 个字", f"1 to {limit} characters")
        raise Invalid(why, field=field, value=text, expected=expected)
    return text


def people_with_phone(phone: str) -> QuerySet[Person]:
    """Persons with this (normalised) number, those who proved it first."""
    found = Person.objects.filter(phone_key__in=vault.keys(phone, "phone"), erased_at=None)
    return found.order_by(F("phone_verified_at").asc(nulls_last=True), "pk")


def sealed(field: str, value: str) -> dict[str, object]:
    """Column values for a normalised phone, identity or email; '' clears."""
    columns: dict[str, object] = {f"{field}_sealed": vault.seal(value, field) if value else None}
    if field != "email":
        columns[f"{field}_key"] = vault.key(value, field) if value else None
    return columns


def do_person(
    name: str,
    *,
    phone: str = "",
    identity: str = "",
    email: str = "",
    community: str = "",
    address: str = "",
) -> Person:
    """The person with this ID number or phone, else a new one; for staff who take a report or an application.

    What is known of a person already is not overwritten. Raises Invalid for a malformed number.
    """
    name = clean_text(name, "name", 80, required=True)
    numbers = {
        "phone": identifiers.phone(phone) if phone else "",
        "identity": identifiers.identity(identity) if identity else "",
        "email": identifiers.email(email) if email else "",
    }
    known = None
    if identity:
        keys = vault.keys(numbers["identity"], "identity")
        known = Person.objects.filter(identity_key__in=keys, erased_at=None).first()
    if known is None and phone and not identity:
        known = people_with_phone(numbers["phone"]).filter(name=name).first()
    if known:
        return known
    columns: dict[str, object] = {}
    for field, value in numbers.items():
        columns |= sealed(field, value)
    return Person.objects.create(name=name, community=community, address=clean_text(address, "address", 200), **columns)


def check_password(password: str, user: User | None = None, field: str = "password") -> None:
    """Django's validators, their complaints in both languages."""
    said = []
    for language, _ in LANGUAGES:
        with translation.override(language):
            try:
                validate_password(password, user)
            except ValidationError as error:
                said.append(" ".join(error.messages))
    if said:
        raise Invalid(Text(said[0], said[-1]), field=field)


def user_with_phone(phone: str) -> User | None:
    """The sign-in of a normalised number."""
    keys = vault.keys(phone, "phone")
    return User.objects.filter(person__phone_key__in=keys, is_active=True).order_by("pk").first()


def phone_username(phone: str) -> str:
    """The username behind a sign-in by phone; being unique, it keeps two registrations at one instant apart."""
    return f"p{vault.key(phone, 'username')[:39]}"


def check_register(name: str, phone: str, password: str) -> tuple[str, str]:
    """(name, phone) normalised; Invalid for a bad field, Conflict where the number has a sign-in already."""
    name = clean_text(name, "name", 80, required=True)
    phone = identifiers.phone(phone)
    check_password(password, User(username=phone, person=Person(name=name)))
    if user_with_phone(phone):
        raise _taken()
    return name, phone


def _taken() -> Conflict:
    text = Text("这个手机号已经注册，请直接登录。", "This number is registered already: please sign in.")
    return Conflict(text, field="phone", code="taken")


def do_register(name: str, phone: str, password: str, *, verified: bool = False) -> User:
    """A resident's sign-in. Only `verified` (a code came back) does it take over what was known under the number."""
    name, phone = check_register(name, phone, password)
    now = timezone.now() if verified else None
    try:
        with transaction.atomic():
            known = people_with_phone(phone).filter(user=None).first() if verified else None
            person = known or Person(name=name, **sealed("phone", phone))
            person.phone_verified_at = now
            person.save()
            return User.objects.create_user(phone_username(phone), password, person=person)
    except IntegrityError as error:
        raise _taken() from error


def check_account(values: dict[str, str]) -> dict[str, object]:
    """Columns of Person for name, email, address, language and large_type as a form gives them."""
    language = values.get("language", "zh-hans")
    if language not in dict(LANGUAGES):
        expected = Text("zh-hans 或 en", "zh-hans or en")
        raise Invalid(Text("没有这种语言。", "No such language."), field="language", value=language, expected=expected)
    email = identifiers.email(values["email"]) if values.get("email") else ""
    return {
        "name": clean_text(values.get("name", ""), "name", 80, required=True),
        "address": clean_text(values.get("address", ""), "address", 200),
        "language": language,
        "large_type": bool(values.get("large_type")),
        **(sealed("email", email) if "email" in values else {}),
    }


def do_account(user: User, values: dict[str, str]) -> Person:
    """Save one's own data; a sign-in without a person gets one."""
    columns = check_account(values)
    with transaction.atomic():
        person = user.person or Person()
        for name, value in columns.items():
            setattr(person, name, value)
        person.save()
        if user.person_id is None:
            user.person = person
            user.save(update_fields=["person"])
    return person


def check_change_password(user: User, old: str, new: str, again: str) -> None:
    if not user.has_usable_password():
        text = Text(
            "您用单位账号登录，请在单位的系统里改密码。", "You sign in with your office's directory: change it there."
        )
        raise Forbidden(text, field="old")
    if not user.check_password(old):
        raise Invalid(Text("原密码不对。", "This is not your password."), field="old")
    if new != again:
        raise Invalid(Text("两次输入不一样。", "The two do not match."), field="again")
    if new == old:
        raise Invalid(Text("新密码与原密码相同。", "The new password is the old one."), field="password")
    check_password(new, user)


def do_change_password(user: User, old: str, new: str, again: str) -> None:
    """Ends every other session of this user, whose hash no longer fits."""
    check_change_password(user, old, new, again)
    user.set_password(new)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])


def temporary_password() -> str:
    """Twelve characters that are easy to read out: no 0 O 1 l I."""
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(12))
