"""A dramatiq broker straight on the job table: no relay, no second copy of a job, nothing more to run."""

import threading
import time
from collections.abc import Coroutine, Iterable
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from dramatiq import Message
from dramatiq.asyncio import get_event_loop_thread
from dramatiq.broker import Broker, Consumer, MessageProxy
from dramatiq.errors import BrokerConnectionError
from dramatiq.middleware import Middleware

from services.kit.jobs.rows import DATABASE_AWAY, claim, give_back, keep
from services.worker.bell import Bell

LEASE = timedelta(seconds=15)
"""How long a killed worker's jobs wait before another is given them."""
POLL = 1.0
"""Seconds between looks when no bell rings: retries and jobs for later come due silently."""

Result = TypeVar("Result")


def on_loop(work: Coroutine[Any, Any, Result]) -> Result:
    """Run `work` on the worker's event loop from another thread; a database that is away is a broken connection."""
    thread = get_event_loop_thread()
    if thread is None:
        work.close()
        raise BrokerConnectionError("the worker's event loop has ended")  # type: ignore[no-untyped-call]  # dramatiq
    try:
        return thread.run_coroutine(work)
    except DATABASE_AWAY as error:
        raise BrokerConnectionError(type(error).__name__) from error  # type: ignore[no-untyped-call]  # dramatiq


def message_of(queue: str, job_id: UUID, name: str) -> Message[Any]:
    """All that travels is the job's id: who asked for it, and for what, stays in the row."""
    return Message(
        queue_name=queue, actor_name=name, args=(str(job_id),), kwargs={}, options={}, message_id=str(job_id)
    )


class JobBroker(Broker):
    """Gives out rows of `job`. Jobs are left by `services.kit.jobs.queue.enqueue`, never sent through here."""

    def __init__(self, *, lease: timedelta = LEASE, middleware: list[Middleware]) -> None:
        super().__init__(middleware=middleware)
        self.lease = lease

    def declare_queue(self, queue_name: str) -> None:
        """Note the queue, so that the worker consumes it."""
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues[queue_name] = True
            self.emit_after("declare_queue", queue_name)

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 1000) -> Consumer:
        """Claims at most `prefetch` rows ahead."""
        return JobConsumer(queue_name, prefetch, self.lease)


class JobConsumer(Consumer):
    """Claimed rows of one queue. Worker threads acknowledge while the consumer's thread claims."""

    def __init__(self, queue: str, prefetch: int, lease: timedelta) -> None:
        self._queue, self._prefetch, self._lease = queue, prefetch, lease
        self._claimed: list[tuple[UUID, str]] = []
        self._held: set[UUID] = set()
        self._lock = threading.Lock()
        self._kept_at = time.monotonic()
        self._wake = threading.Event()
        self._bell = Bell(self._wake.set)
        on_loop(self._bell.listen())

    def __next__(self) -> MessageProxy | None:
        self._wake.clear()
        self._keep_lease()
        if not self._claimed:
            self._claim()
        if self._claimed:
            job_id, name = self._claimed.pop(0)
            return MessageProxy(message_of(self._queue, job_id, name))
        self._wake.wait(POLL)
        return None

    def _claim(self) -> None:
        with self._lock:
            room = self._prefetch - len(self._held)
        if room > 0:
            self._claimed = on_loop(claim(self._queue, room, self._lease))
            with self._lock:
                self._held.update(job_id for job_id, _ in self._claimed)

    def _keep_lease(self) -> None:
        if time.monotonic() - self._kept_at < self._lease.total_seconds() / 3:
            return
        with self._lock:
            held = list(self._held)
        if held:
            on_loop(keep(held, self._lease))
        on_loop(self._bell.listen())
        self._kept_at = time.monotonic()

    def _let_go(self, message: MessageProxy) -> None:
        with self._lock:
            self._held.discard(UUID(message.message_id))
        self._wake.set()

    def ack(self, message: MessageProxy) -> None:
        """The row already says done, failed or dead."""
        self._let_go(message)

    def nack(self, message: MessageProxy) -> None:
        """A job that this worker does not know: its lease ends, and a newer worker is given it."""
        self._let_go(message)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        """Give back what was claimed and not started."""
        unstarted = [UUID(message.message_id) for message in messages] + [job_id for job_id, _ in self._claimed]
        self._claimed = []
        if unstarted:
            on_loop(give_back(unstarted))

    def close(self) -> None:
        """Stop listening."""
        on_loop(self._bell.close())
