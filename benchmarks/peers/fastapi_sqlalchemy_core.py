"""FastAPI with pydantic models and SQLAlchemy core on asyncpg: one executemany."""

import os
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlalchemy import Column, DateTime, Double, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.peers import POOL

URL = os.environ["DATABASE_OWNER_URL"].replace("postgres://", "postgresql+asyncpg://")
KEY = os.environ["JWT_SECRET_KEY"]

app = FastAPI()
engine = create_async_engine(URL, pool_size=POOL, max_overflow=0)
readings = Table(
    "fastapi_sqlalchemy_core",
    MetaData(),
    Column("patient_id", Uuid, primary_key=True),
    Column("data_type", Text, primary_key=True),
    Column("timestamp", DateTime(timezone=True), primary_key=True),
    Column("value", Double, nullable=False),
)
INSERT = insert(readings).on_conflict_do_nothing()


class Data(BaseModel):
    bpm: float


class Event(BaseModel):
    data_type: str
    timestamp: datetime
    data: Data


class Single(Event):
    patient_id: UUID


class Batch(BaseModel):
    patient_id: UUID
    events: list[Event]


class Receipt(BaseModel):
    accepted: int


async def user(
    given: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())],
) -> str:
    try:
        return str(jwt.decode(given.credentials, KEY, algorithms=["HS256"])["sub"])
    except jwt.InvalidTokenError as error:
        raise HTTPException(401) from error


User = Annotated[str, Depends(user)]


@app.post("/batch", status_code=201)
async def batch(body: Batch, user: User) -> Receipt:
    return await _stored(body.patient_id, body.events)


@app.post("/event", status_code=201)
async def event(body: Single, user: User) -> Receipt:
    return await _stored(body.patient_id, [body])


async def _stored(patient_id: UUID, events: Sequence[Event]) -> Receipt:
    rows = [
        {
            "patient_id": patient_id, "data_type": event.data_type,
            "timestamp": event.timestamp, "value": event.data.bpm,
        }
        for event in events
    ]  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(INSERT, rows)
    return Receipt(accepted=len(events))
