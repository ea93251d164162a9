"""What an administrator does to sign-ins, posts, units and responsibilities. Every change leaves a row in Change.

Nobody gives more than he has: a post lies inside the giver's area and kinds, and its role holds no permission that the
giver lacks there; a sign-in is changed only by somebody whose reach covers all its posts.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from jiedao.errors import Conflict, Forbidden, Invalid
from jiedao.people import access, accounts, identifiers, ledger, roles, totp, units
from jiedao.people.models import Change, Person, Post, Responsibility, Unit, User
from jiedao.text import Text

MANAGE = "people.manage"
USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
AREA = re.compile(r"\d{4}|\d{6}|\d{9}|\d{12,20}")


def record(actor: User, action: str, subject: str, reason: str = "", **details: Any) -> Change:
    """In the transaction of the change itself; details hold no personal data."""
    return Change.objects.create(
        actor=actor,
        actor_label=ledger.label(actor),
        action=action,
        subject=subject,
        details=details,
        reason=accounts.clean_text(reason, "reason", 200),
    )


def check_area(area: str, field: str = "area") -> str:
    """An area code of this installation as its significant prefix; '' is the whole city."""
    area = area.strip()
    if area and not AREA.fullmatch(area):
        expected = Text("6、9、12 位区划代码，空为全市", "an area code of 6, 9 or 12 digits; empty is the whole city")
        raise Invalid(Text("区划代码不对。", "This is not an area code."), field=field, value=area, expected=expected)
    return access.stem(area)


def check_reach(actor: User, area: str, kinds: list[str] | None = None) -> None:
    """The actor manages people in the whole of this area, for all of these kinds ([] is every kind)."""
    for grant in access.scope(actor, MANAGE).grants:
        wide = not grant.kinds or (kinds and set(kinds) <= grant.kinds)
        if grant.units is None and area.startswith(grant.area) and wide:
            return
    text = Text("这超出了您管理的范围。", "This lies outside what you manage.")
    expected = Text(
        "、".join(access.scope(actor, MANAGE).areas) or "全市", ", ".join(access.scope(actor, MANAGE).areas)
    )
    raise Forbidden(text, field="area", value=area, expected=expected)


def check_manages(actor: User, user: User) -> None:
    """All the user's posts lie within the actor's reach; a superuser is changed by a superuser only."""
    access.require(actor, MANAGE)
    if actor.is_superuser:
        return
    if user.is_superuser:
        raise Forbidden(Text("只有超级管理员能改超级管理员。", "Only a superuser changes a superuser."), field="user")
    held = [post for post in user.posts.all() if post.valid_to is None or post.valid_to >= timezone.localdate()]
    for post in held:
        check_reach(actor, access.stem(post.area), post.kinds)
        _check_no_more(actor, post.role, access.stem(post.area))
    if not held:
        check_reach(actor, user.person.community if user.person else "")


def _check_no_more(actor: User, role: str, area: str) -> None:
    for permission in sorted(roles.permissions(role)):
        grants = access.scope(actor, permission).grants
        if not any(grant.units is None and area.startswith(grant.area) for grant in grants):
            text = Text("不能授予您自己没有的权限。", "Nobody gives a permission that he lacks.")
            raise Forbidden(text, field="role", value=role, expected=roles.permission_names()[permission])


def check_create_user(actor: User, username: str, name: str, phone: str = "", subject: str = "") -> dict[str, Any]:
    access.require(actor, MANAGE)
    username = username.strip().lower()
    if not USERNAME.fullmatch(username):
        expected = Text(
            "3 到 40 位小写字母、数字、. _ -，字母开头", "3 to 40 of a-z 0-9 . _ -, beginning with a letter"
        )
        raise Invalid(
            Text("用户名不对。", "This is not a user name."), field="username", value=username, expected=expected
        )
    phone = identifiers.phone(phone) if phone else ""
    if phone and accounts.user_with_phone(phone):
        raise Conflict(Text("这个手机号已有账号。", "This number has a sign-in already."), field="phone", code="taken")
    subject = accounts.clean_text(subject, "subject", 255)
    return {
        "username": username,
        "name": accounts.clean_text(name, "name", 80, required=True),
        "phone": phone,
        "subject": subject,
    }


def do_create_user(
    actor: User, username: str, name: str, phone: str = "", subject: str = "", post: dict[str, Any] | None = None
) -> tuple[User, str]:
    """(user, temporary password to hand over; it must be changed at first sign-in).

    `post` holds the arguments of `do_add_post`; without one only a manager of the whole city makes a sign-in.
    """
    values = check_create_user(actor, username, name, phone, subject)
    first = check_post(actor, **post) if post else None
    if first is None:
        check_reach(actor, "")
    password = accounts.temporary_password()
    try:
        with transaction.atomic():
            person = Person.objects.create(name=values["name"], **accounts.sealed("phone", values["phone"]))
            user = User.objects.create_user(
                values["username"],
                password,
                person=person,
                must_change_password=True,
                oidc_subject=values["subject"] or None,
            )
            record(actor, "user.create", f"user:{user.pk}", username=user.username)
            if first:
                _add_post(actor, user, first, "")
    except IntegrityError as error:
        text = Text("用户名或目录标识已被使用。", "This user name or directory subject is taken.")
        raise Conflict(text, field="username", value=values["username"], code="taken") from error
    return user, password


def do_reset_password(actor: User, user: User, reason: str = "") -> str:
    """A temporary password, shown once; the user's sessions end."""
    check_manages(actor, user)
    password = accounts.temporary_password()
    with transaction.atomic():
        user.set_password(password)
        user.must_change_password = True
        user.save(update_fields=["password", "must_change_password"])
        record(actor, "user.password", f"user:{user.pk}", reason)
    return password


