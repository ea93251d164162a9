"""Names of areas as people say, type and abbreviate them, brought to one form."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

DIGITS = "零一二三四五六七八九"
_TO_ARABIC = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_TO_CHINESE = str.maketrans("〇○0123456789", "零零" + DIGITS)
_NOISE = str.maketrans("", "", " \t\r\n\u3000·•・-–—_()（）[]【】,，.。、'’\"“”")

# The longest comes first; the English word is what the kind of division is called.
KINDS = (
    ("社区居民委员会", "Community"),
    ("社区居委会", "Community"),
    ("居民委员会", "Community"),
    ("村民委员会", "Village"),
    ("街道办事处", "Subdistrict"),
    ("居委会", "Community"),
    ("村委会", "Village"),
    ("办事处", "Subdistrict"),
    ("社区", "Community"),
    ("街道", "Subdistrict"),
    ("自治州", "Prefecture"),
    ("镇", "Town"),
    ("乡", "Township"),
    ("村", "Village"),
    ("区", "District"),
    ("县", "County"),
    ("市", "City"),
)


def fold(text: str) -> str:
    """One spelling for look-up: width, case, spaces, punctuation and Chinese digits (六〇一 = 六零一 = 601)."""
    bare = unicodedata.normalize("NFKC", text).casefold().translate(_NOISE).translate(_TO_ARABIC)
    return unicodedata.normalize("NFKC", bare)


def split(name: str) -> tuple[str, str]:
    """A name's own part and the English word of its kind: 月塘街道 → (月塘, Subdistrict); kind "" where it has none."""
    for suffix, word in KINDS:
        if name.endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)], word
    return name, ""


def short(name: str) -> str:
    """As on a sign: 文化路社区居委会 → 文化路社区, 荷塘铺村委会 → 荷塘铺村."""
    for long, kept in (
        ("社区居民委员会", "社区"),
        ("社区居委会", "社区"),
        ("村民委员会", "村"),
        ("村委会", "村"),
        ("街道办事处", "街道"),
    ):
        if name.endswith(long) and len(name) > len(long):
            return name[: -len(long)] + kept
    return name


def stem(text: str) -> str:
    """The folded own part of a name or query: 六〇一社区居委会 → 601."""
    return fold(split(unicodedata.normalize("NFKC", text).strip())[0])


@lru_cache(maxsize=65536)
def pinyin(text: str) -> str:
    """Without tones or spaces: 六〇一 → liulingyi."""
    return "".join(lazy_pinyin(text.translate(_TO_CHINESE))).casefold()


@lru_cache(maxsize=65536)
def initials(text: str) -> str:
    """First letters of the syllables: 桂花 → gh."""
    return "".join(lazy_pinyin(text.translate(_TO_CHINESE), style=Style.FIRST_LETTER)).casefold()


def english(name: str) -> str:
    """Pinyin with the kind translated: 桂花街道 → Guihua Subdistrict."""
    own, word = split(name)
    return f"{pinyin(own).capitalize()} {word}".rstrip()


def search_key(name: str, name_en: str = "") -> str:
    """What Area.search holds: folded name | own part | pinyin | initials | folded English name."""
    own = split(name)[0]
    parts = (fold(short(name)), stem(name), fold(pinyin(own)), fold(initials(own)), fold(name_en))
    return "|".join(parts)[:300]


def score(query: str, search: str) -> int | None:
    """How well a query fits a search key, 0 best; None where it does not."""
    whole, own = fold(query), stem(query)
    parts = (search.split("|") + [""] * 5)[:5]
    name, part, sound, letters, en = parts
    if not whole:
        return None
    tests = (
        whole in (name, part) or own == part,
        bool(own) and part.startswith(own),
        whole in name or (bool(own) and own in part),
        whole in (sound, letters),
        sound.startswith(whole) or en.startswith(whole),
        len(whole) > 1 and (letters.startswith(whole) or whole in sound or whole in en),
    )
    return next((rank for rank, holds in enumerate(tests) if holds), None)
