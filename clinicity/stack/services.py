"""What a service of the stack is: something to prepare, run and ask whether it is well."""

from abc import ABC, abstractmethod
from typing import ClassVar

from clinicity.stack.folder import Folder
from clinicity.stack.processes import Command


class StackError(RuntimeError):
    """The stack can't do what was asked; the message is a sentence for a person."""


class Service(ABC):
    """One process that the supervisor keeps alive."""

    name: ClassVar[str]
    # Seconds it may take to become ready, and to stop when asked.
    patience: ClassVar[float] = 30

    def __init__(self, folder: Folder, port: int) -> None:
        self.folder = folder
        self.port = port

    def prepare(self) -> None:  # noqa: B027 (most need nothing)
        """Make what it needs before it starts: safe to do again."""

    @abstractmethod
    def command(self) -> Command: ...

    @abstractmethod
    def is_ready(self) -> bool: ...

    def settle(self) -> None:  # noqa: B027
        """Do what can only be done once it answers: safe to do again."""


class Server(Service):
    """A service that other processes reach by the settings it announces."""

    # The setting by which an operator puts a real server in its place.
    replaced_by: ClassVar[tuple[str, ...]]

    @abstractmethod
    def settings(self) -> dict[str, str]:
        """The names and values that point clients here."""
