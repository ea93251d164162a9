"""Night patrols: a weekly plan on the walking network, its independent check, and how to measure a patrol."""

from jiedao.engines.patrol.check import PatrolBreach, check_week
from jiedao.engines.patrol.problem import Beat, HotSpot, Limits, PatrolProblem, Segment, Stop, Streets, WeekPlan
from jiedao.engines.patrol.weekly import PatrolParameters, plan_week

__all__ = [
    "Beat",
    "HotSpot",
    "Limits",
    "PatrolBreach",
    "PatrolParameters",
    "PatrolProblem",
    "Segment",
    "Stop",
    "Streets",
    "WeekPlan",
    "check_week",
    "plan_week",
]
