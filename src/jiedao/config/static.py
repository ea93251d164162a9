"""Static files with a hash in the name and a compressed twin."""

from __future__ import annotations

import hashlib
from fnmatch import fnmatch
from typing import Any

from django.contrib.staticfiles.finders import get_finders
from django.utils.functional import cached_property
from whitenoise.storage import CompressedManifestStaticFilesStorage as Base

from jiedao.registry import system_packages

OURS = tuple(f"{folder}/*.js" for folder in ("jiedao", *(name.rpartition(".")[2] for name in system_packages())))
STYLES = tuple((kind, rules) for kind, rules in Base.patterns if kind == "*.css")
IMPORTS = Base._js_module_import_aggregation_patterns[1]


class Storage(Base):
    """Hashed names are written into style sheets, and into the imports of our own modules.

    Modules may import each other in circles, so all of ours share one hash, of all their sources. Scripts of other
    packages stay as they are: they name source maps and modules that their wheels do not carry.
    """

    patterns = (*STYLES, *((kind, IMPORTS) for kind in OURS))

    @cached_property
    def _modules(self) -> str:
        digest = hashlib.sha256()
        found = {path: storage for finder in get_finders() for path, storage in finder.list([])}
        for path in sorted(path for path in found if ours(path)):
            with found[path].open(path) as file:
                digest.update(path.encode() + b"\0" + file.read())
        return digest.hexdigest()[:12]

    def file_hash(self, name: str | None, content: Any = None) -> str | None:
        """`name` is None for the manifest itself."""
        return self._modules if name and ours(name) else super().file_hash(name, content)


def ours(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in OURS)
