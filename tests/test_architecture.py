"""The house holds itself: rules of shape, each with a sample that must fail."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from clinicity.common import jobs
from clinicity.privacy.fields import SealedField
from clinicity.wiring import WIRING

ROOT = Path(__file__).resolve().parent.parent
OURS = (
    "clinicity",
    "patients",
    "biometrics",
    "documents",
    "twins",
    "alerts",
    "agents",
)
# Edges parse, call one domain function and answer: no ORM of their own.
EDGES = ("views", "consumers", "tasks", "forms", "presenters", "access", "permissions")
SIGNALS = {"receiver", "post_save", "pre_save", "post_delete", "pre_delete", "m2m_changed"}
SIGNALS_ALLOWED = {"clinicity/accounts/receivers.py"}


def sources() -> Iterator[Path]:
    for top in OURS:
        for path in sorted((ROOT / top).rglob("*.py")):
            if "migrations" not in path.parts and "tests" not in path.parts:
                yield path


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.split(".")[0] in OURS]


def uses_manager(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager")
        for node in ast.walk(tree)
    )


def names_of_signals(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & SIGNALS


def overrides_save(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.FunctionDef) and node.name in ("save", "delete")
        for klass in ast.walk(tree)
        if isinstance(klass, ast.ClassDef)
        for node in klass.body
    )


def writers_that_take_positionals(tree: ast.Module) -> list[str]:
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and "by" in {argument.arg for argument in node.args.kwonlyargs + node.args.args}
        and not node.name.startswith("_")
        and "by" not in {argument.arg for argument in node.args.kwonlyargs}
    ]


def is_edge(path: Path) -> bool:
    return path.stem in EDGES or path.parent.name in EDGES or "api" in path.parts


def is_service(path: Path) -> bool:
    return path.stem == "services" or path.parent.name == "services"


@pytest.mark.parametrize("path", list(sources()), ids=lambda path: str(path.relative_to(ROOT)))
def test_module_keeps_the_rules(path: Path) -> None:
    tree = ast.parse(path.read_text())
    name = str(path.relative_to(ROOT))
    if is_edge(path):
        assert not uses_manager(tree), f"{name} queries: call a selector or a service"
    if is_service(path):
        assert not writers_that_take_positionals(tree), f"{name}: `by` is keyword-only"
    if path.stem == "models":
        assert not overrides_save(tree), f"{name}: no logic in save"
    if name not in SIGNALS_ALLOWED:
        assert not names_of_signals(tree), f"{name} receives signals"
    assert path.stem != "utils"


@pytest.mark.parametrize(
    ("guard", "bad"),
    [
        (uses_manager, "def view(request):\n    return Patient.objects.all()"),
        (names_of_signals, "@receiver(post_save)\ndef react(): ..."),
        (overrides_save, "class A(Model):\n    def save(self): ..."),
        (writers_that_take_positionals, "def patient_create(by, name): ..."),
    ],
)
def test_guards_see_what_they_forbid(guard: object, bad: str) -> None:
    assert guard(ast.parse(bad))  # type: ignore[operator]


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_each_field_is_declared_protected_or_plain(model: type[models.Model]) -> None:
    privacy = model.Privacy  # type: ignore[attr-defined]
    protected, plain = set(privacy.protected), set(privacy.plain)
    fields = {field.name: field for field in model._meta.concrete_fields}
    fields |= {field.name: field for field in model._meta.many_to_many}
    assert protected | plain == set(fields)
    assert not protected & plain
    for name in protected:
        assert isinstance(fields[name], SealedField), f"{name} is protected and not sealed"
    sealed = {name for name, field in fields.items() if isinstance(field, SealedField)}
    assert sealed == protected


def published_events() -> set[str]:
    """The literal names that the code publishes."""
    return {
        name.value
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("publish", "publish_many")
        for name in node.args
        if isinstance(name, ast.Constant)
    }


def test_each_published_event_has_a_line_in_the_wiring_and_each_line_is_published() -> None:
    assert published_events() == set(WIRING)


def test_each_wired_task_is_declared() -> None:
    wired = {task for tasks in WIRING.values() for task in tasks}
    for task in wired:
        assert jobs.spec(task).name == task


def test_each_table_with_a_patient_has_row_security(db: None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relrowsecurity")
        secured = {name for (name,) in cursor.fetchall()}
    tables = {
        model._meta.db_table
        for model in our_models()
        if any(
            isinstance(field, models.ForeignKey)
            and field.related_model is apps.get_model("patients.Patient")
            for field in model._meta.concrete_fields
        )
    }
    assert tables | {"patients_patient"} <= secured
