"""Static files as an installation serves them: hashed, compressed, and every reference found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from jiedao.config.static import Storage
from jiedao.web.pages import OFFLINE


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Our own files through the production storage."""
    home = tmp_path_factory.mktemp("static")
    storage = Storage(location=home)
    found = {}
    for finder in finders.get_finders():
        for name, source in finder.list([]):
            if name.startswith("jiedao/"):
                with source.open(name) as file:
                    storage.save(name, file)
                found[name] = (storage, name)
    for _, _, processed in storage.post_process(found):
        assert not isinstance(processed, Exception), processed
    return home, storage.hashed_files


def test_modules_import_each_other_by_hashed_names(collected):
    home, names = collected
    for name, hashed in names.items():
        if name.endswith(".js"):
            text = (home / hashed).read_text("utf-8")
            for imported in re.findall(r"""(?:from|import\() ?["']\./([\w.-]+)["']""", text):
                assert re.search(r"\.[0-9a-f]{12}\.js$", imported), f"{name} imports {imported}"
                assert (home / "jiedao" / imported).is_file()


def test_each_has_a_compressed_twin(collected):
    home, names = collected
    for name in ("jiedao/shell.css", "jiedao/jiedao.js", "jiedao/icons.svg"):
        assert (home / f"{names[name]}.gz").is_file()


@pytest.mark.parametrize("name", OFFLINE)
def test_what_the_service_worker_keeps_exists(name):
    assert finders.find(name)


def test_every_colour_in_the_components_is_a_token():
    """Numbers of colours stand in the token sheets alone; shadows of the dialog's backdrop and pins apart."""
    for name in ("base", "components", "shell", "board"):
        text = Path(finders.find(f"jiedao/{name}.css")).read_text("utf-8")
        assert re.findall(r"#[0-9a-f]{3,8}\b(?=[;, )])", text) == [], name


def test_dark_gives_every_colour_of_the_light_sheet():
    light, dark = (Path(finders.find(f"jiedao/{name}.css")).read_text("utf-8") for name in ("tokens", "tokens-dark"))
    colours = re.findall(r"--([\w-]+): #", light.split("@media print")[0])
    kept = {"part-4", "part-5"} & set(re.findall(r"--([\w-]+): #", dark))
    assert kept
    assert set(colours) - set(re.findall(r"--([\w-]+): ", dark)) == set()
