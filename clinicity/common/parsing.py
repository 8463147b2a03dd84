"""What every API edge does first."""

from typing import Any

from rest_framework.serializers import Serializer


def parsed(shape: type[Serializer[Any]], data: Any) -> dict[str, Any]:
    """The validated data of a request; raises ValidationError."""
    serializer = shape(data=data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
