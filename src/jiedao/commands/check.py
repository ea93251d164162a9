"""`jiedao check`: a line a finding, from the settings up to each system's own checks."""

from __future__ import annotations

import argparse

help = "检查配置、规则、流程、数据库 · check settings, database, rules, flows and systems; exit 1 on any error"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--log", action="store_true", help="逐条核对案卷日志 · verify the log of every case as well")
    parser.add_argument("--json", action="store_true", help="每行一个 JSON 对象 · one JSON object a line")


def run(args: argparse.Namespace) -> int:
    import json

    from jiedao.config.checks import findings

    found = list(findings(log=args.log))
    for finding in found:
        if args.json:
            print(
                json.dumps(
                    {"level": finding.level, "where": finding.where} | finding.text.as_dict(), ensure_ascii=False
                )
            )
        else:
            print(f"{finding.level:7} {finding.where}: {finding.text.zh} · {finding.text.en}")
    errors = sum(finding.level == "error" for finding in found)
    if not args.json:
        print(f"{errors} 个错误，共 {len(found)} 项 · {errors} errors of {len(found)} findings")
    return 1 if errors else 0
