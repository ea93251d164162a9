"""Backup under load, restore elsewhere and over a running server; what is damaged or hostile is refused whole."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from jiedao.config.archive import MANIFEST, reading, writing
from jiedao.errors import Invalid, Refused
from tests.processes import CHECKOUT, free_port, jiedao, running, wait_for

PROGRAM = str(CHECKOUT / "tests/platform/writing.py")


def program(env: dict[str, str], what: str) -> subprocess.Popen[str]:
    env = env | {"DJANGO_SETTINGS_MODULE": "jiedao.config.settings"}
    return subprocess.Popen([sys.executable, PROGRAM, what], env=env, stdout=subprocess.PIPE, text=True)


def write(env: dict[str, str], number: int) -> None:
    with program(env, str(number)) as writer:
        writer.communicate()
    assert writer.returncode == 0


def count(env: dict[str, str]) -> int:
    """How many users were written, after checking that their reports and jobs are there and the log verifies."""
    with program(env, "count") as counter:
        users, jobs, reports, faults = map(int, counter.communicate()[0].split())
    assert (jobs, reports, faults) == (2 * users, users, 0)
    return users


def photo(env: dict[str, str], name: str, content: bytes) -> Path:
    path = Path(env["JIEDAO_HOME"]) / "media" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_backup_under_load_is_of_one_moment_and_restores_elsewhere(installation, tmp_path):
    env, archive = installation(), tmp_path / "out/b.zip"
    photo(env, "ab/one.jpg", b"\xff\xd8" * 1000)
    writer = program(env, "on")
    try:
        wait_for(lambda: writer.stdout.readline().startswith("20"))
        done = jiedao("backup", str(archive), "--json", env=env)
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.communicate()
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["media"], report["keys"]) == (1, 0)
    assert archive.stat().st_mode & 0o777 == 0o600

    there = installation(empty=True)
    done = jiedao("restore", str(archive), "--json", env=there)
    assert done.returncode == 0, done.stderr
    users = count(there)
    assert 20 < users <= count(env)
    assert (Path(there["JIEDAO_HOME"]) / "media/ab/one.jpg").read_bytes() == b"\xff\xd8" * 1000
    write(there, 3)
    assert count(there) == users + 3


def test_data_are_overwritten_only_when_asked(installation, tmp_path):
    env, archive = installation(), tmp_path / "b.zip"
    write(env, 2)
    assert jiedao("backup", str(archive), env=env).returncode == 0
    write(env, 3)
    newer = photo(env, "newer.jpg", b"x")
    refused = jiedao("restore", str(archive), env=env)
    assert refused.returncode == 1
    assert "--force" in refused.stderr
    assert count(env) == 5
    assert jiedao("restore", str(archive), "--force", env=env).returncode == 0
    assert count(env) == 2
    assert newer.exists()


def test_keys_go_along_only_when_asked(installation, tmp_path):
    env, archive = installation(), tmp_path / "b.zip"
    jiedao("backup", str(archive), env=env)
    key = (Path(env["JIEDAO_HOME"]) / "secret.key").read_text()
    assert not [name for name in zipfile.ZipFile(archive).namelist() if name.startswith("keys/")]
    jiedao("backup", str(archive), "--keys", env=env)
    there = installation(empty=True)
    assert jiedao("restore", str(archive), env=there).returncode == 0
    assert (Path(there["JIEDAO_HOME"]) / "secret.key").read_text() == key


@pytest.mark.crash
def test_restoring_over_a_running_server(installation, tmp_path):
    env, archive, port = installation(), tmp_path / "b.zip", free_port()
    write(env, 4)
    jiedao("backup", str(archive), env=env)
    write(env, 3)
    with running("serve", "--port", str(port), env=env):

        def health() -> dict:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                return json.load(answer)

        def alive() -> bool:
            try:
                return health()["worker_age_s"] is not None
            except OSError:
                return False

        wait_for(alive)
        done = jiedao("restore", str(archive), "--force", env=env)
        assert done.returncode == 0, done.stderr
        assert health()["database"] == "ok"
        write(env, 1)
    assert count(env) == 5


def rewrite(archive: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    with zipfile.ZipFile(archive) as old:
        members = {name: old.read(name) for name in old.namelist()}
    change(members)
    with zipfile.ZipFile(archive, "w") as new:
        for name, content in members.items():
            new.writestr(name, content)


def as_member(members: dict[str, bytes], name: str, content: bytes) -> None:
    """Add a member that the manifest names with its true hash."""
    import hashlib

    manifest = json.loads(members[MANIFEST])
    manifest["members"][name] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    members[name], members[MANIFEST] = content, json.dumps(manifest).encode()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "small.zip"
    with writing(path, {"vendor": "sqlite"}) as writer:
        writer.add("media/a.jpg", [b"abc"])
        writer.add("database.sqlite3", [b"d" * 5000])
    return path


def verify(path: Path) -> None:
    with reading(path) as reader:
        reader.verify()


def test_a_sound_archive_verifies(archive):
    verify(archive)


@pytest.mark.parametrize(
    "change",
    [
        lambda members: members.update({"media/a.jpg": b"abd"}),
        lambda members: members.update({"media/a.jpg": b"abc" * 1000}),
        lambda members: members.update({"media/extra.jpg": b"x"}),
        lambda members: members.pop("media/a.jpg"),
        lambda members: members.pop(MANIFEST),
        lambda members: members.update({MANIFEST: b"{"}),
        lambda members: members.update({MANIFEST: b"[]"}),
        lambda members: members.update({MANIFEST: b'{"format": 99, "members": {}}'}),
        *(
            lambda members, name=name: as_member(members, name, b"x")
            for name in (
                "media/../evil",
                "../evil",
                "/etc/evil",
                "media/a/../../evil",
                "keys/../x.key",
                "media\\evil",
                "x",
            )
        ),
    ],
)
def test_damaged_and_hostile_archives_are_refused(archive, change):
    rewrite(archive, change)
    with pytest.raises(Refused):
        verify(archive)


@pytest.mark.parametrize("at", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_archive_is_refused(archive, at):
    content = archive.read_bytes()
    archive.write_bytes(content[: int(len(content) * at)])
    with pytest.raises(Invalid):
        verify(archive)


def test_every_changed_byte_of_the_data_is_noticed(archive):
    content = archive.read_bytes()
    start = content.index(b"abc")
    archive.write_bytes(content[:start] + b"X" + content[start + 1 :])
    with pytest.raises(Invalid):
        verify(archive)


def test_a_failed_backup_leaves_no_file(tmp_path):
    path = tmp_path / "b.zip"
    with pytest.raises(RuntimeError), writing(path, {}) as writer:
        writer.add("media/a.jpg", [b"abc"])
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_broken_archive_changes_nothing(installation, tmp_path):
    env, archive = installation(), tmp_path / "b.zip"
    write(env, 2)
    jiedao("backup", str(archive), env=env)
    rewrite(archive, lambda members: members.update({next(n for n in members if n != MANIFEST): b"junk"}))
    done = jiedao("restore", str(archive), "--force", env=env)
    assert done.returncode == 1
    assert "未作任何改动" in done.stderr
    assert count(env) == 2


def test_a_backup_of_another_release_is_refused_by_name(installation, tmp_path):
    env, archive = installation(), tmp_path / "b.zip"
    jiedao("backup", str(archive), env=env)

    def newer(members: dict[str, bytes]) -> None:
        manifest = json.loads(members[MANIFEST])
        manifest["migrations"].append("cases.0999_later")
        members[MANIFEST] = json.dumps(manifest | {"release": "9.9"}).encode()

    rewrite(archive, newer)
    done = jiedao("restore", str(archive), "--force", env=env)
    assert done.returncode == 1
    assert "9.9" in done.stderr
