"""`jiedao COMMAND …`: finds jiedao/commands/COMMAND.py, sets Django up if it needs that, runs it, answers plainly.

A command module has `help: str`, `add_arguments(parser)`, `run(args) -> int | dict | None`, and may say
`NEEDS_DJANGO = False` (nothing is set up), `NEEDS_DATABASE = True` (pending migrations are applied first) or
`PASSES_ON = True` (all that follows is `args.rest`, unread). It imports models inside `run`, since `--help` imports it
before Django is set up.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import sys
from types import ModuleType
from typing import Any

from jiedao import commands
from jiedao.config.options import BadOptions
from jiedao.text import Text

ABOUT = "街道 Jiedao：一个街道一个街道地运行城市 · running a city neighbourhood by neighbourhood"


def names() -> list[str]:
    """Every command, as typed: `import_` is `import`; parts of `bench`, and packages, are not commands of their own."""
    found = (module.name for module in pkgutil.iter_modules(commands.__path__) if not module.ispkg)
    return sorted(name.rstrip("_") for name in found if not name.startswith(("bench_", "_")))


def load(name: str) -> ModuleType:
    suffix = "_" if name == "import" else ""
    return importlib.import_module(f"jiedao.commands.{name}{suffix}")


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="jiedao", description=ABOUT)
    subparsers = parser.add_subparsers(title="命令 commands", dest="command", metavar="COMMAND", required=True)
    for name in names():
        module = load(name)
        module.add_arguments(subparsers.add_parser(name, help=module.help, description=module.help))
    return parser


def say(text: Text) -> None:
    """An error in both languages, on standard error."""
    print(f"jiedao: {text.zh}\njiedao: {text.en}", file=sys.stderr)


def set_up(module: object) -> None:
    """Django, and the database where the module asks for it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiedao.config.settings")
    import django

    django.setup()
    if getattr(module, "NEEDS_DATABASE", False):
        from jiedao.config.prepare import migrate

        migrate()


def dispatch(args: argparse.Namespace) -> int:
    module = load(args.command)
    if getattr(module, "NEEDS_DJANGO", True):
        set_up(module)
    answer: Any = module.run(args)
    if isinstance(answer, dict):
        print(json.dumps(answer, ensure_ascii=False, indent=None if getattr(args, "json", False) else 2, default=str))
        return 0
    return int(answer or 0)


def explain(error: Exception) -> Text | None:
    """The sentence for an error that is the operator's to mend; None for a fault of ours."""
    from django.db import OperationalError

    from jiedao.config.database import BadDatabase
    from jiedao.errors import Refused

    if isinstance(error, Refused):
        hint = error.expected or Text("", "")
        return Text(f"{error.text.zh} {hint.zh}".strip(), f"{error.text.en} {hint.en}".strip())
    if isinstance(error, BadOptions | BadDatabase):
        return Text(f"设置有误：\n  {_indented(error)}", f"the settings cannot be used:\n  {_indented(error)}")
    if isinstance(error, OperationalError):
        return Text(f"数据库无法使用：{error}".strip(), f"the database cannot be used: {error}".strip())
    return None


def _indented(error: Exception) -> str:
    return str(error).replace("\n", "\n  ")


def main(argv: list[str]) -> int:
    """Exit code: 0 done, 1 findings or a refusal, 2 wrong usage, 130 interrupted."""
    if argv and argv[0] in names() and getattr(load(argv[0]), "PASSES_ON", False):
        args = argparse.Namespace(command=argv[0], rest=argv[1:])
    else:
        args = build_parser().parse_args(argv)
    try:
        return dispatch(args)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        text = explain(error)
        if text is None:
            raise
        say(text)
        return 1
