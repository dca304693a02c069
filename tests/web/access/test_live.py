"""Layer: live sets, in process: a set is of the session in which it was done and of who was logged in then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
from streamlit.testing.v1 import AppTest

from formcheck.web.live.registry import live_service
from tests.web.live.world import ACTOR, World, begin, farewell, finished_id, resume, send_frames

from .clinic import Clinic, claims_of

_TIMEOUT_S: Final = 240.0


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def _owner_and_token() -> None:
    import streamlit as st

    from formcheck.web.live.camera_view import live_token, session_id

    st.session_state["owner"] = session_id()
    st.text(live_token())


def test_a_token_is_bound_to_session_and_account(clinic: Clinic) -> None:
    holders = []
    for kept in (clinic.ada, clinic.ben):
        test = AppTest.from_function(_owner_and_token, default_timeout=_TIMEOUT_S)
        test.user = {"is_logged_in": True, **claims_of(kept.email)}
        test.run()
        holder = live_service().holder_of(test.text[0].value, to_resume=False)
        assert holder.actor_id == kept.actor.id
        assert holder.owner == test.session_state["owner"]
        holders.append(holder)
    # In Streamlit's simulated browser every session has the same id; the owner is another one all the same.
    assert holders[0].owner != holders[1].owner


def test_who_is_logged_out_opens_no_socket(world: World) -> None:
    token = world.token()
    world.logged_in.clear()
    with world.socket(token=token) as socket:
        assert farewell(socket) == ("token-invalid", 4401)


def test_who_is_logged_out_meanwhile_does_not_go_on_with_a_set(world: World) -> None:
    token = world.token()
    with world.socket(token=token) as socket:
        set_id = begin(socket)["set_id"]
        send_frames(socket, 1.0)
    world.logged_in.clear()
    with world.socket(token=token) as socket:
        assert farewell(socket) == ("token-invalid", 4401)
    world.logged_in.add(ACTOR)
    with world.socket(token=token) as socket:
        assert resume(socket, set_id)["type"] == "ready"


def test_another_account_comes_to_no_set_by_its_id(world: World) -> None:
    done = finished_id(world, "a session of Ada")
    world.logged_in.add("Ben's account")
    with world.socket(session="a session of Ada") as socket:
        opened = begin(socket)["set_id"]
        send_frames(socket, 1.0)
    for set_id in (opened, done, "0" * 36, "", "../.."):
        bens = world.token("a session of Ben", "Ben's account")
        with world.socket(token=bens) as socket:
            socket.send_json({"type": "resume", "version": 2, "set_id": set_id})
            assert farewell(socket) in (("set-gone", 4410), ("malformed", 4400), ("bad-setting", 4400))
    assert world.registry.finished_set(done, "a session of Ben") is None
    assert world.registry.finished_set(done, "a session of Ada") is not None
