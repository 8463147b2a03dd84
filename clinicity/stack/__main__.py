"""`python -m clinicity.stack start|stop|status|logs|run|demo|reset|backup|restore`: works without Django."""

import argparse
import logging
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from clinicity.stack import backup, control, neo4j
from clinicity.stack import demo as demonstration
from clinicity.stack.folder import Folder, folder
from clinicity.stack.services import StackError


def say(line: str) -> None:
    sys.stdout.write(f"  {line}\n")
    sys.stdout.flush()


def start(place: Folder, options: argparse.Namespace) -> None:
    say(f"starting in {place.root} …")
    control.start(place, idle_minutes=options.idle_minutes)
    status(place, options)


def run(place: Folder, options: argparse.Namespace) -> None:
    control.run(place, tell=say, idle_minutes=options.idle_minutes)


def demo(place: Folder, options: argparse.Namespace) -> None:
    demonstration.run(place, tell=say)


def stop(place: Folder, options: argparse.Namespace) -> None:
    if options.if_unused and control.is_in_use(place):
        say("left running: another process uses it")
    else:
        say("stopped" if control.stop(place) else "nothing was running")


def reset(place: Folder, options: argparse.Namespace) -> None:
    if not options.yes and not _agreed(f"Throw away everything in {place.root}?"):
        say("nothing was changed")
        return
    control.reset(place)
    say(f"{place.root} is empty: `make demo` starts over")


def status(place: Folder, options: argparse.Namespace) -> None:
    for service in control.standing(place):
        health = "ready" if service.ready else "not answering"
        say(f"{service.name:10} port {service.port:<6} pid {service.pid or '-':<8} {health}")
    if not control.supervisor_pid(place):
        say("no supervisor runs: `python manage.py stack start` starts one")


def logs(place: Folder, options: argparse.Namespace) -> None:
    for path in sorted(place.log.glob("*.log")):
        if options.service in ("", path.stem):
            say(f"==> {path}")
            say(control.tail(path, options.lines))


def save(place: Folder, options: argparse.Namespace) -> None:
    if not options.service:
        raise StackError("Name a new folder: make backup TO=folder.")
    backup.save(place, Path(options.service), tell=say)


def restore(place: Folder, options: argparse.Namespace) -> None:
    if not options.service or not options.keys:
        raise StackError("Name both: make restore FROM=folder KEYS=file.")
    backup.restore(place, Path(options.service), Path(options.keys), tell=say)


def neo4j_start(place: Folder, options: argparse.Namespace) -> None:
    place.prepare()
    neo4j.start(place, tell=say)


def neo4j_stop(place: Folder, options: argparse.Namespace) -> None:
    say("stopped" if neo4j.stop(place) else "nothing was running")


def _agreed(question: str) -> bool:
    sys.stdout.write(f"  {question} Type yes: ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() == "yes"


ACTS: dict[str, Callable[[Folder, argparse.Namespace], None]] = {
    "start": start,
    "stop": stop,
    "status": status,
    "logs": logs,
    "run": run,
    "demo": demo,
    "reset": reset,
    "backup": save,
    "restore": restore,
    "neo4j-start": neo4j_start,
    "neo4j-stop": neo4j_stop,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=ACTS)
    parser.add_argument(
        "service", nargs="?", default="", help="logs: only this one; backup, restore: a folder"
    )
    parser.add_argument("--keys", default="", help="restore: the file with the backup's keys")
    parser.add_argument("--lines", type=int, default=40, help="for logs: how many lines")
    parser.add_argument(
        "--idle-minutes",
        type=float,
        default=0,
        help="stop by itself when unused for so long",
    )
    parser.add_argument("--if-unused", action="store_true", help="stop: only if nobody uses it")
    parser.add_argument("--yes", action="store_true", help="reset: don't ask")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="stack", description=__doc__)
    add_arguments(parser)
    options = parser.parse_args(arguments)
    logging.basicConfig(format="  %(message)s", stream=sys.stdout)
    try:
        ACTS[options.act](folder(), options)
    except StackError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except subprocess.CalledProcessError as error:
        program = Path(str(error.cmd[0])).name
        sys.stderr.write(f"{program} failed (exit code {error.returncode}).\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
