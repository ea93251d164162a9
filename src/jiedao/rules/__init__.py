"""Numbers of law, standards and cities as dated data, the working calendar, and the deadline engine."""

from jiedao.rules.calendar import WorkCalendar, calendar_for
from jiedao.rules.checks import check
from jiedao.rules.deadlines import deadline, deadline_with_pauses, elapsed
from jiedao.rules.rows import NoMatch, Rule, UnknownRule
from jiedao.rules.store import forget, generation, lookup, value

__all__ = [
    "NoMatch",
    "Rule",
    "UnknownRule",
    "WorkCalendar",
    "calendar_for",
    "check",
    "deadline",
    "deadline_with_pauses",
    "elapsed",
    "forget",
    "generation",
    "lookup",
    "value",
]
