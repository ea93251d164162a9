"""Two languages side by side: every string a person reads is written in Chinese and in English at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

LANGUAGES = (("zh-hans", "中文"), ("en", "English"))


def speaking_english() -> bool:
    return (get_language() or "zh-hans").startswith("en")


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence or label in both languages; `str()` gives the one of the active language."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en if speaking_english() else self.zh

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)

    def format(self, **values: Any) -> Text:
        """Fill `{name}` in both languages; a value that is itself a Text is filled in its own language."""
        zh = {k: v.zh if isinstance(v, Text) else v for k, v in values.items()}
        en = {k: v.en if isinstance(v, Text) else v for k, v in values.items()}
        return Text(self.zh.format(**zh), self.en.format(**en))

    def as_dict(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}
