"""A file from the browser to its receipt: sent in parts, gone on with, watched."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from biometrics import uploads
from clinicity.accounts.models import User
from conftest import DrainJobs
from patients.models import Patient

pytestmark = pytest.mark.browser
ROWS = 4000


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    rows = [f"{1_700_000_000 + n * 60},{60 + n % 40},note {n}" for n in range(ROWS)]
    path = tmp_path / "pulse.csv"
    path.write_text("\n".join(["time,heart_rate,remark", *rows, "x,70,"]) + "\n")
    return path


def test_file_is_sent_imported_and_read(
    signed_in: Callable[..., Any], alice: User, patient: Patient, sheet: Path,
    drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    watched = signed_in(alice)
    page = watched.page
    page.goto(f"/biometrics/patients/{patient.id}/imports/")
    page.set_input_files("#import-input", sheet)
    page.wait_for_url("**/imports/uploads/**")
    page.click("text=Import >> nth=-1")
    page.wait_for_url("**/columns/**")
    page.click("button[value=import]")
    page.wait_for_url(lambda url: "uploads" not in url)
    page.wait_for_selector("[data-unsettled]")
    drain_jobs()
    page.wait_for_selector("text=Rejected records", timeout=15_000)
    assert f"{ROWS:,}" in page.inner_text("main")
    assert not watched.complaints


def test_upload_goes_on_after_a_reload(
    signed_in: Callable[..., Any], alice: User, patient: Patient, tmp_path: Path
) -> None:
    large = tmp_path / "large.csv"
    large.write_bytes(b"time,heart_rate\n" + b"1700000000,60\n" * (uploads.PART_BYTES // 5))
    parts = uploads.part_count(large.stat().st_size)
    page, sent = signed_in(alice).page, []
    page.on("response", lambda answer: answer.request.method == "PUT" and sent.append(answer))
    page.route(f"**offset={uploads.PART_BYTES}", lambda route: route.abort())
    page.goto(f"/biometrics/patients/{patient.id}/imports/")
    page.set_input_files("#import-input", large)
    page.wait_for_selector("text=The connection is gone.")
    assert len(sent) == 1
    page.unroute_all()
    page.reload()
    assert "% arrived" in page.inner_text("main")
    page.set_input_files("#import-input", large)
    page.wait_for_url("**/imports/uploads/**", timeout=60_000)
    assert [answer.status for answer in sent] == [200] * parts
    assert "This looks like: Table" in page.inner_text("main")
