"""Which requests are stored together, and when a second group starts beside one."""

import asyncio
import threading
from collections.abc import Callable, Sequence

import pytest

from biometrics import group_commit
from biometrics.knocks import Answer, Knock
from biometrics.waiting import BESIDE_BYTES, LARGEST_GROUP, Keeper

SMALL, LARGE = b"{}", b" " * BESIDE_BYTES
DONE = Answer(201, b"{}")


class Store:
    """Stands for the database: a group is stored when it is let go."""

    def __init__(self) -> None:
        self.groups: list[list[bytes]] = []
        self.begun, self.let_go = threading.Semaphore(0), threading.Semaphore(0)

    def __call__(self, group: Sequence[Knock]) -> list[Answer | None]:
        self.groups.append([knock.body for knock in group])
        self.begun.release()
        assert self.let_go.acquire(timeout=5)
        return [DONE for _ in group]

    async def begins(self, *, within: float = 5) -> bool:
        return await asyncio.to_thread(self.begun.acquire, timeout=within)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    made = Store()
    monkeypatch.setattr(group_commit, "store_group", made)
    return made


Send = Callable[..., "asyncio.Task[Answer]"]


def with_keeper(scene: Callable[[Send], object]) -> None:
    """Play a scene; `send` knocks with a body and gives the answer to wait for."""

    async def play() -> None:
        keeper = Keeper()
        try:
            await scene(
                lambda body=SMALL: asyncio.create_task(keeper.stored(Knock("", "", body)))
            )  # type: ignore[misc]
        finally:
            keeper.close()

    asyncio.run(play())


def test_small_requests_wait_for_the_group_before_them(store: Store) -> None:
    async def scene(send: Send) -> None:
        first = send()
        assert await store.begins()
        others = [send() for _ in range(5)]
        assert not await store.begins(within=0.1)
        store.let_go.release()
        assert await first == DONE
        assert await store.begins()
        store.let_go.release()
        assert await asyncio.gather(*others) == [DONE] * 5

    with_keeper(scene)
    assert [len(group) for group in store.groups] == [1, 5]


def test_a_large_body_is_stored_beside_a_group(store: Store) -> None:
    async def scene(send: Send) -> None:
        first = send()
        assert await store.begins()
        large = send(LARGE)
        assert await store.begins()
        store.let_go.release(2)
        assert (await first, await large) == (DONE, DONE)

    with_keeper(scene)
    assert store.groups == [[SMALL], [LARGE]]


def test_a_full_group_is_stored_beside_another(store: Store) -> None:
    async def scene(send: Send) -> None:
        first = send()
        assert await store.begins()
        others = [send() for _ in range(LARGEST_GROUP + 1)]
        assert await store.begins()
        assert not await store.begins(within=0.1)  # the last one alone is not worth a thread
        store.let_go.release(3)
        assert await asyncio.gather(first, *others) == [DONE] * (LARGEST_GROUP + 2)

    with_keeper(scene)
    assert [len(group) for group in store.groups] == [1, LARGEST_GROUP, 1]


def test_requests_that_come_together_are_one_group(store: Store) -> None:
    async def scene(send: Send) -> None:
        all_of_them = [send() for _ in range(7)]
        store.let_go.release()
        await asyncio.gather(*all_of_them)

    with_keeper(scene)
    assert [len(group) for group in store.groups] == [7]


def test_a_store_that_breaks_answers_everyone(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(group: Sequence[Knock]) -> list[Answer | None]:
        raise MemoryError

    monkeypatch.setattr(group_commit, "store_group", broken)

    async def scene(send: Send) -> None:
        answers = await asyncio.gather(*[send() for _ in range(3)])
        assert [answer.status for answer in answers] == [500] * 3
        assert (await send()).status == 500  # and the next group is taken as well

    with_keeper(scene)


def test_whose_patient_is_busy_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = iter([[None], [None], [DONE]])
    monkeypatch.setattr(group_commit, "store_group", lambda _: next(turns))

    async def scene(send: Send) -> None:
        assert await send() == DONE

    with_keeper(scene)
