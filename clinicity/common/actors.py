"""Who acts. Lower layers know an actor by id and role only, never by name."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid5

SERVICE_NAMESPACE = UUID("5d0b1ad0-6a0c-5b43-9d2c-0c2d1f0e7a11")


class Role(StrEnum):
    ADMIN = "admin"
    CLINICIAN = "clinician"
    COORDINATOR = "coordinator"
    RESEARCHER = "researcher"
    AUDITOR = "auditor"
    PATIENT = "patient"
    PROXY = "proxy"
    DEVICE = "device"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, a device or a named service."""

    id: UUID
    role: Role


def service_actor(name: str) -> Actor:
    """The actor of a named background service, the same in every process."""
    return Actor(id=uuid5(SERVICE_NAMESPACE, name), role=Role.SERVICE)


# Services that act without a person. Each has a user row of role `service`.
WORKER = service_actor("worker")
SYSTEM = service_actor("system")
DOOR = service_actor("door")
SERVICES = {"worker": WORKER, "system": SYSTEM, "door": DOOR}
