"""The web process: the application, and what it warms up beside its first requests."""

import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiedao.config.settings")
application = get_wsgi_application()


def warm() -> None:
    """Run what the systems want ready; a failure is logged and costs nothing but the head start."""
    import logging

    from django.db import connection

    from jiedao.registry import registry

    for prepare in registry().collect("warm"):
        try:
            prepare()
        except Exception:
            logging.getLogger("jiedao").exception("warming up")
    connection.close()


threading.Thread(target=warm, name="warm", daemon=True).start()
