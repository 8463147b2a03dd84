"""One reader of an import in a process of its own, to be killed: `… RUN_ID PATIENT_ID`."""

import sys
from uuid import UUID

import django

from clinicity.environment import choose_settings


def main() -> None:
    choose_settings()
    django.setup()
    from biometrics import services
    from biometrics.importers import IMPORTERS
    from biometrics.tests.import_lines import Lines
    from clinicity.common.actors import WORKER

    IMPORTERS["lines"] = Lines()
    run_id, patient_id, job_id = (UUID(word) for word in sys.argv[1:])
    run = services.import_work(
        by=WORKER, patient_id=patient_id, run_id=run_id, job_id=job_id,
        progress=lambda run: print(run.position, flush=True),  # noqa: T201
    )  # fmt: skip
    print(run.state, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
