import argparse

from jiedao.commands import bench_carp
from tests.engines.arcs.make import CARP, MM, needs_data


@needs_data
def test_rows_have_the_agreed_keys() -> None:
    parser = argparse.ArgumentParser()
    bench_carp.add_arguments(parser)
    args = parser.parse_args([str(CARP / "gdb19.dat"), str(MM / "P0115"), "--seconds", "0.2", "--seed", "2"])
    report = bench_carp.run(args)
    assert report["name"] == "carp"
    assert {"machine", "versions"} <= report.keys()
    row, windy = report["rows"]
    agreed = {"instance", "cost", "best_known", "gap_pct", "lower_bound", "seconds", "feasible"}
    assert agreed <= row.keys()
    assert (row["cost"], row["gap_pct"], row["lower_bound"], row["feasible"]) == (55, 0, 55, True)
    assert windy["feasible"] and windy["best_known"] is None and windy["gap_pct"] is None
    assert windy["lower_bound"] <= windy["cost"]
