"""Elements of Apple Health that don't have the usual shape: workouts, and other writers.

A correlation's records stand at the top level as well, so that it is passed over whole.
"""

from collections.abc import Callable, Iterator, Mapping
from xml.etree.ElementTree import Element

from biometrics.importers.apple_xml import Row, row_of

# A watch writes a workout's energy and distance as samples of its own, too. Under a device
# of their own, the sums of the workouts are not added to those.
WORKOUTS = " (workouts)"
WORKOUT = "HKWorkoutTypeIdentifier"
ENERGY = "HKQuantityTypeIdentifierActiveEnergyBurned"
DISTANCE = "HKQuantityTypeIdentifierDistanceWalkingRunning"
SUMS = (ENERGY, DISTANCE, "HKQuantityTypeIdentifierBasalEnergyBurned")
ON_FOOT = {f"HKWorkoutActivityType{name}" for name in ("Walking", "Running", "Hiking")}


def rows_of(element: Element) -> list[Row] | None:
    """The samples that an element holds; None where its kind is not read at all."""
    read = READERS.get(element.tag)
    return None if read is None else list(read(element))


def name_of(element: Element) -> str:
    """What to call an element that is not read."""
    return element.get("type") or element.tag


def _nothing(_: Element) -> Iterator[Row]:
    return iter(())


def _record(element: Element) -> Iterator[Row]:
    yield row_of(element)


def _workout(element: Element) -> Iterator[Row]:
    """Its minutes, without the pauses, and the sums of its energy and distance."""
    minutes, unit = element.get("duration", ""), element.get("durationUnit", "min")
    yield _part(element, WORKOUT, minutes, unit if minutes else "")
    source = element.get("sourceName", "") + WORKOUTS
    for name, total, unit in list(_statistics(element)) or _totals(element):
        yield _part(element, name, total, unit, sourceName=source)


def _part(workout: Element, name: str, value: str, unit: str, **more: str) -> Row:
    attributes = {**workout.attrib, "type": name, "value": value, "unit": unit, **more}
    return row_of(Element("Record", attributes))


def _statistics(workout: Element) -> Iterator[tuple[str, str, str]]:
    for part in workout.iter("WorkoutStatistics"):
        if part.get("type") in SUMS and part.get("sum"):
            yield part.get("type", ""), part.get("sum", ""), part.get("unit", "")


def _totals(workout: Element) -> Iterator[tuple[str, str, str]]:
    """The sums as they stood before iOS 16. Distance here is distance on foot."""
    names = {"totalEnergyBurned": ENERGY}
    if workout.get("workoutActivityType") in ON_FOOT:
        names["totalDistance"] = DISTANCE
    for attribute, name in names.items():
        if workout.get(attribute, "0") != "0":
            yield name, workout.get(attribute, ""), workout.get(f"{attribute}Unit", "")


READERS: Mapping[str, Callable[[Element], Iterator[Row]]] = {
    "ExportDate": _nothing, "Me": _nothing, "Correlation": _nothing,
    "Record": _record, "Workout": _workout,
}  # fmt: skip
