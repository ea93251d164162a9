"""`jiedao manage …`: Django's own management commands, for whoever maintains the code."""

import argparse

help = "Django 的管理命令 · Django's own commands (makemigrations, shell, dbshell …)"
PASSES_ON = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "rest", nargs=argparse.REMAINDER, metavar="…", help="命令及其参数 · the command and its arguments"
    )


def run(args: argparse.Namespace) -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["jiedao manage", *args.rest])
    return 0
