"""A set's thread on its own, without a socket."""

from __future__ import annotations

import json
from queue import Queue

from formcheck.web.live.messages import SetupMessage, parse_client_text
from formcheck.web.live.outgoing import Outgoing
from formcheck.web.live.registry import LiveClient

from .world import SETUP, World, frame


def test_what_still_comes_over_a_socket_that_lost_the_set_is_dropped(world: World) -> None:
    setup = parse_client_text(json.dumps(SETUP))
    assert isinstance(setup, SetupMessage)
    first: Queue[Outgoing] = Queue()
    second: Queue[Outgoing] = Queue()
    # A listener is known by itself, which a method looked up twice is not.
    to_first, to_second = first.put, second.put
    runner = world.registry.open_set(LiveClient("somebody", "an account", None), setup, to_first)
    assert json.loads(first.get(timeout=60).text)["type"] == "ready"
    assert runner.attach(to_second)
    assert first.get(timeout=60).close_code == 4409
    assert json.loads(second.get(timeout=60).text)["resumed"] is True
    runner.submit(to_first, frame(1.0), (1.0,))
    runner.finish(to_first)
    runner.cancel(to_first)
    runner.submit(to_second, frame(2.0), (2.0,))
    assert json.loads(second.get(timeout=60).text)["t"] == 2.0
    assert first.empty()
    assert len(world.engines[0].poses) == 1
    runner.finish(to_second)
    assert json.loads(second.get(timeout=60).text)["type"] == "finished"
    assert not runner.attach(to_first)


def test_the_answer_to_a_picture_of_a_socket_that_is_gone_is_nobodys(world: World) -> None:
    setup = parse_client_text(json.dumps(SETUP))
    assert isinstance(setup, SetupMessage)
    heard: Queue[Outgoing] = Queue()
    listener = heard.put
    runner = world.registry.open_set(LiveClient("somebody", "an account", None), setup, listener)
    assert heard.get(timeout=60).close_code is None
    world.gate.clear()
    runner.submit(listener, frame(1.0), (1.0,))
    runner.detach(listener)
    world.gate.set()
    assert runner.expire()
    runner.join(60)
    assert heard.empty()
    assert len(world.engines[0].poses) == 1
