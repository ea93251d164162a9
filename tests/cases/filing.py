"""A program that files reports and says so, line by line, until it is killed: `python -m tests.cases.filing SEED`."""

from __future__ import annotations

import os
import random
import sys
import threading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiedao.config.settings")


def main(seed: int) -> None:
    import django

    django.setup()
    from jiedao.cases import intake, kinds
    from tests.cases import factories

    kinds.use(factories.REGISTRY)
    lock = threading.Lock()

    def run(thread: int) -> None:
        chance, number = random.Random(seed * 100 + thread), 0
        while True:
            number += 1
            key = f"{seed}:{thread}:{number}"
            lon, lat = 113.14 + chance.randrange(40) * 0.0005, 27.82 + chance.randrange(20) * 0.0005
            filed = intake.submit(factories.a_report(lon=lon, lat=lat, key=key))
            with lock:
                os.write(1, f"{key} {filed.case_id}\n".encode())

    threads = [threading.Thread(target=run, args=(n,), daemon=True) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(int(sys.argv[1]))
