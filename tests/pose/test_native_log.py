"""Layer: processes. What reaches standard error when C++ chatters there."""

from __future__ import annotations

import subprocess
import sys

CHATTER = (
    "W0000 00:00:1795229348.692349   15752 inference_feedback_manager.cc:114] Feedback manager requires a model.\n"
    "INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n"
    "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
    "I0000 00:00:1795229348.692350   15752 gl_context.cc:357] GL version: 3.2\n"
)
ERROR = "E0000 00:00:1795229348.798534   15751 calculator_graph.cc:853] INVALID_ARGUMENT: no such stream\n"


def stderr_of(body: str) -> str:
    """Run a program in which `native(text)` writes as C++ does; return all that arrives on its standard error."""
    program = (
        "import os, sys\n"
        "from formcheck.pose.estimator import without_chatter\n"
        "def native(text): os.write(2, text.encode())\n"
        f"CHATTER, ERROR = {CHATTER!r}, {ERROR!r}\n"
    )
    done = subprocess.run([sys.executable, "-c", program + body], capture_output=True, text=True, check=False)
    return done.stderr


def test_chatter_is_held_back() -> None:
    assert stderr_of("with without_chatter(): native(CHATTER)") == ""


def test_chatter_after_an_unfinished_line_is_held_back() -> None:
    assert stderr_of("with without_chatter(): native('50 %' + CHATTER + ' done')") == "50 % done"


def test_errors_come_through() -> None:
    assert stderr_of("with without_chatter(): native(CHATTER + ERROR + CHATTER)") == ERROR


def test_pythons_own_words_come_through_in_order() -> None:
    body = (
        "sys.stderr.write('before ')\nwith without_chatter():\n sys.stderr.write('within ')\nsys.stderr.write('after')"
    )
    assert stderr_of(body) == "before within after"


def test_an_exception_comes_through() -> None:
    told = stderr_of("with without_chatter():\n native(CHATTER + ERROR)\n raise ValueError('broken')")
    assert told.startswith(ERROR)
    assert told.endswith("ValueError: broken\n")


def test_outside_of_the_block_nothing_is_held_back() -> None:
    assert stderr_of("with without_chatter(): pass\nnative(CHATTER)") == CHATTER


def test_a_process_without_standard_error_works() -> None:
    program = (
        "import os; os.close(2)\n"
        "from formcheck.pose.estimator import without_chatter\n"
        "with without_chatter(): print('worked')"
    )
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=False)
    assert done.stdout == "worked\n"
