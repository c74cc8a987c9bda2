"""With RabbitMQ: every worker process also carries due jobs from the table to the broker, which may lose them."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from dramatiq.broker import Broker
from dramatiq.errors import BrokerConnectionError

from services.kit.jobs.rows import DATABASE_AWAY, claim, give_back
from services.worker.bell import Bell
from services.worker.broker import POLL, message_of

QUEUE = "default"
BATCH = 50
LEASE = timedelta(seconds=120)
"""A published job is published again after this time unless its row says done: a second delivery does nothing."""

logger = logging.getLogger(__name__)


async def relay(broker: Broker) -> None:
    """Publish due jobs until cancelled; waits out an absent database or broker."""
    wake = asyncio.Event()
    bell = Bell(wake.set)
    with ThreadPoolExecutor(1, thread_name_prefix="relay") as publisher:  # pika: one connection per thread
        try:
            while True:
                try:
                    await bell.listen()
                    wake.clear()
                    if not await _carry(broker, publisher):
                        await asyncio.wait_for(wake.wait(), POLL)
                except TimeoutError:
                    continue
                except (*DATABASE_AWAY, BrokerConnectionError) as error:
                    logger.warning("relay waits: %s", type(error).__name__)
                    await asyncio.sleep(POLL)
        finally:
            await bell.close()


async def _carry(broker: Broker, publisher: ThreadPoolExecutor) -> int:
    due = await claim(QUEUE, BATCH, LEASE)
    try:
        await asyncio.get_running_loop().run_in_executor(publisher, _publish, broker, due)
    except BaseException:
        await asyncio.shield(give_back([job_id for job_id, _ in due]))
        raise
    return len(due)


def _publish(broker: Broker, due: list[tuple[UUID, str]]) -> None:
    for job_id, name in due:
        broker.enqueue(message_of(QUEUE, job_id, name))
