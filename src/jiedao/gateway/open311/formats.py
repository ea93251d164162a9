"""One answer as JSON or XML. The standard's XML wraps each list in an element that names its items."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from jiedao.errors import Missing
from jiedao.text import Text

TYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
ITEMS = {"attributes": "attribute", "values": "value", "media_urls": "media_url", "endpoints": "endpoint",
         "formats": "format"}  # fmt: skip
"""Name of a list inside an object → name of its items."""
NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def choose(request: HttpRequest, ending: str) -> str:
    """json or xml: by the address's ending, else ?format=, else Accept; XML where nothing is asked for.

    Raises Missing for another ending.
    """
    asked = ending or request.GET.get("format", "")
    if asked:
        if asked not in TYPES:
            text = Text("只有 json 和 xml 两种格式。", "There are two formats, json and xml.")
            raise Missing(text, field="format", value=asked, expected=Text("json、xml", "json, xml"))
        return asked
    wanted = request.headers.get("Accept", "")
    at = {form: wanted.find(form) for form in TYPES if form in wanted}
    return min(at, key=at.__getitem__) if at else "xml"


def when(moment: datetime | None) -> str | None:
    """W3C date and time with its offset."""
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else None


def render(form: str, data: Any, root: str, item: str, status: int = 200) -> HttpResponse:
    """`data` is a list of objects, or one object; `root` and `item` name its XML elements."""
    if form == "json":
        body = json.dumps(data, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    else:
        top = ET.Element(root)
        if isinstance(data, list):
            for one in data:
                _fill(ET.SubElement(top, item), one)
        else:
            _fill(top, data)
        body = b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(top, "utf-8")
    return HttpResponse(body, content_type=TYPES[form], status=status)


def _fill(element: ET.Element, value: Any) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            child = ET.SubElement(element, name)
            if isinstance(inner, list):
                for one in inner:
                    _fill(ET.SubElement(child, ITEMS[name]), one)
            else:
                _fill(child, inner)
    elif value is not None:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        element.text = NO_XML.sub("", text)
