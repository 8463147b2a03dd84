"""Token families: rotation, reuse, their ends; with real transactions where they race."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import connections
from django.test import Client

from clinicity.accounts import tokens
from clinicity.accounts.models import RefreshToken, TokenFamily, User
from clinicity.accounts.tests.signing import post, sign_in
from clinicity.audit.models import AuditEvent
from clinicity.common import clock

RACERS = 16


@pytest.mark.usefixtures("real_transactions")
def test_of_sixteen_refreshes_at_once_one_wins_and_the_family_ends(dora: User) -> None:
    first = tokens.pair_issue(dora)
    barrier = Barrier(RACERS)

    def race() -> tokens.TokenPair | None:
        try:
            barrier.wait(timeout=20)
            return tokens.pair_refresh(first.refresh)
        except tokens.BadToken:
            return None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(RACERS) as pool:
        came_back = list(pool.map(lambda _: race(), range(RACERS)))
    won = [pair for pair in came_back if pair]
    assert len(won) == 1
    # Strict: the winner may be the thief, so that the others' tries end it as well.
    family = TokenFamily.objects.get()
    assert family.ended_why == "reused"
    for use in (tokens.pair_refresh, tokens.user_of_access):
        with pytest.raises(tokens.BadToken):
            use(won[0].refresh if use is tokens.pair_refresh else won[0].access)
    assert RefreshToken.objects.filter(revoked_at__isnull=True).count() == 0
    assert Counter(AuditEvent.objects.values_list("act", flat=True))["account.family_end"] == 1


@pytest.mark.django_db
def test_a_family_ends_when_idle(client: Client, dora: User) -> None:
    now = clock.now()
    with time_machine.travel(now, tick=False):
        pair = sign_in(client).json()
    with time_machine.travel(now + timedelta(minutes=29), tick=False):
        pair = post(client, "refresh", refresh=pair["refresh"]).json()
    with time_machine.travel(now + timedelta(minutes=60), tick=False):
        assert post(client, "refresh", refresh=pair["refresh"]).status_code == 401


@pytest.mark.django_db
def test_a_family_ends_after_twelve_hours_however_busy(client: Client, dora: User) -> None:
    now = clock.now()
    with time_machine.travel(now, tick=False):
        pair = sign_in(client).json()
    for minutes in range(25, 12 * 60, 25):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            pair = post(client, "refresh", refresh=pair["refresh"]).json()
    with time_machine.travel(now + timedelta(hours=11, minutes=59), tick=False):
        pair = post(client, "refresh", refresh=pair["refresh"]).json()
        assert (
            tokens.demand_signed(pair["access"])["exp"]
            <= (now + timedelta(hours=12)).timestamp()
        )
    with time_machine.travel(now + timedelta(hours=12, minutes=1), tick=False):
        assert post(client, "refresh", refresh=pair["refresh"]).status_code == 401
        headers = {"authorization": f"Bearer {pair['access']}"}
        assert client.get("/api/v1/auth/me", headers=headers).status_code == 401


@pytest.mark.django_db
def test_tokens_of_a_deactivated_user_are_refused_at_once(client: Client, dora: User) -> None:
    pair = sign_in(client).json()
    User.objects.filter(id=dora.id).update(is_active=False)
    headers = {"authorization": f"Bearer {pair['access']}"}
    assert client.get("/api/v1/auth/me", headers=headers).status_code == 401
    assert post(client, "refresh", refresh=pair["refresh"]).status_code == 401
    assert sign_in(client).status_code == 401


@pytest.mark.django_db
def test_a_refused_access_token_costs_two_queries(
    dora: User, django_assert_max_num_queries: object
) -> None:
    access = tokens.pair_issue(dora).access
    with django_assert_max_num_queries(2):  # type: ignore[operator]
        tokens.user_of_access(access)


@pytest.mark.django_db
def test_only_ids_of_tokens_are_kept(dora: User) -> None:
    pair = tokens.pair_issue(dora)
    row = RefreshToken.objects.values().get()
    told = f"{row} {TokenFamily.objects.values().get()}"
    assert pair.refresh not in told
    assert pair.refresh.rpartition(".")[2] not in told
