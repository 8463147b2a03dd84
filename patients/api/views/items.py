"""What every list and row of the chart answers alike."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_view, inline_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.common.pages import Page
from clinicity.common.parsing import parsed
from patients import selectors, services
from patients.api import chart_serializers as shapes
from patients.models import ChartItem

Shape = type[serializers.Serializer[Any]]
V = TypeVar("V", bound=type[IdempotentWrites])


def page_shape(name: str, output: Shape) -> Any:
    return inline_serializer(
        f"{name}Page",
        {
            "items": output(many=True),
            "next_cursor": serializers.CharField(allow_null=True),
        },
    )


def paged(page: Page[Any], output: Shape) -> Response:
    items = output(page.items, many=True).data
    return Response({"items": items, "next_cursor": page.next_cursor})


class ItemsView(IdempotentWrites):
    """A list of one kind of row: read by pages, added to."""

    model: ClassVar[type[ChartItem]]
    input: ClassVar[Shape]
    output: ClassVar[Shape]
    query: ClassVar[Shape] = shapes.ListQuery

    def get(self, request: Request, patient_id: str) -> Response:
        query = parsed(self.query, request.query_params)
        page = self.page(request, UUID(patient_id), query)
        return paged(page, self.output)

    def page(self, request: Request, patient_id: UUID, query: dict[str, Any]) -> Page[Any]:
        wanted = {name: query[name] for name in ("loinc",) if query.get(name)}
        return selectors.items_page(
            actor_of(request), patient_id, self.model, cursor=query.get("cursor"),
            size=query["limit"], with_errors=query["with_errors"], **wanted,
        )  # fmt: skip

    def post(self, request: Request, patient_id: str) -> Response:
        data = parsed(self.input, request.data)
        row = type(self).add(by=actor_of(request), patient_id=UUID(patient_id), **data)
        return Response(self.output(row).data, status=status.HTTP_201_CREATED)

    @staticmethod
    def add(**data: Any) -> ChartItem:
        raise NotImplementedError


class ItemView(IdempotentWrites):
    """One row: read, changed under its version."""

    model: ClassVar[type[ChartItem]]
    changes: ClassVar[Shape]
    output: ClassVar[Shape]

    def get(self, request: Request, patient_id: str, row_id: str) -> Response:
        row = selectors.item_get(actor_of(request), UUID(patient_id), self.model, UUID(row_id))
        return Response(self.output(row).data)

    def patch(self, request: Request, patient_id: str, row_id: str) -> Response:
        changes = parsed(self.changes, request.data)
        version = changes.pop("version", None)
        row = services.chart_item_edit(
            by=actor_of(request), patient_id=UUID(patient_id), topic=self.model.TOPIC,
            row_id=UUID(row_id), changes=changes, version=version,
        )  # fmt: skip
        return Response(self.output(row).data)


class ErrorView(IdempotentWrites):
    """Marking a row as entered in error. It stays, and can be put back."""

    model: ClassVar[type[ChartItem]]
    output: ClassVar[Shape]

    def post(self, request: Request, patient_id: str, row_id: str) -> Response:
        row = services.chart_item_mark_error(
            by=actor_of(request), patient_id=UUID(patient_id), topic=self.model.TOPIC,
            row_id=UUID(row_id), **parsed(shapes.ErrorInput, request.data),
        )  # fmt: skip
        return Response(self.output(row).data)


class RestoreView(IdempotentWrites):
    """Taking the mark of an error back."""

    model: ClassVar[type[ChartItem]]
    output: ClassVar[Shape]

    def post(self, request: Request, patient_id: str, row_id: str) -> Response:
        row = services.chart_item_restore(
            by=actor_of(request), patient_id=UUID(patient_id), topic=self.model.TOPIC,
            row_id=UUID(row_id),
        )  # fmt: skip
        return Response(self.output(row).data)


class HistoryView(IdempotentWrites):
    """What a row said before, the newest version first."""

    model: ClassVar[type[ChartItem]]

    def get(self, request: Request, patient_id: str, row_id: str) -> Response:
        actor, patient = actor_of(request), UUID(patient_id)
        selectors.item_get(actor, patient, self.model, UUID(row_id))
        versions = selectors.item_history(actor, patient, self.model.TOPIC, UUID(row_id))
        return Response(shapes.RowHistoryOutput({"items": versions}).data)


def documented(view: V, **methods: Any) -> V:
    """The view with its shapes named in the API's schema."""
    decorated: V = extend_schema_view(
        **{name: extend_schema(**told) for name, told in methods.items()}
    )(view)
    return decorated


def views_of(
    model: type[ChartItem],
    add: Callable[..., ChartItem],
    entry: Shape,
    changes: Shape,
    output: Shape,
    **own: Any,
) -> dict[str, type[IdempotentWrites]]:
    """The five views of one kind of row: list, row, error, restore, history."""
    base = {"model": model, "output": output}
    made = {"input": entry, "add": staticmethod(add), **base, **own}
    return {
        "list": documented(
            type(f"{model.__name__}sView", (ItemsView,), made),
            get={
                "parameters": [own.get("query", shapes.ListQuery)],
                "responses": page_shape(model.__name__, output),
            },
            post={"request": entry, "responses": {201: output}},
        ),
        "row": documented(
            type(f"{model.__name__}View", (ItemView,), {"changes": changes, **base}),
            get={"responses": output},
            patch={"request": changes, "responses": output},
        ),
        **_marks_of(model, base),
    }


def _marks_of(
    model: type[ChartItem], base: dict[str, Any]
) -> dict[str, type[IdempotentWrites]]:
    name, output = model.__name__, base["output"]
    return {
        "entered-in-error": documented(
            type(f"{name}ErrorView", (ErrorView,), dict(base)),
            post={"request": shapes.ErrorInput, "responses": output},
        ),
        "restore": documented(
            type(f"{name}RestoreView", (RestoreView,), dict(base)),
            post={"request": None, "responses": output},
        ),
        "history": documented(
            type(f"{name}HistoryView", (HistoryView,), {"model": model}),
            get={"responses": shapes.RowHistoryOutput},
        ),
    }
