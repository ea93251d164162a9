"""Triage of a report: which small class and condition it tells of, how sure we are, and why.

A multinomial naive Bayes over character 1–3-grams, taught by the taxonomy itself (names, conditions, words that
residents use) and by what staff corrected; every word of the taxonomy found in the text is named as a reason. No model
file: the taxonomy and the corrections are in the database and the rule data, so any process can rebuild it.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from jiedao.cases.models import Entry
from jiedao.rules import store
from jiedao.systems.city_management.taxonomy import SmallClass, Taxonomy, taxonomy
from jiedao.text import Text

FEATURES = 2**15
KEYWORD_WEIGHT = 3.0
CORRECTION_WEIGHT = 2.0
LEARN_FROM = 5_000
FRESH_S = 60.0
"""A process looks for new corrections at most this often."""


@dataclass(frozen=True)
class Guess:
    """One small class a text may tell of; `confidence` is the posterior, 0 to 1."""

    small: SmallClass
    confidence: float
    why: tuple[Text, ...]


@dataclass(frozen=True)
class Lesson:
    """A text and the small class that staff said it tells of."""

    text: str
    category: str


class Triager:
    """Learned once from a taxonomy and lessons; `guess` is pure and thread-safe."""

    def __init__(self, taxonomy: Taxonomy, lessons: Iterable[Lesson] = ()) -> None:
        from sklearn.feature_extraction.text import HashingVectorizer  # a second to import: only where texts are judged

        self.classes = list(taxonomy.classes)
        self.index = {small.code: i for i, small in enumerate(self.classes)}
        self.vectors = HashingVectorizer(
            analyzer="char", ngram_range=(1, 3), n_features=FEATURES, alternate_sign=False, norm=None
        )
        self.words = _words(self.classes)
        self.pattern = re.compile("|".join(map(re.escape, sorted(self.words, key=len, reverse=True))) or r"(?!)")
        self.lessons = [x for x in lessons if x.category in self.index]
        self.taught = Counter(x.category for x in self.lessons)
        self.weights = self._learn()

    def _learn(self) -> np.ndarray:
        """Log-probabilities, features × classes."""
        from sklearn.naive_bayes import MultinomialNB

        texts, labels, weights = [], [], []
        for i, small in enumerate(self.classes):
            for text, weight in _primer(small):
                texts.append(text)
                labels.append(i)
                weights.append(weight)
        for lesson in self.lessons:
            texts.append(clean(lesson.text))
            labels.append(self.index[lesson.category])
            weights.append(CORRECTION_WEIGHT)
        model = MultinomialNB(alpha=0.02, fit_prior=False)
        model.partial_fit(self.vectors.transform(texts), labels, np.arange(len(self.classes)), np.array(weights))
        return np.ascontiguousarray(model.feature_log_prob_.T)

    def guess(self, texts: Sequence[str], top: int = 3) -> list[list[Guess]]:
        """The likeliest small classes of each text, best first."""
        cleaned = [clean(text) for text in texts]
        counted = self.vectors.transform(cleaned)
        scores = counted @ self.weights
        hits = [self._hits(text) for text in cleaned]
        for row, found in zip(scores, hits, strict=True):
            for i, words in found.items():
                row[i] += KEYWORD_WEIGHT * sum(len(word) for word in words)
        scores /= np.sqrt(1 + counted.sum(axis=1)).reshape(-1, 1)  # overlapping grams are no independent witnesses
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        odds /= odds.sum(axis=1, keepdims=True)
        best = np.argsort(-odds, axis=1)[:, :top]
        return [[self._guess(i, float(odds[n, i]), hits[n].get(i, ())) for i in best[n]] for n in range(len(cleaned))]

    def _hits(self, text: str) -> dict[int, tuple[str, ...]]:
        found: dict[int, list[str]] = {}
        for word in set(self.pattern.findall(text)):
            for i in self.words[word]:
                found.setdefault(i, []).append(word)
        return {i: tuple(sorted(words)) for i, words in found.items()}

    def _guess(self, i: int, confidence: float, words: Sequence[str]) -> Guess:
        small = self.classes[i]
        why = [Text(f"提到“{word}”", f"mentions “{word}”") for word in words]
        if not why:
            why.append(Text("用语与该小类最接近", "the wording is nearest to this class"))
        if self.taught[small.code]:
            n = self.taught[small.code]
            why.append(Text(f"参考了 {n} 件人工更正", f"learned from {n} corrections by staff"))
        return Guess(small, confidence, tuple(why))


def clean(text: str) -> str:
    """Lower case, no spaces between Chinese characters, one space elsewhere."""
    text = re.sub(r"\s+", " ", text.lower()).strip()
    return re.sub(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])", "", text)


def _words(classes: Sequence[SmallClass]) -> dict[str, list[int]]:
    """Each word of a name or keyword list → the classes it speaks for."""
    found: dict[str, list[int]] = {}
    for i, small in enumerate(classes):
        for word in {clean(w) for w in (small.name.zh, small.name.en, *small.keywords)}:
            if len(word) > 1:
                found.setdefault(word, []).append(i)
    return found


def _primer(small: SmallClass) -> list[tuple[str, float]]:
    """What the taxonomy itself teaches of a class."""
    named = f"{small.name.zh} {small.name.en}"
    texts = [(clean(f"{named} {' '.join(small.keywords)}"), 2.0)]
    texts += [(clean(f"{small.name.zh} {x.text.zh} {x.text.en}"), 1.0) for x in small.conditions]
    return texts


def lessons(limit: int = LEARN_FROM) -> list[Lesson]:
    """The newest corrections of a small class in the log, with the text of the case they corrected."""
    rows = (
        Entry.objects.filter(step="correct", data__changed__has_key="category")
        .order_by("-id")
        .values_list("case__text", "data")[:limit]
    )
    return [Lesson(text, data["changed"]["category"][1]) for text, data in rows if text]


_lock = threading.Lock()
_current: tuple[float, tuple[int, int], Triager] | None = None


def triager() -> Triager:
    """This process's triager, rebuilt when corrections have come in since, at once when the rules changed."""
    global _current
    now = time.monotonic()
    with _lock:
        rules = store.generation()
        if _current and _current[1][0] == rules and now - _current[0] < FRESH_S:
            return _current[2]
        newest = Entry.objects.filter(step="correct").order_by("-id").values_list("id", flat=True).first() or 0
        known = _current[2] if _current and _current[1] == (rules, newest) else Triager(taxonomy(), lessons())
        _current = (now, (rules, newest), known)
        return known


def forget() -> None:
    """Drop what was learned; the next report learns anew (for tests)."""
    global _current
    with _lock:
        _current = None
