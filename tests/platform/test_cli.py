"""The command line: complete help, plain errors in both languages, honest exit codes."""

from __future__ import annotations

import argparse
import sys

import pytest

from jiedao import cli
from jiedao.commands import bench
from jiedao.config import checks
from jiedao.config.options import BadOptions
from jiedao.errors import Invalid
from jiedao.registry import System
from jiedao.text import Text
from tests.processes import environment, jiedao


def test_help_lists_every_command_without_loading_django_apps(tmp_path):
    done = jiedao("--help", env=environment(tmp_path / "none"))
    assert done.returncode == 0
    for name in cli.names():
        assert f"\n    {name} " in done.stdout or f"\n    {name}\n" in done.stdout
    assert not (tmp_path / "none").exists()


def test_commands_have_a_help_in_both_languages():
    for name in cli.names():
        module = cli.load(name)
        assert module.help.isascii() is False
        assert any(character.isascii() and character.isalpha() for character in module.help)
        assert module.__doc__


@pytest.mark.parametrize("argv", [[], ["nonsense"], ["serve", "--port", "x"]])
def test_wrong_usage_exits_with_2(argv, tmp_path):
    done = jiedao(*argv, env=environment(tmp_path))
    assert done.returncode == 2
    assert "usage" in done.stderr


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"JIEDAO_PORT": "99999"}, "port = '99999'"),
        ({"JIEDAO_DATABASE_URL": "mysql://u:hidden@h/x"}, "database_url"),
        ({"JIEDAO_DATABASE_URL": "postgresql://u:hidden@127.0.0.1:1/x"}, "127.0.0.1"),
    ],
)
def test_settings_that_cannot_be_used_are_named_without_their_secrets(more, expected, tmp_path):
    done = jiedao("prepare", env=environment(tmp_path, **more))
    assert done.returncode == 1
    assert expected in done.stderr
    assert "hidden" not in done.stderr
    assert "Traceback" not in done.stderr


def test_check_explains_each_fault_and_exits_with_1(installation):
    env = installation()
    more = {"JIEDAO_HOSTS": "*", "JIEDAO_OIDC_ISSUER": "https://id.example", "JIEDAO_PROT": "1"}
    done = jiedao("check", env=env | more)
    assert done.returncode == 1
    for word in ("hosts", "oidc_issuer", "JIEDAO_PROT"):
        assert word in done.stdout


def test_a_refusal_is_told_in_both_languages(monkeypatch, capsys):
    refused = Invalid(Text("不行", "not so"), expected=Text("这样", "like this"))

    def run(args):
        raise refused

    monkeypatch.setattr(cli, "dispatch", run)
    assert cli.main(["check"]) == 1
    shown = capsys.readouterr().err
    assert "不行 这样" in shown
    assert "not so like this" in shown


def test_a_fault_of_ours_keeps_its_traceback(monkeypatch):
    monkeypatch.setattr(cli, "dispatch", lambda args: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        cli.main(["check"])


def test_many_faults_are_a_line_each():
    text = cli.explain(BadOptions(["one", "two"]))
    assert text.en.splitlines()[1:] == ["  one", "  two"]


def test_arguments_are_passed_on_in_their_order(monkeypatch):
    seen = []
    monkeypatch.setattr(cli, "dispatch", lambda args: seen.append(args.rest) or 0)
    cli.main(["test", "-m", "not browser", "tests/x", "--help"])
    assert seen == [["-m", "not browser", "tests/x", "--help"]]


def test_parts_are_there_or_their_absence_is_explained():
    package = "tests.platform"
    missing = System("x", Text("x", "x"), Text("x", "x"), package)
    assert len(list(checks.parts(missing))) == 8
    explained = System("x", Text("x", "x"), Text("x", "x"), package, lacks=dict.fromkeys(checks.PARTS, "a test"))
    assert list(checks.parts(explained)) == []


def test_a_check_that_fails_is_a_finding():
    def bad():
        raise RuntimeError("boom")
        yield

    (finding,) = checks._guarded("x", bad)
    assert (finding.where, finding.level) == ("x", "error")
    assert "boom" in finding.text.en


def test_a_table_of_rows():
    shown = bench.table([{"name": "a", "n": 12345, "ok": True}, {"name": "b", "s": 0.12345}])
    assert shown.splitlines() == [
        "name       n    ok       s",
        "   a  12,345  True       –",
        "   b       –     –  0.1235",
    ]


def test_the_machine_is_described():
    found = bench.machine()
    assert found["cores"] >= 1
    assert found["memory_gb"] > 0
    assert bench.versions("django", "no-such-package").keys() == {"python", "django"}


def test_modules_of_commands_import_nothing_heavy(tmp_path):
    code = (
        "import sys; from jiedao import cli; cli.build_parser(); print(sorted({'numpy', 'shapely'} & set(sys.modules)))"
    )
    import subprocess

    done = subprocess.run([sys.executable, "-c", code], env=environment(tmp_path), capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_the_parser_takes_every_command():
    parser = cli.build_parser()
    assert isinstance(parser.parse_args(["check", "--json"]), argparse.Namespace)
