"""What `jiedao check` finds wrong with keys, permissions, posts and units."""

from __future__ import annotations

from collections.abc import Iterator
from stat import S_IMODE

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from jiedao.people import codes, gate, roles, units, vault
from jiedao.people.models import Post, Unit
from jiedao.registry import Finding
from jiedao.text import Text

SHOWN = 20


def check() -> Iterator[Finding]:
    """All findings of the people room."""
    yield from key()
    yield from sign_in()
    yield from routes()
    yield from posts()
    yield from tree()


def key() -> Iterator[Finding]:
    try:
        vault.unseal(vault.seal("check"))
    except (vault.VaultError, OSError) as error:
        yield Finding("people.vault", Text(f"数据密钥不可用：{error}", f"the data key cannot be used: {error}"))
        return
    if vault.path().exists() and S_IMODE(vault.path().stat().st_mode) & 0o077:
        yield Finding("people.vault", Text("vault.key 应只有属主可读（0600）", "vault.key should be 0600"))


def sign_in() -> Iterator[Finding]:
    for role in settings.TOTP_ROLES:
        if role not in roles.ROLES:
            known = ", ".join(roles.ROLES)
            yield Finding("totp_roles", Text(f"没有角色 {role}，有：{known}", f"no role {role}; there are {known}"))
    if settings.OPTIONS.oidc_issuer and not (settings.OPTIONS.oidc_client_id and settings.OPTIONS.oidc_client_secret):
        text = Text("还要 oidc_client_id 和 oidc_client_secret", "oidc_client_id and oidc_client_secret are needed too")
        yield Finding("oidc_issuer", text)
    try:
        codes.sender()
    except Exception as error:
        yield Finding("phone_code_sender", Text(f"无法加载：{error}", f"cannot be loaded: {error}"))


def routes() -> Iterator[Finding]:
    for route in gate.unknown_permissions():
        assert route.gate is not None
        said = f"{route.path}: {route.gate.permission}"
        yield Finding("people.routes", Text(f"没有这个权限：{said}", f"no such permission: {said}"))


def posts() -> Iterator[Finding]:
    today = timezone.localdate()
    held = Post.objects.filter(Q(valid_to=None) | Q(valid_to__gte=today), valid_from__lte=today)
    by_unit = [role.code for role in roles.ROLES.values() if role.by_unit]
    for post in held.exclude(role__in=roles.ROLES).select_related("user")[:SHOWN]:
        said = f"{post.user.username}: {post.role}"
        yield Finding("people.posts", Text(f"没有这个角色：{said}", f"no such role: {said}"))
    for post in held.filter(role__in=by_unit, unit=None).select_related("user")[:SHOWN]:
        name, role = post.user.username, roles.ROLES[post.role].name
        text = Text(
            "{who} 的{role}岗位没有组织，什么都看不到", "the post of {who} ({role}) has no unit: it sees nothing"
        )
        yield Finding("people.posts", text.format(who=name, role=role))


def tree() -> Iterator[Finding]:
    """Parents of a wrong tier, and open units below closed ones."""
    wrong = Q()
    for tier, parents in units.PARENTS.items():
        missing = Q(parent=None) if "" not in parents else Q(pk__in=())
        misplaced = Q(parent__isnull=False) & ~Q(parent__tier__in=parents)
        wrong |= Q(tier=tier) & (missing | misplaced)
    for unit in Unit.objects.filter(wrong, active=True).order_by("code")[:SHOWN]:
        yield Finding("people.units", Text(f"{unit.code} 的上级层级不对", f"{unit.code} stands below a wrong tier"))
    shut = Unit.objects.filter(active=True, parent__active=False).annotate(above=F("parent__code")).order_by("code")
    for unit in shut[:SHOWN]:
        text = Text(
            f"{unit.code} 的上级 {unit.above} 已停用", f"{unit.code} stands below {unit.above}, which is closed"
        )
        yield Finding("people.units", text, "warning")
