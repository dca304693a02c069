"""How long the page Progress takes with half a year of one person's records, beside a page of one line.

    PYTHONPATH=. uv run python benchmarks/progress_page.py [--rounds 20]

104 sets, six tests and 18 questionnaires (`tests/records/six_months.py`), the page run by Streamlit's simulated browser
in this process. The first run of each is not counted: it loads modules and fills caches. Printed are CPU seconds of a
run, median and worst.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from formcheck.web.access.identity import NETWORK_VARIABLE
from tests.records.six_months import half_a_year


def _progress() -> None:
    from formcheck.web.pages.progress.page import page

    page()


def _one_line() -> None:
    import streamlit as st

    st.write("one line")


def _cpu_s(page: Callable[[], None], rounds: int, person_id: str) -> list[float]:
    test = AppTest.from_function(page, default_timeout=240.0)
    test.query_params["person"] = person_id
    found = []
    for _ in range(rounds + 1):
        before = time.process_time()
        test.run()
        found.append(time.process_time() - before)
        if test.exception:
            raise SystemExit(str(test.exception[0].value))
    return found[1:]


def main() -> None:
    """Run both pages in turn and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"FORMCHECK_HOME": folder, NETWORK_VARIABLE: "1", "FORMCHECK_USER_NAME": "Owner"}
        _, person_id = half_a_year(Path(folder))
        for name, page in (("progress", _progress), ("one line", _one_line)):
            took = _cpu_s(page, rounds, person_id)
            print(f"{name}: median {statistics.median(took):.3f} s, worst {max(took):.3f} s of CPU, {rounds} runs")


if __name__ == "__main__":
    main()
