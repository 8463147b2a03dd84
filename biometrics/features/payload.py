"""The samples of one ledger row as bytes, by device and metric. Pure."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from biometrics.features.columns import Columns, packed, unpacked

# A device (None for what names none) and a metric's code.
Lane = tuple[UUID | None, str]
FORMAT = 2


def lanes_packed(lanes: Mapping[Lane, Columns]) -> bytes:
    """Every lane with its samples in the order they came; the same for the same lanes."""
    parts = [
        [device.bytes if device else None, metric, packed(lanes[device, metric])]
        for device, metric in sorted(lanes, key=lane_order)
    ]
    return msgspec.msgpack.encode([FORMAT, parts])


def lanes_unpacked(payload: bytes, device_id: UUID | None = None) -> dict[Lane, Columns]:
    """The inverse. `device_id` is that of the row: payloads of the first kind name none."""
    found = msgspec.msgpack.decode(payload)
    if isinstance(found, dict):
        return {(device_id, metric): unpacked(data) for metric, data in found.items()}
    _, parts = found
    return {
        (UUID(bytes=device) if device else None, metric): unpacked(data)
        for device, metric, data in parts
    }


def lane_order(lane: Lane) -> tuple[str, bytes]:
    device, metric = lane
    return metric, device.bytes if device else b""
