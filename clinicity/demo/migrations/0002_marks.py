"""Whose step was loaded is a mark: the key that stood there before is a first name."""

from typing import Any

from django.db import migrations

from clinicity.privacy.pseudonyms import keyed_hash


def to_marks(apps: Any, schema_editor: Any) -> None:
    steps = apps.get_model("demo", "LoadedStep").objects.using(schema_editor.connection.alias)
    for key in set(steps.values_list("person", flat=True)):
        mark = keyed_hash(key, scope="demo.person")[:16]
        steps.filter(person=key).update(person=mark)


class Migration(migrations.Migration):
    dependencies = [("demo", "0001_initial")]

    operations = [migrations.RunPython(to_marks, migrations.RunPython.noop)]
