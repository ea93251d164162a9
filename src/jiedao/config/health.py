"""/healthz: can this process reach the database, and how long ago did a worker last say that it lives."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from jiedao.jobs.worker import last_beat_age
from jiedao.people.gate import public


@public
def healthz(request: HttpRequest) -> JsonResponse:
    """200 with `{"database", "worker_age_s"}`; 503 where the database does not answer. Age null: no worker was seen."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        age = last_beat_age()
    except DatabaseError:
        return JsonResponse({"database": "unreachable", "worker_age_s": None}, status=503)
    return JsonResponse({"database": "ok", "worker_age_s": None if age is None else round(age, 1)})
