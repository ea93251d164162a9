"""`jiedao restore FILE`: verifies an archive, then puts it in place."""

from __future__ import annotations

import argparse
from pathlib import Path

help = "从备份恢复（可在运行时进行）· restore from a backup, also while serving"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path)
    parser.add_argument("--force", action="store_true", help="覆盖现有数据 · overwrite the data that is here")
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象 · print one JSON object")


def run(args: argparse.Namespace) -> int | dict:
    from jiedao.config.backup import restore

    report = restore(args.file.resolve(), force=args.force)
    if args.json:
        return report
    print(
        "已恢复 · restored: {rows:,} 行 rows, {media:,} 附件 attachments, {keys} 密钥 keys, {seconds} s".format(
            **report
        )
    )
    return 0
