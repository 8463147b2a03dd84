"""FastAPI with pydantic models and SQLAlchemy's async ORM on asyncpg: session.add_all."""

import os
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlalchemy import DateTime
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from benchmarks.peers import POOL

URL = os.environ["DATABASE_OWNER_URL"].replace("postgres://", "postgresql+asyncpg://")
KEY = os.environ["JWT_SECRET_KEY"]

app = FastAPI()
engine = create_async_engine(URL, pool_size=POOL, max_overflow=0)
sessions = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class Reading(Base):
    __tablename__ = "fastapi_sqlalchemy_orm"

    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    data_type: Mapped[str] = mapped_column(primary_key=True)
    timestamp: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    value: Mapped[float]


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


async def session() -> AsyncIterator[AsyncSession]:
    async with sessions() as opened:
        yield opened


User = Annotated[str, Depends(user)]
Session = Annotated[AsyncSession, Depends(session)]


@app.post("/batch", status_code=201)
async def batch(body: Batch, user: User, session: Session) -> Receipt:
    return await _stored(session, body.patient_id, body.events)


@app.post("/event", status_code=201)
async def event(body: Single, user: User, session: Session) -> Receipt:
    return await _stored(session, body.patient_id, [body])


async def _stored(session: AsyncSession, patient_id: UUID, events: Sequence[Event]) -> Receipt:
    session.add_all(
        Reading(
            patient_id=patient_id, data_type=event.data_type, timestamp=event.timestamp,
            value=event.data.bpm,
        )
        for event in events
    )  # fmt: skip
    try:
        await session.commit()
    except IntegrityError as error:
        raise HTTPException(409) from error
    return Receipt(accepted=len(events))
