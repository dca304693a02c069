"""Layer: pure functions. Looks beside the reading are done in order, all of them, and do not fail unnoticed."""

from __future__ import annotations

import threading

import pytest

from formcheck.session.reading import _Beside


def test_looks_are_done_in_order_in_another_thread() -> None:
    done: list[int] = []
    threads: set[int] = set()

    def look(number: int) -> None:
        threads.add(threading.get_ident())
        done.append(number)

    with _Beside() as beside:
        for number in range(20):
            beside.do(look, number)
        beside.finish()
        assert done == list(range(20))
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_what_a_look_raises_is_raised_at_the_end() -> None:
    def look() -> None:
        raise ValueError("the model is gone")

    with _Beside() as beside:
        beside.do(look)
        with pytest.raises(ValueError, match="the model is gone"):
            beside.finish()


def test_few_pictures_wait() -> None:
    """The reading waits where it is far ahead, or pictures would fill the memory."""
    go_on, asked = threading.Event(), threading.Event()
    submitted: list[int] = []

    def wait() -> None:
        go_on.wait(10)

    def read(beside: _Beside) -> None:
        for number in range(20):
            beside.do(wait)
            submitted.append(number)
            asked.set()

    with _Beside() as beside:
        reading = threading.Thread(target=read, args=(beside,))
        reading.start()
        assert asked.wait(10)
        reading.join(0.3)
        assert reading.is_alive()
        assert len(submitted) <= 5
        go_on.set()
        reading.join(10)
        beside.finish()
    assert len(submitted) == 20


def test_a_reading_that_fails_drops_the_looks_that_have_not_begun() -> None:
    begun, go_on = threading.Event(), threading.Event()
    done: list[str] = []

    def first() -> None:
        begun.set()
        go_on.wait(10)
        done.append("first")

    def failing() -> None:
        with _Beside() as beside:
            beside.do(first)
            beside.do(done.append, "second")
            assert begun.wait(10)
            threading.Timer(0.2, go_on.set).start()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        failing()
    assert done == ["first"]
