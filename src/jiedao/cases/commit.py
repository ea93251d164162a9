"""Many people report at once: their reports share transactions. Whoever comes while one is being written joins the
next. A lone report waits for nobody; once reports come together, the next batch is held open for a moment, so that
those who were just answered and report again share its cost."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence

from django.db import connection

from jiedao.cases.intake import Filed, NewReport, Ready, file_ready, prepare
from jiedao.errors import Conflict
from jiedao.text import Text

MOST = 64
WAIT_S = 30.0
OPEN_S = 0.004
"""How long a batch is held open when the one before held more than one report."""


class Ticket:
    """One report waiting for its answer."""

    __slots__ = ("error", "filed", "leads", "ready", "wake")

    def __init__(self, ready: Ready) -> None:
        self.ready = ready
        self.filed: Filed | None = None
        self.error: BaseException | None = None
        self.leads = False
        self.wake = threading.Event()

    def answer(self) -> Filed:
        if self.error:
            raise self.error
        assert self.filed is not None
        return self.filed


class GroupCommitter:
    """Leader and followers: the first thread to come writes a batch with its own connection, then hands over."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._waiting: deque[Ticket] = deque()
        self._busy = False
        self._last = 0
        self.batches = 0

    def submit(self, report: NewReport) -> Filed:
        """File one report and wait until it is on disk. Raises what `do_file` raises for this report alone. Inside a
        transaction of the caller it is filed there at once."""
        ready = prepare(report)
        if connection.in_atomic_block:
            return file_ready([ready])[0]
        ticket = Ticket(ready)
        with self._lock:
            self._waiting.append(ticket)
            ticket.leads, self._busy = not self._busy, True
        if not ticket.leads:
            self._wait(ticket)
        if ticket.leads:
            self._lead()
        return ticket.answer()

    def _wait(self, ticket: Ticket) -> None:
        if ticket.wake.wait(WAIT_S):
            return
        with self._lock:
            if ticket in self._waiting and not ticket.leads:
                self._waiting.remove(ticket)
                text = Text("系统繁忙，请稍后重试。", "The system is busy; please try again in a moment.")
                raise Conflict(text, code="busy")
        ticket.wake.wait()

    def _lead(self) -> None:
        if self._last > 1:
            time.sleep(OPEN_S)
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
            self._last = len(batch)
        try:
            self._write(batch)
        finally:
            with self._lock:
                self._busy = bool(self._waiting)
                if self._waiting:
                    self._waiting[0].leads = True
                    self._waiting[0].wake.set()
            for ticket in batch:
                ticket.wake.set()

    def _write(self, batch: Sequence[Ticket]) -> None:
        self.batches += 1
        try:
            filed = file_ready([ticket.ready for ticket in batch])
        except Exception as error:
            self._write_singly(batch, error)
        except BaseException as error:
            for ticket in batch:
                ticket.error = error
            raise
        else:
            for ticket, answer in zip(batch, filed, strict=True):
                ticket.filed = answer

    def _write_singly(self, batch: Sequence[Ticket], error: Exception) -> None:
        """One report that cannot be filed must not take the others with it."""
        if len(batch) == 1:
            batch[0].error = error
            return
        for ticket in batch:
            try:
                ticket.filed = file_ready([ticket.ready])[0]
            except Exception as own:
                ticket.error = own


_committer = GroupCommitter()


def submit(report: NewReport) -> Filed:
    """File one report together with those that other threads of this process file at this moment."""
    return _committer.submit(report)
