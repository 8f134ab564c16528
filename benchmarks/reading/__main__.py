"""How right and how fast saved pages are read, ours beside the usual readers in one run.

``python -m benchmarks.reading [--pages DIR] [--set NAME]... [--reader NAME]... [--repeat N] [--ours]`` prints a table per
labelled set. Peers that are not installed are named and left out; to have them, run this with the interpreter of an
environment that holds gne, trafilatura, newspaper4k[zh], readability-lxml and htmldate (our readers need only lxml), from
the project's folder.

Pages per second are per second of processor time (``time.process_time``), so that a machine with other work gives the same
figure; of ``--repeat`` runs each page counts with its fastest.

``reviewed.json`` names the labels that were found wrong when each disagreement was looked at, with the right value (or none:
the page cannot be judged by it) and the reason. Where a set has such labels, its table is printed twice: as labelled, and
reviewed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.reading.peers import PEERS, Reader, installed
from benchmarks.reading.score import Reading, Tally

DEFAULT = Path(__file__).parents[3] / "shared" / "data" / "pages"
SETS = ("gov", "mixed", "handmade", "daniel")


def main() -> int:
    """Read the options, run, print."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.reading", description=__doc__)
    options.add_argument("--pages", type=Path, default=DEFAULT, help="folder with index.jsonl")
    options.add_argument("--set", dest="sets", action="append", choices=SETS, help="only this set")
    options.add_argument("--ours", action="store_true", help="only our reader")
    options.add_argument("--reader", dest="only", action="append", choices=("townwatch", *PEERS), help="only this reader")
    options.add_argument("--repeat", type=int, default=1, help="runs; each page counts with its fastest (default 1)")
    given = options.parse_args()
    if not (given.pages / "index.jsonl").is_file():
        sys.stderr.write(f"no labelled pages in {given.pages}\n")
        return 2
    readers, absent = installed()
    if only := ["townwatch"] if given.ours else given.only:
        readers = {name: read for name, read in readers.items() if name in only}
    elif absent:
        print(f"not installed, left out: {', '.join(absent)}")
    labels = [json.loads(line) for line in (given.pages / "index.jsonl").read_text("utf-8").splitlines()]
    corrections = reviewed()
    for name in given.sets or SETS:
        chosen = [label for label in labels if label["file"].startswith(f"{name}/")]
        right = [label | corrections.get(label["file"], {}) for label in chosen]
        tallies = {reader: run(read, given.pages, chosen, right, given.repeat) for reader, read in readers.items()}
        table(name, {reader: both[0] for reader, both in tallies.items()})
        if changed := sum(len(corrections.get(label["file"], {})) for label in chosen):
            table(f"{name}, {changed} labels reviewed", {reader: both[1] for reader, both in tallies.items()})
    return 0


def reviewed() -> dict[str, dict[str, Any]]:
    """The corrected fields of labels by file; None for a field by which the page cannot be judged."""
    corrections: dict[str, dict[str, Any]] = {}
    for entry in json.loads((Path(__file__).parent / "reviewed.json").read_text("utf-8")):
        corrections.setdefault(entry["file"], {})[entry["field"]] = entry["value"]
    return corrections


def run(
    read: Reader, folder: Path, labels: list[dict[str, Any]], right: list[dict[str, Any]], repeat: int
) -> tuple[Tally, Tally]:
    """One reader over one set, against the labels and the reviewed labels; only its own time counts. A page that it raises
    on is a page it read nothing of."""
    tallies = Tally(), Tally()
    for label, corrected in zip(labels, right, strict=True):
        data = (folder / label["file"]).read_bytes()
        reading, seconds = _once(read, data, label.get("url"))
        for _ in range(repeat - 1):
            seconds = min(seconds, _once(read, data, label.get("url"))[1])
        for tally, told in zip(tallies, (label, corrected), strict=True):
            tally.pages += 1
            tally.seconds += seconds
            tally.raised += reading is None
            tally.add(told, reading or Reading())
    return tallies


def _once(read: Reader, data: bytes, url: str | None) -> tuple[Reading | None, float]:
    """One reading, None where it raises, and its processor seconds."""
    start = time.process_time()
    try:
        reading = read(data, url)
    except Exception:  # noqa: BLE001 -- peers raise anything; the figures say it
        reading = None
    return reading, time.process_time() - start


def table(name: str, tallies: dict[str, Tally]) -> None:
    """Print one set."""
    pages = next(iter(tallies.values())).pages
    print(f"\n{name}: {pages} pages")
    print(f"{'reader':18}{'title exact/contained':>24}{'date right/wrong/none':>24}{'body F1':>9}{'raised':>8}{'pages/s':>9}")
    for reader, tally in tallies.items():
        title = f"{tally.exact}/{tally.contained} of {tally.titles}" if tally.titles else "-"
        date = f"{tally.right}/{tally.wrong}/{tally.missing} of {tally.dates}" if tally.dates else "-"
        f1 = f"{tally.mean_f1:.4f}" if tally.f1 else "-"
        print(f"{reader:18}{title:>24}{date:>24}{f1:>9}{tally.raised:>8}{tally.pages / tally.seconds:>9.0f}")


if __name__ == "__main__":
    sys.exit(main())
