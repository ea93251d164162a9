"""What a `check_…` raises: a sentence for the user that names the field, the value and what would be right."""

from __future__ import annotations

from typing import Any

from jiedao.text import Text


class Refused(Exception):
    """Base of every refusal. `status` is the HTTP status the web, API and gateways answer with."""

    status = 400
    code = "refused"

    def __init__(
        self,
        text: Text,
        *,
        field: str | None = None,
        value: Any = None,
        expected: Text | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(text.zh)
        self.text, self.field, self.value, self.expected = text, field, value, expected
        if code:
            self.code = code

    def as_dict(self) -> dict[str, Any]:
        """The body the API answers with; a value is cut at 200 characters so that an error never echoes a flood."""
        shown = None if self.value is None else str(self.value)[:200]
        return {
            "code": self.code,
            "message": str(self.text),
            "field": self.field,
            "value": shown,
            "expected": str(self.expected) if self.expected else None,
        }


class Invalid(Refused):
    """A field holds a value that cannot be right."""

    status, code = 422, "invalid"


class Forbidden(Refused):
    """This person may not do this, here, to this kind."""

    status, code = 403, "forbidden"


class Missing(Refused):
    """No such thing, or none that this person may see."""

    status, code = 404, "missing"


class Conflict(Refused):
    """Somebody else was first: a stale version, a key used for another request, a step already taken."""

    status, code = 409, "conflict"


class TooLarge(Refused):
    status, code = 413, "too_large"


class TooMany(Refused):
    status, code = 429, "too_many"
