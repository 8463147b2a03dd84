"""Requests wait here to be stored together, and are answered once that is committed."""

import asyncio
import gc
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.db import connection

from biometrics import group_commit
from biometrics.knocks import Answer, Broken, Knock, problem_answer
from clinicity.common import events
from clinicity.common.dispatching import Dispatcher
from clinicity.common.exceptions import Unavailable

# A group takes at most so many requests and bytes.
GROUPS_AT_ONCE = 2
LARGEST_GROUP = 64
GATHER_SECONDS = 0.001
COLLECT_AFTER = 50_000
MOST_BYTES = 4 * 1024 * 1024
# For a patient whom an import or a rebuild is busy with.
PATIENCE_SECONDS = 10.0
PAUSE_SECONDS = 0.02


@dataclass(frozen=True)
class Waiting:
    """A request, and where its answer is awaited."""

    knock: Knock
    answer: "asyncio.Future[Answer]"
    since: float = field(default_factory=time.monotonic)


class Keeper:
    """Takes what waits, as much at once as came while the last groups were stored.

    Two groups at a time: while one waits for the disk, the other is prepared.
    """

    def __init__(self) -> None:
        self.waiting: asyncio.Queue[Waiting] | None = None
        self.tasks: list[asyncio.Task[None]] = []
        # Each keeps its database connection from group to group.
        self.threads = [
            ThreadPoolExecutor(max_workers=1, thread_name_prefix="door")
            for _ in range(GROUPS_AT_ONCE)
        ]
        self.dispatcher = Dispatcher()

    async def stored(self, knock: Knock) -> Answer:
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        await self._queue().put(Waiting(knock, answer))
        return await answer

    def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        for thread in self.threads:
            thread.submit(_disconnect)
            thread.shutdown()
        self.dispatcher.close()

    def _queue(self) -> "asyncio.Queue[Waiting]":
        if self.waiting is None:
            _spare_the_collector()
        if self.waiting is None or any(task.done() for task in self.tasks):
            self.waiting = self.waiting or asyncio.Queue()
            self.tasks = [
                asyncio.create_task(self._keep(self.waiting, thread)) for thread in self.threads
            ]
        return self.waiting

    async def _keep(
        self, waiting: "asyncio.Queue[Waiting]", thread: ThreadPoolExecutor
    ) -> None:
        while True:
            group = [await waiting.get()]
            await asyncio.sleep(GATHER_SECONDS)  # those that are being read this very moment
            size = len(group[0].knock.body)
            while len(group) < LARGEST_GROUP and size < MOST_BYTES and not waiting.empty():
                group.append(waiting.get_nowait())
                size += len(group[-1].knock.body)
            answers = await self._store(group, thread)
            for each, answer in zip(group, answers, strict=True):
                _settle(each, answer, waiting)

    async def _store(
        self, group: Sequence[Waiting], thread: ThreadPoolExecutor
    ) -> list[Answer | None]:
        """Store in a thread of the door's own; whatever happens, each gets an answer."""
        knocks, loop = [each.knock for each in group], asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(thread, self._in_thread, knocks)
        except Exception:  # noqa: BLE001  the edge: nobody may wait for ever
            return [problem_answer(Broken("Send it again.")) for _ in group]

    def _in_thread(self, knocks: Sequence[Knock]) -> list[Answer | None]:
        token = events.after_commit.set(self.dispatcher.later)
        try:
            return group_commit.store_group(knocks)
        finally:
            events.after_commit.reset(token)


def _settle(each: Waiting, answer: Answer | None, waiting: "asyncio.Queue[Waiting]") -> None:
    if each.answer.done():
        return
    if answer is None and time.monotonic() - each.since < PATIENCE_SECONDS:
        asyncio.get_running_loop().call_later(PAUSE_SECONDS, waiting.put_nowait, each)
        return
    each.answer.set_result(answer or problem_answer(_busy()))


def _busy() -> Unavailable:
    return Unavailable("This patient's readings are being worked on.", retry_after=5)


def _spare_the_collector() -> None:
    """Python's cycle collector looks at every object that was ever loaded, again and again,
    the more is made; a group makes thousands that hold no cycle."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 50)


def _disconnect() -> None:
    connection.close()  # named here, so that it is the thread's own
