"""Judge a week of patrols from the problem alone; shares no code with the planner."""

from __future__ import annotations

from dataclasses import dataclass

from jiedao.engines.patrol.problem import Beat, HotSpot, PatrolProblem, Segment, WeekPlan

TOLERANCE = 1e-6


@dataclass(frozen=True)
class PatrolBreach:
    """One broken rule: `station`, `street`, `broken_walk`, `not_home`, `times`, `window`, `metres`, `stay`, `gap`
    (a blind zone), `repeat`."""

    rule: str
    night: int
    beat: int | None
    zh: str
    en: str


def check_week(problem: PatrolProblem, plan: WeekPlan) -> list[PatrolBreach]:
    """Every broken rule; an empty list for a plan that may be approved."""
    found = []
    for night, beats in enumerate(plan.nights):
        for number, beat in enumerate(beats):
            found += [PatrolBreach(rule, night, number, zh, en) for rule, zh, en in _beat_faults(problem, beat)]
    return found + _blind_zones(problem, plan) + _repeats(problem, plan)


Fault = tuple[str, str, str]


def _beat_faults(problem: PatrolProblem, beat: Beat) -> list[Fault]:
    limits, streets = problem.limits, problem.streets
    if not 0 <= beat.station < len(problem.stations):
        return [("station", f"没有站点 {beat.station}", f"there is no station {beat.station}")]
    faults: list[Fault] = []
    here, clock, metres = int(problem.stations[beat.station]), 0.0, 0.0
    for stop in beat.stops:
        if abs(stop.start - clock) > TOLERANCE:
            faults.append(("times", "时间不连续", f"a stop starts at {stop.start:g}, the one before ends at {clock:g}"))
        clock, minutes = stop.end, stop.end - stop.start
        if stop.hot_spot is not None:
            if int(problem.hot_spots[stop.hot_spot].node) != here:
                faults.append(("broken_walk", f"不在重点部位 {stop.hot_spot}", f"not at hot spot {stop.hot_spot}"))
            if not limits.stay_low - TOLERANCE <= minutes <= limits.stay_high + TOLERANCE:
                faults.append(("stay", f"停留 {minutes:g} 分钟", f"stay of {minutes:g} minutes"))
            continue
        if stop.street is None or not 0 <= stop.street < len(streets.metres):
            return [*faults, ("street", f"没有街段 {stop.street}", f"there is no street {stop.street}")]
        ends = [int(node) for node in streets.ends[stop.street]]
        start, end = ends[::-1] if stop.backward else ends
        if start != here:
            faults.append(("broken_walk", f"街段 {stop.street} 不相连", f"street {stop.street} does not start here"))
        here = end
        length = float(streets.metres[stop.street])
        metres += length
        if abs(minutes - length / limits.metres_per_minute) > 1e-3:
            faults.append(("times", f"街段 {stop.street} 用时不符", f"street {stop.street} takes {minutes:g} minutes"))
    if here != int(problem.stations[beat.station]):
        faults.append(("not_home", "未回到站点", "does not return to its station"))
    if clock > limits.window_minutes + TOLERANCE:
        faults.append(("window", f"{clock:g} 分钟超时", f"takes {clock:g} minutes"))
    if metres > limits.max_metres + TOLERANCE:
        faults.append(("metres", f"{metres:g} 米过长", f"walks {metres:g} metres"))
    return faults


def _blind_zones(problem: PatrolProblem, plan: WeekPlan) -> list[PatrolBreach]:
    """A duty that lies unseen for more nights than its gap, counted from before the week."""
    found = []
    walked = [{s for beat in beats for s in beat.streets} for beats in plan.nights]
    stayed = [{s.hot_spot for beat in beats for s in beat.stops} for beats in plan.nights]
    duties: list[tuple[str, str, Segment | HotSpot, list[bool]]] = []
    for s in problem.segments:
        duties.append((f"街段 {s.street}", f"street {s.street}", s, [s.street in night for night in walked]))
    for k, spot in enumerate(problem.hot_spots):
        duties.append((f"重点部位 {k}", f"hot spot {k}", spot, [k in night for night in stayed]))
    for zh, en, duty, seen in duties:
        idle = duty.idle
        for night, visited in enumerate(seen):
            idle = 0 if visited else idle + 1
            if idle >= duty.max_gap:
                found.append(PatrolBreach("gap", night, None, f"{zh} 为盲区", f"{en} is a blind zone"))
    return found


def _repeats(problem: PatrolProblem, plan: WeekPlan) -> list[PatrolBreach]:
    limits = problem.limits
    routes = [*problem.before, *[tuple(beat.streets for beat in beats) for beats in plan.nights]]
    first, found = len(problem.before), []
    for night in range(len(plan.nights)):
        recent = [r for other in routes[max(0, first + night - limits.look_back) : first + night] for r in other]
        for number, route in enumerate(routes[first + night]):
            alike = max((len(route & r) / max(1, len(route | r)) for r in recent), default=0.0)
            if alike >= limits.max_overlap:
                zh, en = f"与近期路线相似度 {alike:.2f}", f"overlaps a recent route by {alike:.2f}"
                found.append(PatrolBreach("repeat", night, number, zh, en))
    return found
