"""Everything `jiedao check` looks at, as findings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from django.core import checks
from django.db import DatabaseError, connection

from jiedao.config.options import options, unknown
from jiedao.config.prepare import pending
from jiedao.registry import PARTS, Finding, System, registry
from jiedao.text import Text

ROOMS = ("rules", "jobs", "city", "people", "cases", "plans", "measures", "voice", "web", "gateway")


def findings(*, log: bool = False) -> Iterator[Finding]:
    """A check that fails itself is a finding too, so that the rest still runs. `log`: read every case's log as well.

    Rooms and systems check their data, which must have the tables of this release; without those they are not asked.
    """
    yield from _guarded("installation", installation)
    yield from _guarded("django", django)
    yield from _guarded("registry", missing_parts)
    faults = list(_guarded("database", database))
    yield from faults
    if faults:
        return
    for room in ROOMS:
        if find_spec(f"jiedao.{room}.checks"):
            yield from _guarded(room, import_module(f"jiedao.{room}.checks").check)
    for system in registry().systems():
        for check in system.checks:
            yield from _guarded(f"{system.id} {check.__name__}", check)
    if log:
        yield from _guarded("log", logs)


def _guarded(where: str, part: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    try:
        yield from part()
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        yield Finding(where, Text(f"检查未能完成：{text}", f"the check itself failed: {text}"))


def installation() -> Iterator[Finding]:
    """Settings that parse, yet cannot be right together."""
    chosen = options()
    for name in unknown(dict(os.environ)):
        yield Finding(name, Text("没有这个设置项，是否拼错？", "there is no such setting; is it misspelt?"), "warning")
    public = [host for host in chosen.hosts if host not in ("localhost", "127.0.0.1", "[::1]")]
    if "*" in chosen.hosts and chosen.mode == "production":
        yield Finding("hosts", Text("不要用 *，请写出访问本系统的域名", "do not use *; name the hosts that people use"))
    if public and not chosen.behind_tls and chosen.mode == "production":
        text = Text("对外服务须经 HTTPS：设 behind_tls = true", "served to others without TLS: set behind_tls = true")
        yield Finding("behind_tls", text, "warning")
    if chosen.behind_tls and not chosen.origin.startswith("https://"):
        yield Finding(
            "origin", Text("启用 HTTPS 时应以 https:// 开头", "must begin with https:// when behind_tls is set")
        )
    if chosen.oidc_issuer and not (chosen.oidc_client_id and chosen.oidc_client_secret):
        text = Text("还缺 oidc_client_id 或 oidc_client_secret", "oidc_client_id or oidc_client_secret is missing")
        yield Finding("oidc_issuer", text)


def database() -> Iterator[Finding]:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield Finding("database", Text(f"无法连接：{error}".strip(), f"cannot be reached: {error}".strip()))
        return
    todo = pending()
    if todo:
        listed = ", ".join(todo[:5]) + (" …" if len(todo) > 5 else "")
        text = Text(
            f"{len(todo)} 个迁移尚未执行，其余检查从略（serve 启动时会执行）：{listed}",
            f"{len(todo)} migrations pending, so rooms were not checked (serve applies them): {listed}",
        )
        yield Finding("database", text, "warning")


def django() -> Iterator[Finding]:
    for message in checks.run_checks():
        level = "error" if message.is_serious() else "warning"
        yield Finding(f"django {message.id}", Text(message.msg, message.msg), level)


def logs() -> Iterator[Finding]:
    from jiedao.cases.checks import verify_log

    yield from (Finding("log", Text(line, line)) for line in verify_log())


def missing_parts() -> Iterator[Finding]:
    for system in registry().systems():
        yield from parts(system)


def parts(system: System) -> Iterator[Finding]:
    """Parts of a system's folder that are absent without a reason, or present with one."""
    folder = Path(str(import_module(system.package).__file__)).parent
    for part in PARTS:
        there = has_part(folder, part)
        if not there and not system.lacks.get(part):
            text = Text(f"缺少 {part}，manifest 也没有说明原因", f"has no {part}, and the manifest gives no reason")
            yield Finding(system.id, text)
        if there and part in system.lacks:
            text = Text(f"manifest 说没有 {part}，其实有", f"has {part}, though the manifest says it lacks it")
            yield Finding(system.id, text)


def has_part(folder: Path, part: str) -> bool:
    """`pages` is pages.py, a package, or several files pages_….py; `rules` a folder with rows; others like pages."""
    if part == "rules":
        return any(folder.glob("rules/*.toml"))
    several = part == "pages" and any(folder.glob("pages_*.py"))
    return several or (folder / f"{part}.py").is_file() or (folder / part / "__init__.py").is_file()
