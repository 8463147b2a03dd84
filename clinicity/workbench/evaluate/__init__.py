"""What can be evaluated, by name. A task reads its input and gives its figures."""

from clinicity.workbench.evaluate.phi import PhiTask
from clinicity.workbench.evaluate.task import BadInput, Task

TASKS: dict[str, type[Task]] = {"phi": PhiTask}

__all__ = ["TASKS", "BadInput", "Task"]
