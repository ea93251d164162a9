"""The compiled inner loop: ruin strings of neighbouring streets, recreate greedily, accept by temperature.

Slack induction by string removals (Christiaens and Vanden Berghe, 2020), on streets. A route stores only the order of its
streets; the directions are always the best ones, kept by two running sums a position (`fwd`, `bwd`), so that an
insertion is priced exactly, over both directions of the street and of all its neighbours, in eight look-ups. Prices are
remembered for each (street, route) until the route changes.

A route is stations n+s at both ends and tasks 0 … n-1 between, at positions 1 … length.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from jiedao.engines.arcs.problem import Floats, Ints

OPTIONS = {"cache": True, "nogil": True, "boundscheck": False}
EPS = 1e-9


class Data(NamedTuple):
    """What never changes in a search; shapes as in `network.Network`, n tasks, s stations, k points."""

    n: int
    ends: Ints
    service: Floats
    dist: Floats
    dist_t: Floats
    """Transpose of `dist`, contiguous."""
    near: Ints
    """(n, m) tasks by distance, itself first."""
    demand: Floats
    size: Floats
    """(n,) what "largest first" sorts by."""
    remote: Floats
    """(n,) distance to the nearest station."""
    capacity: float
    max_route: float


class Plan(NamedTuple):
    """Routes in slots; a slot belongs to one station for good."""

    seq: Ints
    """(slots, n + 2)"""
    length: Ints
    load: Floats
    cost: Floats
    fwd: Floats
    """(slots, n + 2, 2) cheapest cost to the end of the service at this position, in direction 0 or 1."""
    bwd: Floats
    """(slots, n + 2, 2) cheapest cost from the start of that service to the end of the route."""
    version: Ints
    """(slots,) number of the content, never used twice."""
    where: Ints
    """(n,) slot of each task, -1 if in none."""
    absent: Ints
    """(n + 1,) tasks in no route; the count is in the last place."""


class Memory(NamedTuple):
    """The two cheapest totals of each (task, slot), valid for one version of the slot."""

    version: Ints
    total: Floats
    """(n, slots, 2)"""
    place: Ints
    """(n, slots, 2) insert after this position."""


class Knobs(NamedTuple):
    """Parameters as plain numbers; see `search.Parameters`."""

    removed: float
    longest: float
    split: float
    grow: float
    blink: float
    minmax: bool
    routes: int
    """Largest number of routes in use."""


@njit(**OPTIONS)
def uniform(rng):
    """Next number in [0, 1) of a splitmix64 stream; rng is (1,) uint64."""
    rng[0] += np.uint64(0x9E3779B97F4A7C15)
    z = rng[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(**OPTIONS)
def price_forward(data, plan, r, first):
    for p in range(first, plan.length[r] + 2):
        a, b = plan.seq[r, p - 1], plan.seq[r, p]
        f0, f1 = plan.fwd[r, p - 1, 0], plan.fwd[r, p - 1, 1]
        a0, a1 = data.ends[a, 0], data.ends[a, 1]
        for d in range(2):
            row = data.dist_t[data.ends[b, d]]
            plan.fwd[r, p, d] = min(f0 + row[a1], f1 + row[a0]) + data.service[b, d]


@njit(**OPTIONS)
def price_backward(data, plan, r, last):
    for p in range(last, -1, -1):
        a, b = plan.seq[r, p], plan.seq[r, p + 1]
        c0, c1 = plan.bwd[r, p + 1, 0], plan.bwd[r, p + 1, 1]
        b0, b1 = data.ends[b, 0], data.ends[b, 1]
        for d in range(2):
            row = data.dist[data.ends[a, 1 - d]]
            plan.bwd[r, p, d] = min(row[b0] + c0, row[b1] + c1) + data.service[a, d]


@njit(**OPTIONS)
def close_route(plan, r, counter):
    """After its sums are up to date: cost and a fresh version."""
    plan.cost[r] = plan.bwd[r, 0, 0]
    counter[0] += 1
    plan.version[r] = counter[0]


@njit(**OPTIONS)
def copy_route(source, target, r):
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
def copy_absent(source, target):
    m = source.absent[-1]
    target.absent[-1] = m
    for j in range(m):
        target.absent[j] = source.absent[j]
        target.where[source.absent[j]] = -1


@njit(**OPTIONS)
def remove_string(data, plan, r, task, size, knobs, rng, counter):
    """Take `size` tasks around `task` out of route r; sometimes leave a few between them in place."""
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
    close_route(plan, r, counter)


@njit(**OPTIONS)
def ruin(data, plan, knobs, rng, counter, touched):
    """Remove strings near a random task; returns how many routes were touched, listed in `touched`."""
    used = 0
    for r in range(len(plan.length)):
        used += plan.length[r] > 0
    served = data.n - plan.absent[-1]
    if used == 0:
        return 0
    longest = min(knobs.longest, served / used)
    strings = int(uniform(rng) * max(1.0, 4.0 * knobs.removed / (1.0 + longest) - 1.0) + 1.0)
    seed = int(uniform(rng) * data.n)
    count = 0
    for j in range(data.near.shape[1]):
        task = data.near[seed, j]
        r = plan.where[task]
        if r < 0 or touched[r]:
            continue
        size = int(uniform(rng) * min(longest, plan.length[r]) + 1.0)
        size = min(size, plan.length[r])
        remove_string(data, plan, r, task, size, knobs, rng, counter)
        touched[r] = True
        count += 1
        if count >= strings:
            break
    return count


@njit(**OPTIONS)
def price_task(data, plan, memory, i, r):
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
def insert_task(data, plan, r, after, i, counter):
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
    close_route(plan, r, counter)


@njit(**OPTIONS)
def best_slot(data, plan, memory, knobs, i, rng, open_allowed, seen):
    """Cheapest slot and place for task i, blinking now and then; slot -1 if none is feasible."""
    best, slot, place = np.inf, -1, -1
    seen[:] = False
    for r in range(len(plan.length)):
        if plan.length[r] == 0:
            station = plan.seq[r, 0] - data.n
            if seen[station] or not open_allowed:
                continue
            seen[station] = True
        if plan.load[r] + data.demand[i] > data.capacity + EPS:
            continue
        if memory.version[i, r] != plan.version[r]:
            price_task(data, plan, memory, i, r)
        which = 0
        if uniform(rng) < knobs.blink:
            which = 1
        total = memory.total[i, r, which]
        if total > data.max_route + EPS:
            continue
        score = total - plan.cost[r]
        if knobs.minmax:
            score *= total + plan.cost[r]
        if score < best:
            best, slot, place = score, r, memory.place[i, r, which]
    return slot, place


@njit(**OPTIONS)
def sort_absent(data, absent, keys, rng):
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
def recreate(data, plan, memory, knobs, rng, counter, touched, seen, keys):
    sort_absent(data, plan.absent, keys, rng)
    used = 0
    for r in range(len(plan.length)):
        used += plan.length[r] > 0
    m, left = plan.absent[-1], 0
    for j in range(m):
        i = plan.absent[j]
        slot, place = best_slot(data, plan, memory, knobs, i, rng, used < knobs.routes, seen)
        if slot < 0:
            plan.absent[left] = i
            left += 1
            continue
        used += plan.length[slot] == 0
        insert_task(data, plan, slot, place, i, counter)
        touched[slot] = True
    plan.absent[-1] = left


@njit(**OPTIONS)
def objective(plan, minmax):
    """Sum of route costs; or the longest route, with the sum as a faint tie-breaker."""
    total, longest = 0.0, 0.0
    for r in range(len(plan.cost)):
        total += plan.cost[r]
        longest = max(longest, plan.cost[r])
    return longest + 1e-4 * total if minmax else total


@njit(**OPTIONS)
def absence(plan, missed):
    total = 0.0
    for j in range(plan.absent[-1]):
        total += missed[plan.absent[j]]
    return total


@njit(**OPTIONS)
def anneal(data, knobs, now, trial, best, memory, missed, iterations, temperature, rng, counter):
    """Run `iterations` at one temperature. `now` and `trial` enter and leave equal; returns how often `best` improved."""
    slots = len(now.length)
    touched = np.zeros(slots, np.bool_)
    seen = np.zeros(slots, np.bool_)
    keys = np.zeros(data.n)
    cost, best_cost = objective(now, knobs.minmax), objective(best, knobs.minmax)
    improved = 0
    for _ in range(iterations):
        ruin(data, trial, knobs, rng, counter, touched)
        recreate(data, trial, memory, knobs, rng, counter, touched, seen, keys)
        for j in range(trial.absent[-1]):
            missed[trial.absent[j]] += 1.0
        new = objective(trial, knobs.minmax)
        gap = absence(trial, missed) - absence(now, missed)
        accept = gap < 0.0
        if gap == 0.0:
            accept = new < cost or new < cost - temperature * np.log(1.0 - uniform(rng))
        source, target = (trial, now) if accept else (now, trial)
        for r in range(slots):
            if touched[r]:
                copy_route(source, target, r)
                touched[r] = False
        copy_absent(source, target)
        if not accept:
            continue
        cost = new
        fewer = now.absent[-1] < best.absent[-1]
        if fewer or (now.absent[-1] == best.absent[-1] and cost < best_cost - EPS):
            for r in range(slots):
                if best.version[r] != now.version[r]:
                    copy_route(now, best, r)
            copy_absent(now, best)
            best_cost = cost
            improved += 1
    return improved
