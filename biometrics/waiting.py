"""Requests wait here to be stored together, and are answered once that is committed."""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.db import connection

from biometrics import group_commit
from biometrics.group_commit import Answer, Broken, Knock, problem_answer
from clinicity.common import events
from clinicity.common.dispatching import Dispatcher
from clinicity.common.exceptions import Unavailable

# A group takes at most so many requests and bytes.
LARGEST_GROUP = 64
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
    """Takes what waits, as much at once as came while the last group was stored."""

    def __init__(self) -> None:
        self.waiting: asyncio.Queue[Waiting] | None = None
        self.task: asyncio.Task[None] | None = None
        # One thread, so that one database connection is kept from group to group.
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="door")
        self.dispatcher = Dispatcher()

    async def stored(self, knock: Knock) -> Answer:
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        await self._queue().put(Waiting(knock, answer))
        return await answer

    def close(self) -> None:
        if self.task:
            self.task.cancel()
        self.thread.submit(_disconnect)
        self.thread.shutdown()
        self.dispatcher.close()

    def _queue(self) -> "asyncio.Queue[Waiting]":
        if self.waiting is None or self.task is None or self.task.done():
            self.waiting = self.waiting or asyncio.Queue()
            self.task = asyncio.create_task(self._keep(self.waiting))
        return self.waiting

    async def _keep(self, waiting: "asyncio.Queue[Waiting]") -> None:
        while True:
            group = [await waiting.get()]
            await asyncio.sleep(0)  # those that are being read this very moment
            size = len(group[0].knock.body)
            while len(group) < LARGEST_GROUP and size < MOST_BYTES and not waiting.empty():
                group.append(waiting.get_nowait())
                size += len(group[-1].knock.body)
            answers = await self._store(group)
            for each, answer in zip(group, answers, strict=True):
                _settle(each, answer, waiting)

    async def _store(self, group: Sequence[Waiting]) -> list[Answer | None]:
        """Store in the door's own thread; whatever happens, each gets an answer."""
        knocks, loop = [each.knock for each in group], asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self.thread, self._in_thread, knocks)
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


def _disconnect() -> None:
    connection.close()  # named here, so that it is the thread's own
