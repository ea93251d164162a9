"""Tables of city management to take away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jiedao.registry import Export
from jiedao.systems.city_management.taxonomy import taxonomy
from jiedao.text import Text

COLUMNS = (
    Text("小类编号", "Code"),
    Text("大类", "Big class"),
    Text("小类", "Small class"),
    Text("立案条件", "Filed when"),
    Text("结案条件", "Closed when"),
    Text("时限", "Limit"),
    Text("时限单位", "Unit"),
    Text("出处", "Source"),
    Text("把握程度", "Certainty"),
)


def standard(user: Any) -> Iterator[tuple[Any, ...]]:
    """The filing standard in force today, a line a condition."""
    for small in taxonomy().classes:
        for row in small.conditions:
            names = (str(small.big_name), str(small.name), str(row.text), str(row.closing))
            yield small.code, *names, row.limit_amount, row.limit_unit, row.source, row.certainty


EXPORTS = (Export("city-standard", Text("现行立案标准", "The filing standard in force"), COLUMNS, standard),)
