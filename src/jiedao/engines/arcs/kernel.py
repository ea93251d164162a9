"""The compiled inner loop: ruin strings of neighbouring streets, recreate greedily, accept by temperature.

Slack induction by string removals (Christiaens and Vanden Berghe, 2020), on streets. A route stores only the order
of its streets; the directions are always the best ones, kept by two running sums a position (`fwd`, `bwd`), so that
an insertion is priced exactly, over both directions of the street and of all its neighbours, in eight look-ups.
Prices are remembered for each (street, route) until the route changes.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jiedao.engines.arcs.layout import Data, Knobs, Memory, Plan, Scratch
from jiedao.engines.arcs.problem import Floats, Ints

OPTIONS = {"cache": True, "nogil": True, "_nrt": False}
"""Nothing here allocates, so Numba need not count references: a quarter faster."""
EPS = 1e-9


@njit(**OPTIONS)
def uniform(rng: NDArray[np.uint64]) -> float:
    """Next number in [0, 1) of a splitmix64 stream; rng is (1,) uint64."""
    rng[0] += np.uint64(0x9E3779B97F4A7C15)
    z = rng[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(**OPTIONS)
def price_forward(data: Data, plan: Plan, r: int, first: int) -> None:
    for p in range(first, plan.length[r] + 2):
        a, b = plan.seq[r, p - 1], plan.seq[r, p]
        f0, f1 = plan.fwd[r, p - 1, 0], plan.fwd[r, p - 1, 1]
        a0, a1 = data.ends[a, 0], data.ends[a, 1]
        for d in range(2):
            row = data.dist_t[data.ends[b, d]]
            plan.fwd[r, p, d] = min(f0 + row[a1], f1 + row[a0]) + data.service[b, d]


@njit(**OPTIONS)
def price_backward(data: Data, plan: Plan, r: int, last: int) -> None:
    for p in range(last, -1, -1):
        a, b = plan.seq[r, p], plan.seq[r, p + 1]
        c0, c1 = plan.bwd[r, p + 1, 0], plan.bwd[r, p + 1, 1]
        b0, b1 = data.ends[b, 0], data.ends[b, 1]
        for d in range(2):
            row = data.dist[data.ends[a, 1 - d]]
            plan.bwd[r, p, d] = min(row[b0] + c0, row[b1] + c1) + data.service[a, d]


@njit(**OPTIONS)
def close_route(plan: Plan, scratch: Scratch, r: int) -> None:
    """After its sums are up to date: cost and a fresh version."""
    plan.cost[r] = plan.bwd[r, 0, 0]
    scratch.counters[0] += 1
    plan.version[r] = scratch.counters[0]
    scratch.touched[r] = True


@njit(**OPTIONS)
def copy_route(source: Plan, target: Plan, r: int) -> None:
    m = source.length[r]
    for p in range(m + 2):
        target.seq[r, p] = source.seq[r, p]
        for d in range(2):
            target.fwd[r, p, d] = source.fwd[r, p, d]
            target.bwd[r, p, d] = source.bwd[r, p, d]
    target.length[r] = m
    target.load[r] = source.load[r]
    target.cost[r] = source.cost[r]
    target.version[r] = source.version[r]
    for p in range(1, m + 1):
        target.where[source.seq[r, p]] = r


@njit(**OPTIONS)
def copy_absent(source: Plan, target: Plan) -> None:
    m = source.absent[-1]
    target.absent[-1] = m
    for j in range(m):
        target.absent[j] = source.absent[j]
        target.where[source.absent[j]] = -1


@njit(**OPTIONS)
def remove_string(data: Data, plan: Plan, scratch: Scratch, knobs: Knobs, r: int, task: int, size: int) -> None:
    """Take `size` tasks around `task` out of route r; sometimes leave a few between them in place."""
    rng = scratch.rng
    m = plan.length[r]
    at = 1
    while plan.seq[r, at] != task:
        at += 1
    kept = 0
    if size > 1 and size < m and uniform(rng) < knobs.split:
        kept = 1
        while size + kept < m and uniform(rng) < knobs.grow:
            kept += 1
    span = size + kept
    low, high = max(1, at - span + 1), min(at, m - span + 1)
    start = low + int(uniform(rng) * (high - low + 1))
    keep_from = start + int(uniform(rng) * (size + 1)) if kept else start
    out = start
    for p in range(start, m + 2):
        t = plan.seq[r, p]
        if p < start + span and not (keep_from <= p < keep_from + kept):
            plan.where[t] = -1
            plan.load[r] -= data.demand[t]
            plan.absent[plan.absent[-1]] = t
            plan.absent[-1] += 1
        else:
            plan.seq[r, out] = t
            out += 1
    plan.length[r] = m - size
    if m == size:
        plan.load[r] = 0.0
    plan.bwd[r, m - size + 1, 0] = plan.bwd[r, m - size + 1, 1] = 0.0
    price_forward(data, plan, r, start)
    price_backward(data, plan, r, m - size)
    close_route(plan, scratch, r)


@njit(**OPTIONS)
def ruin(data: Data, plan: Plan, scratch: Scratch, knobs: Knobs) -> None:
    """Remove strings of tasks from routes near a random task."""
    used = 0
    for r in range(len(plan.length)):
        used += plan.length[r] > 0
    if used == 0:
        return
    rng = scratch.rng
    longest = min(knobs.longest, (data.n - plan.absent[-1]) / used)
    strings = int(uniform(rng) * max(1.0, 4.0 * knobs.removed / (1.0 + longest) - 1.0) + 1.0)
    seed = int(uniform(rng) * data.n)
    for j in range(data.near.shape[1]):
        task = data.near[seed, j]
        r = plan.where[task]
        if r < 0 or scratch.touched[r]:
            continue
        size = int(uniform(rng) * min(longest, plan.length[r]) + 1.0)
        remove_string(data, plan, scratch, knobs, r, task, min(size, plan.length[r]))
        strings -= 1
        if strings == 0:
            break


@njit(**OPTIONS)
def price_task(data: Data, plan: Plan, memory: Memory, i: int, r: int) -> None:
    """Two cheapest totals of route r with task i in it, into `memory`."""
    u, v = data.ends[i, 0], data.ends[i, 1]
    su, sv = data.service[i, 0], data.service[i, 1]
    to_u, to_v = data.dist_t[u], data.dist_t[v]
    from_u, from_v = data.dist[u], data.dist[v]
    first, second, at_first, at_second = np.inf, np.inf, -1, -1
    b = plan.seq[r, 0]
    b0, b1 = data.ends[b, 0], data.ends[b, 1]
    for p in range(plan.length[r] + 1):
        a0, a1 = b0, b1
        b = plan.seq[r, p + 1]
        b0, b1 = data.ends[b, 0], data.ends[b, 1]
        f0, f1 = plan.fwd[r, p, 0], plan.fwd[r, p, 1]
        c0, c1 = plan.bwd[r, p + 1, 0], plan.bwd[r, p + 1, 1]
        ahead = min(f0 + to_u[a1], f1 + to_u[a0]) + su + min(from_v[b0] + c0, from_v[b1] + c1)
        back = min(f0 + to_v[a1], f1 + to_v[a0]) + sv + min(from_u[b0] + c0, from_u[b1] + c1)
        total = min(ahead, back)
        if total < first:
            second, at_second = first, at_first
            first, at_first = total, p
        elif total < second:
            second, at_second = total, p
    memory.version[i, r] = plan.version[r]
    memory.total[i, r, 0], memory.total[i, r, 1] = first, second
    memory.place[i, r, 0], memory.place[i, r, 1] = at_first, at_second


@njit(**OPTIONS)
def insert_task(data: Data, plan: Plan, scratch: Scratch, r: int, after: int, i: int) -> None:
    m = plan.length[r]
    for p in range(m + 1, after, -1):
        plan.seq[r, p + 1] = plan.seq[r, p]
        plan.bwd[r, p + 1, 0], plan.bwd[r, p + 1, 1] = plan.bwd[r, p, 0], plan.bwd[r, p, 1]
    plan.seq[r, after + 1] = i
    plan.length[r] = m + 1
    plan.load[r] += data.demand[i]
    plan.where[i] = r
    price_forward(data, plan, r, after + 1)
    price_backward(data, plan, r, after + 1)
    close_route(plan, scratch, r)


@njit(**OPTIONS)
def blinks(scratch: Scratch, chance: float) -> bool:
    """True once in 1 / chance calls on average; draws a number only then."""
    scratch.counters[1] -= 1
    if scratch.counters[1] > 0:
        return False
    wait = np.log(1.0 - uniform(scratch.rng)) / np.log(1.0 - chance) if chance > 0.0 else 1e15
    due = scratch.counters[1] == 0
    scratch.counters[1] = int(wait) + 1
    return due


@njit(**OPTIONS)
def best_slot(
    data: Data, plan: Plan, memory: Memory, scratch: Scratch, knobs: Knobs, count: int, i: int, greed: int
) -> tuple[int, int]:
    """Cheapest of the first `count` slots for task i, and the place in it; slot -1 if none is feasible.

    `greed` 0: least added cost; 1: least added square of the route's cost; 2: least cost of the route.
    """
    best, slot, place = np.inf, -1, -1
    room = data.capacity + EPS - data.demand[i]
    for k in range(count):
        r = scratch.slots[k]
        if plan.load[r] > room:
            continue
        if memory.version[i, r] != plan.version[r]:
            price_task(data, plan, memory, i, r)
        which = 1 if blinks(scratch, knobs.blink) else 0
        total = memory.total[i, r, which]
        if total > data.max_route + EPS:
            continue
        score = total if greed == 2 else total - plan.cost[r]
        if greed == 1:
            score *= total + plan.cost[r]
        if score < best:
            best, slot, place = score, r, memory.place[i, r, which]
    return slot, place


@njit(**OPTIONS)
def sort_absent(data: Data, absent: Ints, keys: Floats, rng: NDArray[np.uint64]) -> None:
    """Order of insertion: random 4, largest first 4, farthest first 2, nearest first 1 (as in the paper)."""
    m = absent[-1]
    kind = uniform(rng) * 11.0
    for j in range(m):
        t = absent[j]
        if kind < 4.0:
            keys[t] = uniform(rng)
        elif kind < 8.0:
            keys[t] = -data.size[t]
        elif kind < 10.0:
            keys[t] = -data.remote[t]
        else:
            keys[t] = data.remote[t]
    for j in range(1, m):
        t = absent[j]
        k = j - 1
        while k >= 0 and keys[absent[k]] > keys[t]:
            absent[k + 1] = absent[k]
            k -= 1
        absent[k + 1] = t


@njit(**OPTIONS)
def list_slots(plan: Plan, scratch: Scratch, max_routes: int) -> int:
    """List the routes in use and, while more may be opened, the first empty slot of each station; how many."""
    used = 0
    for r in range(len(plan.length)):
        if plan.length[r] > 0:
            scratch.slots[used] = r
            used += 1
    count, station = used, -1
    if used < max_routes:
        for r in range(len(plan.length)):
            if plan.length[r] == 0 and plan.seq[r, 0] != station:
                station = plan.seq[r, 0]
                scratch.slots[count] = r
                count += 1
    return count


@njit(**OPTIONS)
def recreate(data: Data, plan: Plan, memory: Memory, scratch: Scratch, knobs: Knobs) -> None:
    absent = plan.absent
    sort_absent(data, absent, scratch.keys, scratch.rng)
    count = list_slots(plan, scratch, knobs.routes)
    greed = int(3.0 * uniform(scratch.rng)) if knobs.minmax else 0
    m, left = absent[-1], 0
    for j in range(m):
        i = absent[j]
        slot, place = best_slot(data, plan, memory, scratch, knobs, count, i, greed)
        if slot < 0:
            absent[left] = i
            left += 1
            continue
        opened = plan.length[slot] == 0
        insert_task(data, plan, scratch, slot, place, i)
        if opened:
            count = list_slots(plan, scratch, knobs.routes)
    absent[-1] = left


@njit(**OPTIONS)
def objective(plan: Plan, minmax: bool) -> float:
    """Sum of route costs; or the longest route, with the sum as a faint tie-breaker."""
    total, longest = 0.0, 0.0
    for r in range(len(plan.cost)):
        total += plan.cost[r]
        longest = max(longest, plan.cost[r])
    return longest + 1e-4 * total if minmax else total


@njit(**OPTIONS)
def absence(plan: Plan, missed: Floats) -> float:
    """How often the tasks in no route have been left out so far: what makes room for the stubborn ones."""
    total = 0.0
    for j in range(plan.absent[-1]):
        total += missed[plan.absent[j]]
    return total


@njit(**OPTIONS)
def keep_best(now: Plan, best: Plan) -> None:
    for r in range(len(now.length)):
        if best.version[r] != now.version[r]:
            copy_route(now, best, r)
    copy_absent(now, best)


@njit(**OPTIONS)
def keep_if_better(now: Plan, best: Plan, minmax: bool) -> None:
    fewer = best.absent[-1] - now.absent[-1]
    if fewer > 0 or (fewer == 0 and objective(now, minmax) < objective(best, minmax) - EPS):
        keep_best(now, best)


@njit(**OPTIONS)
def clear(data: Data, plan: Plan) -> None:
    """Empty every slot."""
    for r in range(len(plan.length)):
        plan.length[r] = 0
        plan.load[r] = 0.0
        plan.seq[r, 1] = plan.seq[r, 0]
        plan.bwd[r, 1, 0] = plan.bwd[r, 1, 1] = 0.0
        price_forward(data, plan, r, 1)
        price_backward(data, plan, r, 0)
        plan.cost[r] = 0.0
        plan.version[r] = -2 - r
    plan.where[:] = -1


@njit(**OPTIONS)
def fill(data: Data, plan: Plan, scratch: Scratch, r: int, order: Ints) -> None:
    """Put tasks into an empty slot in this order."""
    for p in range(len(order)):
        insert_task(data, plan, scratch, r, p, order[p])
    scratch.touched[r] = False


@njit(**OPTIONS)
def list_absent(data: Data, plan: Plan) -> None:
    """Bring the list of absent tasks in line with `where`."""
    plan.absent[-1] = 0
    for i in range(data.n):
        if plan.where[i] < 0:
            plan.absent[plan.absent[-1]] = i
            plan.absent[-1] += 1


@njit(**OPTIONS)
def anneal(
    data: Data,
    knobs: Knobs,
    now: Plan,
    trial: Plan,
    best: Plan,
    memory: Memory,
    scratch: Scratch,
    iterations: int,
    temperature: float,
) -> None:
    """Run so many iterations at one temperature; `now` and `trial` enter and leave equal."""
    cost, best_cost = objective(now, knobs.minmax), objective(best, knobs.minmax)
    for _ in range(iterations):
        ruin(data, trial, scratch, knobs)
        recreate(data, trial, memory, scratch, knobs)
        for j in range(trial.absent[-1]):
            scratch.missed[trial.absent[j]] += 1.0
        new = objective(trial, knobs.minmax)
        gap = absence(trial, scratch.missed) - absence(now, scratch.missed)
        accept = gap < 0.0
        if gap == 0.0:
            accept = new < cost or new < cost - temperature * np.log(1.0 - uniform(scratch.rng))
        source, target = (trial, now) if accept else (now, trial)
        for r in range(len(now.length)):
            if scratch.touched[r]:
                copy_route(source, target, r)
                scratch.touched[r] = False
        copy_absent(source, target)
        if accept:
            cost = new
            fewer = best.absent[-1] - now.absent[-1]
            if fewer > 0 or (fewer == 0 and cost < best_cost - EPS):
                keep_best(now, best)
                best_cost = cost
