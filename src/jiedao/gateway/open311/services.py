"""Services: what the kinds of case offer to other software, and what a report of each may say."""

from __future__ import annotations

from typing import Any

from jiedao.cases import kinds
from jiedao.cases.kinds import Attribute, Kind, Service
from jiedao.errors import Missing
from jiedao.text import Text


def offered() -> dict[str, tuple[Kind, Service]]:
    """By service code, in the order in which the kinds name them."""
    return {
        service.code: (kind, service)
        for kind in kinds.all_kinds().values()
        if kind.public and kind.services
        for service in kind.services()
    }


def find(code: str) -> tuple[Kind, Service]:
    """Raises Missing."""
    found = offered().get(code)
    if found is None:
        text = Text("没有这个 service_code。", "There is no such service_code.")
        raise Missing(text, field="service_code", value=code, expected=Text("见 services", "one of services"))
    return found


def listing() -> list[dict[str, Any]]:
    """GET services."""
    return [
        {
            "service_code": service.code,
            "service_name": str(service.name),
            "description": str(service.description) if service.description else None,
            "metadata": bool(service.attributes),
            "type": "realtime",
            "keywords": ",".join(service.keywords) or None,
            "group": str(service.group) or None,
        }
        for _, service in offered().values()
    ]


def definition(code: str) -> dict[str, Any]:
    """GET services/{code}."""
    _, service = find(code)
    attributes = [_attribute(number, one) for number, one in enumerate(service.attributes, 1)]
    return {"service_code": service.code, "attributes": attributes}


def _attribute(order: int, one: Attribute) -> dict[str, Any]:
    choose, write = Text("请选择一项", "choose one"), Text("请填写", "please write")
    return {
        "variable": True,
        "code": one.code,
        "datatype": "singlevaluelist" if one.values else "string",
        "required": one.required,
        "datatype_description": str(choose if one.values else write),
        "order": order,
        "description": str(one.name),
        "values": [{"key": key, "name": str(name)} for key, name in one.values],
    }