def do_reset_second_factor(actor: User, user: User, reason: str = "") -> None:
    check_manages(actor, user)
    with transaction.atomic():
        totp.do_remove(user)
        record(actor, "user.second_factor", f"user:{user.pk}", reason)


def do_set_active(actor: User, user: User, active: bool, reason: str = "") -> None:
    """Close a sign-in, or open it again; nobody closes his own."""
    check_manages(actor, user)
    if actor.pk == user.pk:
        raise Conflict(Text("不能停用自己。", "Nobody closes his own sign-in."), field="user")
    if active and user.person and user.person.erased_at:
        raise Conflict(Text("此人已注销。", "This person was erased."), field="user")
    with transaction.atomic():
        user.is_active = active
        user.save(update_fields=["is_active"])
        record(actor, "user.open" if active else "user.close", f"user:{user.pk}", reason)


def check_post(
    actor: User,
    role: str,
    unit: Unit | None = None,
    area: str = "",
    kinds: list[str] | None = None,
    start: date | None = None,
) -> dict[str, Any]:
    """Columns of Post."""
    if role not in roles.ROLES or role == "resident":
        names = [r.name for r in roles.ROLES.values() if r.code != "resident"]
        expected = Text("、".join(n.zh for n in names), ", ".join(n.en for n in names))
        raise Invalid(Text("没有这个角色。", "No such role."), field="role", value=role, expected=expected)
    area, kinds = check_area(area), kinds or []
    check_reach(actor, area, kinds)
    _check_no_more(actor, role, area)
    if roles.ROLES[role].by_unit and unit is None:
        raise Invalid(Text("这个角色要有所属组织。", "This role needs a unit."), field="unit")
    if unit:
        check_reach(actor, access.stem(unit.area), kinds)
    return {"role": role, "unit": unit, "area": area, "kinds": kinds, "valid_from": start or timezone.localdate()}


def do_add_post(actor: User, user: User, reason: str = "", **values: Any) -> Post:
    """`values` as for `check_post`: role, unit, area, kinds, start."""
    check_manages(actor, user)
    return _add_post(actor, user, check_post(actor, **values), reason)


def _add_post(actor: User, user: User, columns: dict[str, Any], reason: str) -> Post:
    with transaction.atomic():
        post = Post.objects.create(user=user, **columns)
        unit = post.unit and post.unit.code
        details = {"role": post.role, "unit": unit, "area": post.area, "kinds": post.kinds}
        record(actor, "post.add", f"user:{user.pk}", reason, post=post.pk, **details)
    return post


