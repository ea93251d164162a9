"""The launcher: what it installs, when, and what it says where it cannot."""

from __future__ import annotations

import builtins
import importlib.machinery
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.processes import CHECKOUT


@pytest.fixture
def launcher(tmp_path: Path) -> ModuleType:
    """A copy of the launcher beside locks of its own; it has not installed anything."""
    shutil.copy(CHECKOUT / "jiedao", tmp_path / "jiedao")
    for name in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / name).write_text(f"# {name}\n")
    loader = importlib.machinery.SourceFileLoader("launcher", str(tmp_path / "jiedao"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("launcher", loader))
    loader.exec_module(module)
    return module


@pytest.fixture
def commands(launcher, monkeypatch) -> list[list[str]]:
    """Installs nothing and says what would have been run."""
    seen: list[list[str]] = []

    def make_venv() -> None:
        shutil.rmtree(launcher.VENV, ignore_errors=True)
        Path(launcher.PYTHON).parent.mkdir(parents=True)
        Path(launcher.PYTHON).write_text("")
        seen.append(["venv"])

    monkeypatch.setattr(launcher, "make_venv", make_venv)
    monkeypatch.setattr(launcher.subprocess, "call", lambda command, env: seen.append(command) or 0)
    return seen


def test_one_install_then_none(launcher, commands):
    launcher.ensure(launcher.RUNTIME)
    launcher.ensure(launcher.RUNTIME)
    assert [command[0] for command in commands] == ["venv", launcher.PYTHON]
    assert "--require-hashes" in commands[1]
    assert commands[1][commands[1].index("--only-binary") + 1] == ":all:"


def test_the_development_lock_is_added_to_the_same_environment_and_covers_the_other(launcher, commands):
    launcher.ensure(launcher.RUNTIME)
    launcher.ensure(launcher.DEV)
    launcher.ensure(launcher.RUNTIME)
    assert [command[0] for command in commands] == ["venv", launcher.PYTHON, launcher.PYTHON]


def test_a_changed_lock_is_installed_over_the_old_one(launcher, commands, tmp_path):
    launcher.ensure(launcher.RUNTIME)
    (tmp_path / launcher.RUNTIME).write_text("# changed\n")
    launcher.ensure(launcher.RUNTIME)
    assert [command[0] for command in commands] == ["venv", launcher.PYTHON, launcher.PYTHON]


def test_an_install_that_was_killed_begins_anew(launcher, commands, monkeypatch):
    def killed(command, env):
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(launcher.subprocess, "call", killed)
        with pytest.raises(KeyboardInterrupt):
            launcher.ensure(launcher.RUNTIME)
    assert launcher.stamp() == {}
    launcher.ensure(launcher.RUNTIME)
    assert [command[0] for command in commands] == ["venv", "venv", launcher.PYTHON]
    assert launcher.ready(launcher.RUNTIME)


def test_a_failed_install_says_so_and_keeps_the_environment(launcher, commands, monkeypatch, capsys):
    monkeypatch.setattr(launcher.subprocess, "call", lambda command, env: 1)
    with pytest.raises(SystemExit):
        launcher.ensure(launcher.RUNTIME)
    assert "wheelhouse" in capsys.readouterr().err
    assert not launcher.ready(launcher.RUNTIME)
    monkeypatch.undo()
    assert Path(launcher.PYTHON).exists()


def test_a_wheelhouse_is_used_instead_of_the_network(launcher, commands, tmp_path):
    (tmp_path / "wheelhouse").mkdir()
    launcher.ensure(launcher.RUNTIME)
    assert commands[1][-3:] == ["--no-index", "--find-links", str(tmp_path / "wheelhouse")]


def test_an_environment_whose_python_went_away_is_made_anew(launcher, commands):
    launcher.ensure(launcher.RUNTIME)
    Path(launcher.PYTHON).unlink()
    launcher.ensure(launcher.RUNTIME)
    assert [command[0] for command in commands] == ["venv", launcher.PYTHON] * 2


def test_a_spoilt_stamp_is_no_stamp(launcher, commands):
    launcher.ensure(launcher.RUNTIME)
    Path(launcher.STAMP).write_text("{")
    assert not launcher.ready(launcher.RUNTIME)


def test_a_python_without_venv_names_the_package_to_install(launcher, monkeypatch, capsys):
    real = builtins.__import__

    def no_ensurepip(name, *arguments, **options):
        if name == "ensurepip":
            raise ImportError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", no_ensurepip)
    with pytest.raises(SystemExit):
        launcher.make_venv()
    shown = capsys.readouterr().err
    assert f"python3.{sys.version_info.minor}-venv" in shown
    assert "缺少" in shown


def test_an_old_python_looks_for_a_newer_one(launcher, monkeypatch, capsys):
    monkeypatch.setattr(launcher, "OLDEST", (9, 0))
    monkeypatch.setattr(launcher, "newer_python", lambda: None)
    with pytest.raises(SystemExit):
        launcher.main(["check"])
    assert "3.11" in capsys.readouterr().err
    called = []
    monkeypatch.setattr(launcher, "newer_python", lambda: "/usr/bin/python9.9")
    monkeypatch.setattr(launcher.os, "execv", lambda *command: called.append(command) or sys.exit(0))
    with pytest.raises(SystemExit):
        launcher.main(["check", "--json"])
    assert called[0][0] == "/usr/bin/python9.9"
    assert called[0][1][2:] == ["check", "--json"]


def test_the_file_reads_on_old_pythons():
    source = (CHECKOUT / "jiedao").read_text(encoding="utf-8")
    compile(source, "jiedao", "exec", dont_inherit=True)
    assert not [word for word in ('f"', "f'", ":=", "match ") if word in source]


def test_the_locks_name_no_registry_and_hash_everything():
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (CHECKOUT / name).read_text()
        assert "://" not in text
        assert "--index" not in text
        pins = [line for line in text.splitlines() if line and line[0].isalnum()]
        assert pins
        assert all(line.endswith("\\") and "==" in line for line in pins)


def test_what_runs_here_is_what_the_lock_says():
    """The stamp of this checkout, where the launcher made its environment."""
    stamp = CHECKOUT / ".venv/jiedao-stamp.json"
    if not stamp.exists():
        pytest.skip("this environment was not made by the launcher")
    code = "import importlib.metadata as m; print(m.version('django'))"
    version = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip()
    assert f"\ndjango=={version} " in (CHECKOUT / "requirements.lock").read_text()
    assert json.loads(stamp.read_text()).keys() <= {"requirements.lock", "requirements-dev.lock"}
