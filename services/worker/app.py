"""The worker process: claims jobs, does them, keeps the schedules, and ends in time when told to."""

import asyncio
import concurrent.futures
import logging
import os
import signal
import threading
from collections.abc import Coroutine
from typing import Any
from uuid import UUID

import dramatiq
from dramatiq.asyncio import EventLoopThread, get_event_loop_thread
from dramatiq.broker import Broker
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.middleware import AsyncIO, Middleware, MiddlewareError

from services.kit.audit.log import open_log
from services.kit.clock import Clock
from services.kit.db.engine import close_engine, engine, open_engine
from services.kit.db.unit import call_narrow
from services.kit.jobs.rows import DATABASE_AWAY
from services.kit.settings import Settings, SettingsError
from services.kit.storage import open_storage
from services.worker import audit, housekeeping, referrals
from services.worker.broker import JobBroker
from services.worker.job import JOBS, Job, run_job
from services.worker.relay import relay
from services.worker.schedule import keep_time

DECLARING = (audit, housekeeping, referrals)
"""The modules whose import declares the product's jobs."""
THREADS = 8
DRAIN = 7.0
"""Seconds given to running jobs after SIGTERM."""
GRACE = 10.0
"""Seconds after which the process ends however far it got: less than what its supervisor waits before it kills."""

logger = logging.getLogger(__name__)


class Stopped(MiddlewareError):
    """Told to stop before the database answered. Only this kind of error keeps dramatiq from starting regardless."""


class Background(Middleware):
    """Database and background tasks on the worker's event loop. Stands after AsyncIO: hooks end in reverse order."""

    def __init__(self, settings: Settings, stop: threading.Event) -> None:
        self._settings, self._stop = settings, stop
        self._tasks: list[concurrent.futures.Future[None]] = []

    def before_worker_boot(self, broker: Broker, worker: dramatiq.Worker) -> None:
        """Wait for the database and its tables as long as it takes: a failed hook would be logged and passed over."""
        while not self._stop.is_set():
            try:
                loop_thread().run_coroutine(self._connect())
                return
            except DATABASE_AWAY as error:
                logger.warning("waiting for the database: %s", type(error).__name__)
                self._stop.wait(1)
        raise Stopped

    async def _connect(self) -> None:
        await close_engine()
        key = self._settings.key("context.key")
        await open_engine(self._settings.worker_database_url, context_key=key, size=THREADS + 3, name="nivel worker")
        await call_narrow("SELECT FROM schedule LIMIT 1")

    def after_worker_boot(self, broker: Broker, worker: dramatiq.Worker) -> None:
        """Start to keep time, and to relay where there is a broker to relay to."""
        scheduled = [job for job in JOBS.values() if job.installation]
        self._begin(keep_time(scheduled))
        if isinstance(broker, RabbitmqBroker):
            self._begin(relay(broker))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.run_coroutine_threadsafe(work, loop_thread().loop))

    def before_worker_shutdown(self, broker: Broker, worker: dramatiq.Worker) -> None:
        """No new ticks while running jobs end."""
        for task in self._tasks:
            task.cancel()

    def after_worker_shutdown(self, broker: Broker, worker: dramatiq.Worker) -> None:
        """Close the pool within bounds: after a crash of the database its close may wait for ever."""
        loop_thread().run_coroutine(_close_pool())


async def _close_pool() -> None:
    try:
        await asyncio.wait_for(close_engine(), 2)
    except TimeoutError:
        if engine.pool:
            engine.pool.terminate()


def loop_thread() -> EventLoopThread:
    """The worker's event loop."""
    thread = get_event_loop_thread()
    assert thread is not None, "AsyncIO stands first"
    return thread


def make_broker(settings: Settings, middleware: list[Middleware]) -> Broker:
    """The embedded broker, or RabbitMQ with confirmed publishing; both only point at rows."""
    if settings.broker_url == "jobs:":
        return JobBroker(middleware=middleware)
    if settings.broker_url.startswith(("amqp://", "amqps://")):
        return RabbitmqBroker(url=settings.broker_url, confirm_delivery=True, middleware=middleware)
    raise SettingsError("BROKER_URL must be jobs: or an amqp address")


def declare_actors(broker: Broker, clock: Clock) -> None:
    """One dramatiq actor for each job. None retries by itself: the row decides."""

    def actor_for(kind: Job) -> None:
        @dramatiq.actor(actor_name=kind.name, broker=broker)
        async def act(job_id: str) -> None:
            await run_job(kind, UUID(job_id), clock)

    for kind in JOBS.values():
        actor_for(kind)


def run(settings: Settings) -> int:
    """Work until SIGTERM or SIGINT, then finish what runs. Returns the exit code of the process."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("pika").setLevel(logging.ERROR)
    open_log(settings.key("log.key"))
    open_storage(settings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    broker = make_broker(settings, [AsyncIO(), Background(settings, stop)])
    declare_actors(broker, settings.clock)
    broker.emit_after("process_boot")
    worker = dramatiq.Worker(broker, worker_threads=THREADS, worker_timeout=250)
    try:
        worker.start()
    except Stopped:
        loop_thread().stop()  # type: ignore[no-untyped-call]  # dramatiq
        return 0
    logger.info("worker ready: %d jobs", len(JOBS))
    stop.wait()
    threading.Thread(target=_end_in_time, daemon=True).start()
    worker.stop(timeout=int(DRAIN * 1000))
    broker.close()
    return 0


def _end_in_time() -> None:
    threading.Event().wait(GRACE)
    logger.error("the worker did not end in time; its jobs stay in their rows")
    os._exit(1)