def do_end_post(actor: User, post: Post, reason: str = "") -> None:
    """From now on: the last day is yesterday."""
    check_manages(actor, post.user)
    with transaction.atomic():
        post.valid_to = timezone.localdate() - timedelta(days=1)
        post.save(update_fields=["valid_to"])
        record(actor, "post.end", f"user:{post.user_id}", reason, post=post.pk, role=post.role)


def check_unit(actor: User, values: dict[str, Any], unit: Unit | None = None) -> dict[str, Any]:
    """Columns of Unit: code, name, tier, parent, area, duty, credit_code, phone, webhook, active."""
    access.require(actor, MANAGE)
    tier, parent = values.get("tier", unit.tier if unit else ""), values.get("parent")
    if tier not in units.PARENTS:
        names = list(units.TIER_NAMES.values())
        expected = Text("、".join(n.zh for n in names), ", ".join(n.en for n in names))
        raise Invalid(Text("没有这个层级。", "No such tier."), field="tier", value=tier, expected=expected)
    code = unit.code if unit else values.get("code", "").strip()
    if not CODE.fullmatch(code):
        expected = Text("1 到 40 位字母、数字、. _ -", "1 to 40 letters, digits, . _ -")
        raise Invalid(Text("编码不对。", "This is not a code."), field="code", value=code, expected=expected)
    area = check_area(values.get("area", ""))
    check_reach(actor, area)
    if unit:
        check_reach(actor, access.stem(unit.area))
    units.check_parent(tier, parent, area, unit)
    credit = values.get("credit_code", "")
    return {
        "code": code,
        "tier": tier,
        "parent": parent,
        "area": area,
        "credit_code": identifiers.credit_code(credit) if credit else "",
        "name": accounts.clean_text(values.get("name", ""), "name", 120, required=True),
        "name_en": accounts.clean_text(values.get("name_en", ""), "name_en", 160),
        "duty": accounts.clean_text(values.get("duty", ""), "duty", 24),
        "phone": accounts.clean_text(values.get("phone", ""), "phone", 40),
        "active": bool(values.get("active", True)),
    }


def do_unit(actor: User, values: dict[str, Any], unit: Unit | None = None, reason: str = "") -> Unit:
    """Add a unit, or change one (its code stays)."""
    columns = check_unit(actor, values, unit)
    before = {name: getattr(unit, name) for name in columns if name != "parent"} if unit else {}
    saved = unit or Unit()
    for name, value in columns.items():
        setattr(saved, name, value)
    try:
        with transaction.atomic():
            saved.save()
            changed = {name: value for name, value in columns.items() if name != "parent" and before.get(name) != value}
            record(actor, "unit.edit" if unit else "unit.add", f"unit:{saved.code}", reason, **changed)
    except IntegrityError as error:
        text = Text("这个编码已被使用。", "This code is taken.")
        raise Conflict(text, field="code", value=columns["code"], code="taken") from error
    return saved


def do_add_responsibility(actor: User, values: dict[str, Any], reason: str = "") -> Responsibility:
    """kind, category, duty, area → unit, from a day on; see `duty` for which row answers."""
    area = check_area(values.get("area", ""))
    kind = accounts.clean_text(values.get("kind", ""), "kind", 40, required=True)
    check_reach(actor, area, [kind])
    unit = values.get("unit")
    if unit is None or not unit.active:
        raise Invalid(Text("请选择一个在用的组织。", "Choose a unit that is open."), field="unit")
    with transaction.atomic():
        row = Responsibility.objects.create(
            kind=kind,
            category=accounts.clean_text(values.get("category", ""), "category", 24),
            duty=accounts.clean_text(values.get("duty", ""), "duty", 24),
            area=area,
            unit=unit,
            valid_from=values.get("start") or timezone.localdate(),
            reason=accounts.clean_text(reason, "reason", 200),
        )
        record(actor, "duty.add", f"unit:{unit.code}", reason, row=row.pk, kind=kind, area=area)
    return row


def do_end_responsibility(actor: User, row: Responsibility, reason: str = "") -> None:
    """From now on: the last day is yesterday."""
    check_reach(actor, access.stem(row.area), [row.kind])
    with transaction.atomic():
        row.valid_to = timezone.localdate() - timedelta(days=1)
        row.save(update_fields=["valid_to"])
        record(actor, "duty.end", f"unit:{row.unit.code}", reason, row=row.pk, kind=row.kind, area=row.area)
