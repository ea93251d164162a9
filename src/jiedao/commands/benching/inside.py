"""`python -m jiedao.commands.benching.inside TASK ARGUMENTS`: one task, its answer printed as JSON."""

from __future__ import annotations

import importlib
import json
import os
import sys


def main(task: str, given: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiedao.config.settings")
    import django

    django.setup()
    found = importlib.import_module(f"jiedao.commands.benching.{task}").run(**json.loads(given))
    print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main(*sys.argv[1:3])
