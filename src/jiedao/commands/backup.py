"""`jiedao backup FILE`: one archive of database and media, also while serving."""

from __future__ import annotations

import argparse
from pathlib import Path

help = "备份到一个文件（可在运行时进行）· back up to one file, also while serving"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path)
    parser.add_argument("--keys", action="store_true", help="连同密钥：请另行妥善保管 · with the keys: guard the file")
    parser.add_argument("--no-media", action="store_true", help="不含照片等附件 · without photos and attachments")
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象 · print one JSON object")


def run(args: argparse.Namespace) -> int | dict:
    from jiedao.config.backup import backup

    report = backup(args.file.resolve(), media=not args.no_media, keys=args.keys)
    if args.json:
        return report
    print(
        "已备份 · backed up: {file}, {bytes:,} B, {rows:,} 行 rows, {media:,} 附件 attachments, {seconds} s".format(
            **report
        )
    )
    if not args.keys:
        print("不含密钥：请另存 vault.key，没有它加密的个人信息无法读出 · keys not included: keep vault.key elsewhere")
    return 0
