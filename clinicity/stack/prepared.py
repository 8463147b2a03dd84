"""Whether the demo's database was prepared by this very source, so that a start is quick."""

import hashlib

from clinicity.environment import ROOT
from clinicity.stack import envfile
from clinicity.stack.folder import Folder

# A change to any of these asks for migrating and loading again.
SOURCES = ("*/migrations/*.py", "clinicity/*/migrations/*.py", "clinicity/demo/**/*.py")
FILE = "prepared"


def note(folder: Folder, sign_in: list[str]) -> None:
    """Remember what was done, and the lines that say how to sign in."""
    text = "\n".join([_digest(folder), *sign_in])
    envfile.private_text(folder.root / FILE, text)


def recall(folder: Folder) -> list[str]:
    """How to sign in, if nothing has changed since; else an empty list."""
    path = folder.root / FILE
    digest, *sign_in = path.read_text().split("\n") if path.exists() else [""]
    return sign_in if digest == _digest(folder) else []


def _digest(folder: Folder) -> str:
    digest = hashlib.sha256(folder.remembered().get("DATABASE_URL", "").encode())
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()
