"""Street coverage: capacitated and windy arc routing with stations, limits, a bound and an independent checker."""

from jiedao.engines.arcs.bound import LowerBound, lower_bound
from jiedao.engines.arcs.checker import Breach, Verdict, check
from jiedao.engines.arcs.fleet import fewest_teams
from jiedao.engines.arcs.problem import ArcProblem, BadProblem, Route, Solution, arc_problem
from jiedao.engines.arcs.readers import BadFile, read_carp, read_mm_kwrpp
from jiedao.engines.arcs.search import ENGINE, Parameters, Progress, Result, solve
from jiedao.engines.arcs.stop import Cancelled, FirstOf, MaxIterations, MaxSeconds, StopCriterion

__all__ = [
    "ENGINE",
    "ArcProblem",
    "BadFile",
    "BadProblem",
    "Breach",
    "Cancelled",
    "FirstOf",
    "LowerBound",
    "MaxIterations",
    "MaxSeconds",
    "Parameters",
    "Progress",
    "Result",
    "Route",
    "Solution",
    "StopCriterion",
    "Verdict",
    "arc_problem",
    "check",
    "fewest_teams",
    "lower_bound",
    "read_carp",
    "read_mm_kwrpp",
    "solve",
]
