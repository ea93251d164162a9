"""The tree of areas: codes, names, search. Names and levels of the whole tree are kept in memory."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from jiedao.city import names
from jiedao.city.models import Area
from jiedao.city.stamps import Kept
from jiedao.errors import Invalid, Missing
from jiedao.text import Text

Level: Any = Area.Level
LENGTHS: dict[int, str] = {4: Level.CITY, 6: Level.DISTRICT, 9: Level.SUBDISTRICT, 12: Level.COMMUNITY}
LEVELS: tuple[str, ...] = (Level.CITY, Level.DISTRICT, Level.SUBDISTRICT, Level.COMMUNITY, Level.CELL)
LEVEL_NAMES: dict[str, Text] = {
    Level.CITY: Text("市", "city"),
    Level.DISTRICT: Text("区县", "district"),
    Level.SUBDISTRICT: Text("街道/镇", "subdistrict"),
    Level.COMMUNITY: Text("社区/村", "community"),
    Level.CELL: Text("网格", "grid cell"),
}
MAX_CODE = 20
_EXPECTED = Text(
    "4、6、9 或 12 位区划代码，或更长的网格代码", "an area code of 4, 6, 9 or 12 digits, or a longer grid-cell code"
)


def normalise(code: str) -> str:
    """The significant prefix: 430200 → 4302, 430202004000 → 430202004; full-width digits are read. Raises Invalid."""
    digits = "".join(unicodedata.normalize("NFKC", str(code)).split())
    if not (digits.isascii() and digits.isdigit()) or len(digits) > MAX_CODE:
        raise _bad_code(code)
    if len(digits) == 12 and digits.endswith("000"):
        digits = digits[:9]
    if len(digits) == 9 and digits.endswith("000"):
        digits = digits[:6]
    if len(digits) == 6 and digits.endswith("00"):
        digits = digits[:4]
    if len(digits) <= 12 and len(digits) not in LENGTHS:
        raise _bad_code(code)
    return digits


def level(code: str) -> str:
    """The level of a significant code, by its length."""
    return LENGTHS.get(len(code), Level.CELL)


def column(code: str) -> str:
    """The column of a located row (Case, Asset, …) with codes of this level; "" for a city, which holds everything."""
    found = level(code)
    return "" if found == Level.CITY else str(found)


def parent_code(code: str) -> str:
    """The code one level up; "" above a city."""
    return code[: max(length for length in (0, 4, 6, 9, 12) if length < len(code))]


def get(code: str) -> Area:
    """The area of a code in any of its forms. Raises Invalid, or Missing with near codes."""
    code = normalise(code)
    found = Area.objects.filter(code=code).first()
    if found is None:
        near = "、".join(f"{c} {book().entries[c].name}" for c in get_close_matches(code, book().entries, n=3))
        hint = Text(f"；相近：{near}" if near else "", f"; near: {near}" if near else "")
        raise Missing(
            Text("没有代码为 {code} 的区划{hint}", "no area has the code {code}{hint}").format(code=code, hint=hint),
            field="area",
            value=code,
        )
    return found


def children(code: str) -> list[Area]:
    """Direct children in code order, without their shapes."""
    return list(Area.objects.filter(parent_id=normalise(code)).defer("shape").order_by("code"))


def name(code: str) -> Text:
    """The name of an area, from memory; the bare code where it is unknown."""
    entry = book().entries.get(code)
    return entry.text if entry else Text(code, code)


def path(code: str) -> list[str]:
    """Codes from the city down to this area, as far as they exist."""
    entries, found = book().entries, []
    while code:
        if code in entries:
            found.append(code)
        code = parent_code(code)
    return found[::-1]


def full_name(code: str) -> Text:
    """The names from the district down: 荷塘区桂花街道六零一社区."""
    parts = [name(step) for step in path(code) if len(step) > 4] or [name(code)]
    return Text("".join(part.zh for part in parts), ", ".join(part.en for part in reversed(parts)))


def search(q: str, level: str | None = None, limit: int = 20) -> list[Area]:
    """Areas whose name, pinyin, initials or code fit, best first, without shapes.

    Cells only when their level is asked for.
    """
    ranked = []
    prefix = "".join(unicodedata.normalize("NFKC", q).split())[:MAX_CODE]
    by_code = len(prefix) >= 4 and prefix.isascii() and prefix.isdigit()
    for code, entry in book().entries.items():
        if entry.level == level or (level is None and entry.level != Level.CELL):
            rank = 0 if code == prefix else names.score(q[:80], entry.search)
            if rank is None and by_code and code.startswith(prefix):
                rank = 9
            if rank is not None:
                ranked.append((rank, len(code), code))
    chosen = [code for _, _, code in sorted(ranked)[:limit]]
    found = Area.objects.defer("shape").in_bulk(chosen)
    return [found[code] for code in chosen if code in found]


@dataclass(frozen=True, slots=True)
class Entry:
    """One area in memory."""

    name: str
    name_en: str
    level: str
    search: str

    @property
    def text(self) -> Text:
        shown = names.short(self.name)
        return Text(shown, self.name_en or shown)


@dataclass(frozen=True)
class Book:
    entries: dict[str, Entry]


def _read() -> Book:
    rows = Area.objects.values_list("code", "name", "name_en", "level", "search").iterator(chunk_size=5000)
    return Book({code: Entry(*rest) for code, *rest in rows})


_book: Kept[Book] = Kept("areas", build=_read)
book = _book.get


def _bad_code(code: str) -> Invalid:
    return Invalid(
        Text("“{code}”不是区划代码", "“{code}” is not an area code").format(code=str(code)[:40]),
        field="area",
        value=code,
        expected=_EXPECTED,
    )
