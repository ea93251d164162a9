"""What people write, made safe to keep and to show.

Control characters (NUL too), byte-order marks, lone surrogates and bidirectional overrides are taken out, not refused:
they come along with a paste, mean nothing to a reader, and refusing would lose a report; left in, they break
PostgreSQL, logs and XML, or let a line read differently from what it says. Joiners that scripts and emoji need stay.
"""

from __future__ import annotations

import re
from typing import Any

from jiedao.errors import Invalid, TooLarge
from jiedao.rules.store import value as rule
from jiedao.text import Text

BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
STRAY = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
SUSPECT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def tidy(text: str) -> str:
    """One kind of line break, nothing invisible that harms, no space around it."""
    if SUSPECT.search(text):
        text = STRAY.sub("", BREAKS.sub("\n", text))
    return text.strip()


def clean(text: Any, field: str, limit: int) -> str:
    """`tidy`, refusing what is no text (Invalid) or longer than `limit` characters (TooLarge)."""
    if text is None:
        return ""
    if not isinstance(text, str):
        raise Invalid(Text("应为文字。", "This must be text."), field=field, value=type(text).__name__)
    found = tidy(text)
    if len(found) > limit:
        raise TooLarge(
            Text("文字太长：{n} 字，最多 {limit} 字。", "Too long: {n} characters, {limit} at most.").format(
                n=len(found), limit=limit
            ),
            field=field,
            value=found,
            expected=Text(f"不超过 {limit} 字", f"at most {limit} characters"),
        )
    return found


def line(text: Any, field: str, limit: int) -> str:
    """`clean`, on one line."""
    return " ".join(clean(text, field, limit).split())


def handle(text: Any, limit: int = 40) -> str:
    """A code or token from outside, fit to be looked up: never a fault, at worst not found."""
    return tidy(str(text))[:limit]


def note(text: Any, field: str = "note") -> str:
    return clean(text, field, rule("cases.note_max"))


def description(text: Any) -> str:
    return clean(text, "text", rule("cases.text_max"))


def plain(data: Any) -> Any:
    """A JSON value with every string in it tidied; NUL in a key or value would not fit PostgreSQL's jsonb."""
    if isinstance(data, str):
        return tidy(data)
    if isinstance(data, dict):
        return {tidy(str(key)): plain(item) for key, item in data.items()}
    if isinstance(data, list | tuple):
        return [plain(item) for item in data]
    return data
