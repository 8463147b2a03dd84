"""Requests wait here to be stored together, and are answered once that is committed."""

import asyncio
import gc
import time
from collections import deque
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
MOST_BYTES = 4 * 1024 * 1024
# What is stored beside another group: as much as this. Less is cheaper in the next one.
BESIDE_BYTES = 64 * 1024
# A group is closed when nothing came for so many turns of the loop.
QUIET_TURNS = 8
COLLECT_AFTER = 50_000
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

    Large bodies are stored two groups at a time: while one waits for the disk, the other is
    prepared. Small ones wait for the group before them, and so are more in the next: most
    of what a small group costs is the same for a larger one.
    """

    def __init__(self) -> None:
        self.waiting: deque[Waiting] = deque()
        self.storing: set[asyncio.Task[None]] = set()
        self.is_gathering = False
        # Each keeps its database connection from group to group.
        self.idle = [
            ThreadPoolExecutor(max_workers=1, thread_name_prefix="door")
            for _ in range(GROUPS_AT_ONCE)
        ]
        self.threads = tuple(self.idle)
        self.dispatcher = Dispatcher()
        self.has_begun = False

    async def stored(self, knock: Knock) -> Answer:
        if not self.has_begun:
            _spare_the_collector()
            self.has_begun = True
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._wait(Waiting(knock, answer))
        return await answer

    def close(self) -> None:
        for task in self.storing:
            task.cancel()
        for thread in self.threads:
            thread.submit(_disconnect)
            thread.shutdown()
        self.dispatcher.close()

    def _wait(self, each: Waiting) -> None:
        self.waiting.append(each)
        self._start()

    def _start(self) -> None:
        """Store what waits, where a thread is idle and it is worth one."""
        if self.waiting and self.idle and not self.is_gathering and self._is_enough():
            self.is_gathering = True
            task = asyncio.create_task(self._keep(self.idle.pop()))
            self.storing.add(task)
            task.add_done_callback(self.storing.discard)

    def _is_enough(self) -> bool:
        if len(self.idle) == len(self.threads) or len(self.waiting) >= LARGEST_GROUP:
            return True
        return sum(len(each.knock.body) for each in self.waiting) >= BESIDE_BYTES

    async def _keep(self, thread: ThreadPoolExecutor) -> None:
        try:
            group = await self._gathered()
            self._start()
            answers = await self._store(group, thread)
        finally:
            self.idle.append(thread)
        for each, answer in zip(group, answers, strict=True):
            self._settle(each, answer)
        self._start()

    async def _gathered(self) -> list[Waiting]:
        """The next group, with the requests that are being read this very moment."""
        try:
            quiet = 0
            while quiet < QUIET_TURNS and len(self.waiting) < LARGEST_GROUP:
                before = len(self.waiting)
                await asyncio.sleep(0)
                quiet = quiet + 1 if len(self.waiting) == before else 0
        finally:
            self.is_gathering = False
        group, size = list[Waiting](), 0
        while self.waiting and len(group) < LARGEST_GROUP and size < MOST_BYTES:
            group.append(self.waiting.popleft())
            size += len(group[-1].knock.body)
        return group

    def _settle(self, each: Waiting, answer: Answer | None) -> None:
        if each.answer.done():
            return
        if answer is None and time.monotonic() - each.since < PATIENCE_SECONDS:
            asyncio.get_running_loop().call_later(PAUSE_SECONDS, self._wait, each)
            return
        each.answer.set_result(answer or problem_answer(_busy()))

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
