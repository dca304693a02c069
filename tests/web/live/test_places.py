"""In process: who gets a place for a live set, and when a place is free again."""

from __future__ import annotations

from contextlib import ExitStack

from starlette.testclient import TestClient

from formcheck.web.live.limits import LiveLimits

from ...waiting import until
from .landmark_bytes import LANDMARKS
from .world import HERE, SETUP, World, begin, farewell, resume, send_frames


def test_a_set_without_pictures_gives_its_place_free_however_often_its_socket_comes_back(world: World) -> None:
    token = world.token()
    with world.socket(token=token) as socket:
        set_id = begin(socket)["set_id"]
        send_frames(socket, 1.0)
    for _ in range(4):
        world.clock.advance(29)
        with world.socket(token=token) as socket:
            assert resume(socket, set_id)["type"] == "ready"
    assert world.registry.active_count == 1
    world.clock.advance(5)
    assert world.registry.active_count == 0
    until(lambda: world.registry.finished_set(set_id, "somebody") is not None)
    finished = world.registry.finished_set(set_id, "somebody")
    assert finished is not None
    assert any("No picture came" in each for each in finished.remarks)


def test_two_windows_of_one_login_leave_places_for_others() -> None:
    world = World(limits=LiveLimits(max_sets=4))
    world.logged_in.add("another account")
    with world.socket(session="a window") as a, world.socket(session="another") as b, world.socket(session="x") as c:
        begin(a)
        begin(b)
        c.send_json(SETUP)
        assert farewell(c) == ("too-many-sets", 4503)
        with world.socket(token=world.token("somebody else's", "another account")) as other:
            begin(other)
    world.close()


def test_sets_of_landmarks_take_an_eighth_of_a_place() -> None:
    world = World(limits=LiveLimits(max_sets=2, max_sets_per_address=2))
    with ExitStack() as stack:
        world.logged_in.update(f"account {i}" for i in range(11))
        tokens = [world.token(f"page {i}", f"account {i}") for i in range(11)]
        sockets = [stack.enter_context(world.socket(token=token)) for token in tokens]
        begin(sockets[0])
        for socket in sockets[1:9]:
            begin(socket, **LANDMARKS)
        for socket, changes in ((sockets[9], LANDMARKS), (sockets[10], {})):
            socket.send_json(SETUP | changes)
            assert farewell(socket) == ("server-busy", 4503)
    world.close()


def test_one_address_leaves_a_place_for_others_whoever_logs_in_there() -> None:
    world = World(limits=LiveLimits(max_sets=4))
    world.logged_in |= {"one", "two", "three", "four"}
    with ExitStack() as open_ones:
        for account in ("one", "two", "three"):
            begin(open_ones.enter_context(world.socket(token=world.token(account, account))))
        with world.socket(token=world.token("four", "four")) as fourth:
            fourth.send_json(SETUP)
            assert farewell(fourth) == ("too-many-sets", 4503)
        elsewhere = TestClient(world.client.app, client=("192.0.2.7", 50_000))
        address = f"/live?token={world.token('four', 'four')}"
        with elsewhere.websocket_connect(address, headers=HERE) as fourth:
            begin(fourth)
    world.close()


def test_without_logins_places_are_shared_out_by_address_alone() -> None:
    world = World(limits=LiveLimits(max_sets=4))
    world.logged_in.add("owner")
    with ExitStack() as open_ones:
        for session in ("a phone", "another", "a third"):
            begin(open_ones.enter_context(world.socket(token=world.token(session, "owner"))))
    world.close()
