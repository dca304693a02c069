"""Layer: real browsers that call each other by a real relay, where a firewall lets nothing but TLS through."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from tests.remote.relay import SECRET, home_that_believes, relay, silent_port
from tests.serve.fake_server import Authority

from ..conftest import FLAGS, chromium, served
from ..waiting import until
from .conftest import SEES_SOMEBODY, Line, come_in
from .rooms import CLINICIAN, new_room

_KEEP_CONNECTIONS = """
window.pcs = [];
const Peer = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Peer {
  constructor(...given) { super(...given); window.pcs.push(this); }
};
"""
_WAYS = """
async () => {
  const stats = await window.pcs.find((each) => each.connectionState === "connected").getStats();
  for (const [, each] of stats) {
    if (each.type !== "candidate-pair" || !each.nominated) continue;
    const { candidateType, relayProtocol } = stats.get(each.localCandidateId);
    return [candidateType, relayProtocol];
  }
}
"""


@pytest.fixture
def behind_a_firewall(playwright: Playwright, tmp_path: Path) -> Iterator[tuple[list[Page], list[Line]]]:
    """Give two pages of a room whose relay is reached by TLS alone, and no address of anybody."""
    authority = Authority()
    home = home_that_believes(tmp_path / "home", authority.write(tmp_path / "authority.pem"))
    certificate = authority.issue(tmp_path / "relay.pem", "localhost")
    allowed = ("allow-loopback-peers", "allowed-peer-ip=127.0.0.1")
    with relay(tmp_path, *allowed, certificate=certificate) as port, silent_port() as silent:
        settings = {
            "FORMCHECK_USER_NAME": CLINICIAN,
            "FORMCHECK_TURN_URLS": f"turn:127.0.0.1:{silent}?transport=udp,turns:localhost:{port}?transport=tcp",
            "FORMCHECK_TURN_SECRET": SECRET,
            "FORMCHECK_TURN_RELAY_ONLY": "1",
        }
        with served(tmp_path / "server.log", **settings) as address:
            room = new_room(tmp_path / "records", relay_only=True)
            browser = playwright.chromium.launch(
                executable_path=chromium(),
                args=[*FLAGS, "--allow-loopback-in-peer-connection"],
                env={**os.environ, "HOME": str(home)},
            )
            pages = [browser.new_context(permissions=["camera", "microphone"]).new_page() for _ in range(2)]
            lines = [Line(page) for page in pages]
            for page, path in zip(pages, (room.clinician, room.client), strict=True):
                page.set_default_timeout(60_000)
                page.add_init_script(_KEEP_CONNECTIONS)
                page.route("**/pose_source.js", lambda route: route.abort())
                page.goto(address + path)
            yield pages, lines
            browser.close()


def test_where_udp_is_blocked_the_picture_comes_by_tls_and_nobody_learns_an_address(
    behind_a_firewall: tuple[list[Page], list[Line]],
) -> None:
    (clinician, client), lines = behind_a_firewall
    come_in(client)
    clinician.get_by_role("button", name="Let in").click()
    for page in (clinician, client):
        until(page, SEES_SOMEBODY)
        assert page.evaluate(_WAYS) == ["relay", "tls"]
    passed = [each for line in lines for each in line.heard if each["type"] == "ice" and each["candidate"]]
    assert passed
    assert all(" typ relay " in each["candidate"] for each in passed)
