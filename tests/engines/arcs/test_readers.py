import pytest

from jiedao.engines.arcs import BadFile, read_carp, read_mm_kwrpp
from tests.engines.arcs.make import CARP, MM, needs_data

GOOD = """ NOMBRE : little
 VERTICES : 3
 ARISTAS_REQ : 2
 ARISTAS_NOREQ : 1
 CAPACIDAD : 5
 LISTA_ARISTAS_REQ :
 ( 1, 2)  coste 13 demanda 1
 ( 2, 3)   coste 9   demanda 2
 LISTA_ARISTAS_NOREQ :
 ( 1, 3)   coste 4
 DEPOSITO :   2
"""
WINDY = GOOD.replace(" demanda 1", " 7").replace("   demanda 2", "   8").replace("coste 4", "coste 4  5")


def written(tmp_path, text: str):
    path = tmp_path / "little.dat"
    path.write_text(text, "utf-8")
    return path


def test_reads_carp(tmp_path) -> None:
    problem = read_carp(written(tmp_path, GOOD))
    assert problem.name == "little"
    assert problem.tasks.tolist() == [0, 1]
    assert problem.deadhead.tolist() == [[13, 13], [9, 9], [4, 4]]
    assert problem.demand.tolist() == [1, 2, 0]
    assert (problem.capacity, problem.depots.tolist(), problem.vehicles) == (5, [1], None)


def test_reads_windy(tmp_path) -> None:
    problem = read_mm_kwrpp(written(tmp_path, WINDY), vehicles=3)
    assert problem.deadhead.tolist() == [[13, 7], [9, 8], [4, 5]]
    assert problem.vehicles.tolist() == [3]
    assert problem.capacity == float("inf")


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("coste 13", "coste dear", 7, "coste"),
        ("coste 13", "coste -13", 7, "coste"),
        ("demanda 2", "", 8, "demanda"),
        ("demanda 2", "demanda nan", 8, "demanda"),
        ("( 2, 3)", "( 2, 4)", 8, "head"),
        ("( 2, 3)", "( 0, 3)", 8, "tail"),
        ("( 2, 3)", "( 2.5, 3)", 8, "tail"),
        ("ARISTAS_REQ : 2", "ARISTAS_REQ : 3", 3, "ARISTAS_REQ"),
        ("ARISTAS_NOREQ : 1", "ARISTAS_NOREQ : 0", 4, "ARISTAS_NOREQ"),
        ("CAPACIDAD : 5", "CAPACIDAD : much", 5, "CAPACIDAD"),
        (" CAPACIDAD : 5\n", "", 0, "CAPACIDAD"),
        (" VERTICES : 3\n", "", 0, "VERTICES"),
        ("DEPOSITO :   2", "DEPOSITO :   9", 11, "DEPOSITO"),
        ("( 1, 3)", "1 3", 10, "edge"),
    ],
)
def test_errors_name_file_line_and_field(tmp_path, old, new, line, field) -> None:
    with pytest.raises(BadFile) as caught:
        read_carp(written(tmp_path, GOOD.replace(old, new)))
    error = caught.value
    assert (error.path.name, error.line, error.field) == ("little.dat", line, field)
    assert "little.dat" in error.en and "little.dat" in error.zh


def test_windy_needs_both_costs_and_text_must_be_text(tmp_path) -> None:
    with pytest.raises(BadFile, match="line 7, coste"):
        read_mm_kwrpp(written(tmp_path, WINDY.replace("coste 13 7", "coste 13")), 2)
    path = tmp_path / "picture.dat"
    path.write_bytes(b"\xff\xd8\xff")
    with pytest.raises(BadFile, match="UTF-8"):
        read_carp(path)


@needs_data
def test_reads_every_public_instance() -> None:
    sizes = {path.stem: len(read_carp(path).tasks) for path in CARP.glob("*.dat")}
    assert len(sizes) == 35
    assert (sizes["gdb1"], sizes["gdb8"], sizes["egl-e1-A"], sizes["egl-e4-C"]) == (22, 46, 51, 98)
    assert {path.name: len(read_mm_kwrpp(path, 2).tasks) for path in MM.iterdir()} == {
        "P01110": 7,
        "P0115": 7,
        "P02110": 12,
    }
