"""Layer: a room's socket, in process: who connects to whom, and what is passed on."""

from __future__ import annotations

import json

from .hall import SDP, Hall, company, secret


def test_who_came_later_offers_and_a_reload_makes_it_anew(hall: Hall) -> None:
    with company(hall) as here:
        first, other = here.client.last("connect"), here.clinician.last("connect")
        assert (first["offer"], other["offer"]) == (True, False)
        assert (first["polite"], other["polite"]) == (False, True)
        assert first["generation"] == other["generation"]
        person = here.client_id
        assert other["peer"] == person
        with hall.comes(here.code, here.browser) as again:
            assert again.last("welcome")["you"] == person
            anew = again.last("connect")
            assert anew["offer"]
            assert anew["generation"] > first["generation"]
            assert here.clinician.last("connect")["generation"] == anew["generation"]
            assert here.clinician.last("people")["event"] == "reloaded"
            assert here.client.close_code() == ("in-use", 4409)


def test_a_lost_socket_comes_back_without_a_second_admission(hall: Hall) -> None:
    session_id = hall.plan()
    code, browser, instance = hall.invite(session_id), secret(), secret()
    with hall.clinician(session_id) as clinician:
        with hall.comes(code, browser, instance) as client:
            client.ask("knock")
            clinician.ask("admit", person=client.me)
            client.hear()
        clinician.forget()
        with hall.comes(code, browser, instance) as client:
            assert client.last("welcome")["role"] == "client"
            assert client.all("connect") == clinician.all("connect") == []
            assert [each["event"] for each in clinician.all("people")] == ["back"]


def test_who_is_let_in_while_their_phone_sleeps_is_connected_when_it_wakes(hall: Hall) -> None:
    session_id = hall.plan()
    code, browser, instance = hall.invite(session_id), secret(), secret()
    with hall.clinician(session_id) as clinician:
        clinician.hear()
        with hall.comes(code, browser, instance) as client:
            client.ask("knock")
            person = client.me
        assert clinician.last("queue")["people"][0]["presence"] == "asleep"
        clinician.ask("admit", person=person)
        unheard = clinician.last("connect")
        with hall.comes(code, browser, instance) as client:
            connect = client.last("connect")
            assert connect["generation"] == clinician.last("connect")["generation"] > unheard["generation"]
        with hall.comes(code, browser, instance) as client:
            assert client.last("welcome")
            assert client.all("connect") == []


def test_descriptions_and_candidates_pass_with_their_sender(hall: Hall) -> None:
    with company(hall) as here:
        generation, owner = here.client.last("connect")["generation"], here.clinician.me
        sdp = f"{SDP}a=candidate:1 1 udp 1 fe0c.local 9 typ host\r\na=x-last\r\n"
        here.client.ask("sdp", to=owner, generation=generation, kind="offer", sdp=sdp)
        passed = here.clinician.last("sdp")
        assert (passed["sender"], passed["kind"]) == (here.client_id, "offer")
        assert "x-last" in passed["sdp"]
        assert ".local" not in passed["sdp"]
        line = "candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host"
        here.client.ask("ice", to=owner, generation=generation, candidate=line, mid="0", line=0)
        assert here.clinician.last("ice")["candidate"] == line
        here.clinician.forget()
        here.client.ask("sdp", to=owner, generation=generation - 1, kind="offer", sdp=sdp)
        here.client.ask("ice", to=owner, generation=generation, candidate="candidate:1 1 udp 1 x.local 9 typ host")
        assert here.clinician.hear().heard == []
        here.client.ask("sdp", to="0" * 32, generation=generation, kind="offer", sdp=sdp)
        here.client.ask("sdp", to=here.client_id, generation=generation, kind="offer", sdp=sdp)
        assert [each["code"] for each in here.client.all("refused")] == ["no-such-person"] * 2


def test_what_floods_another_browser_is_refused(hall: Hall) -> None:
    with company(hall) as here:
        generation, owner = here.client.last("connect")["generation"], here.clinician.me
        for _ in range(5):
            here.client.ask("sdp", to=owner, generation=generation, kind="offer", sdp=SDP)
        assert len(here.clinician.all("sdp")) == 4
        assert here.client.last("refused")["code"] == "too-often"
        line = "candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host"
        for _ in range(41):
            here.client.say("ice", to=owner, generation=generation, candidate=line)
        assert here.client.last("refused")["code"] == "too-many"
        assert len(here.clinician.all("ice")) == 40
        for _ in range(5):
            here.client.ask("fresh", to=owner)
        assert here.client.last("refused")["message"] == "fresh"
        assert len(here.client.all("connect")) == 5
        many = SDP + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" * 20
        newest = here.client.last("connect")["generation"]
        here.client.ask("sdp", to=owner, generation=newest, kind="offer", sdp=many)
        assert here.client.last("refused")["code"] == "no-description"


def test_by_the_relay_only_no_address_passes(hall: Hall) -> None:
    with company(hall, relay_only=True) as here:
        assert here.client.last("welcome")["ice"]["policy"] == "relay"
        connect = here.client.last("connect")
        assert connect["relay_only"]
        said = f"{SDP}a=candidate:1 1 udp 1 192.0.2.7 9 typ host\r\n"
        said += "a=candidate:2 1 udp 1 198.51.100.1 9 typ relay raddr 192.0.2.7 rport 9\r\n"
        owner, generation = here.clinician.me, connect["generation"]
        here.client.ask("sdp", to=owner, generation=generation, kind="offer", sdp=said)
        line = "candidate:3 1 udp 1 203.0.113.9 9 typ srflx raddr 192.0.2.7 rport 9"
        here.client.ask("ice", to=owner, generation=generation, candidate=line)
        told = json.dumps(here.clinician.hear().heard)
        assert "198.51.100.1" in told
        assert "192.0.2.7" not in told
        assert "203.0.113.9" not in told


def test_credentials_are_renewed_a_minute_before_they_end(hall: Hall) -> None:
    with company(hall) as here:
        first = here.client.last("welcome")["ice"]
        hall.clock.ahead_s = 535.0
        here.client.hear()
        here.clinician.hear()
        assert here.client.all("ice_servers") == []
        hall.clock.ahead_s = 545.0
        anew = here.client.last("ice_servers")["ice"]
        assert anew["expires_at_s"] > first["expires_at_s"]
        assert anew["servers"][0]["username"] != first["servers"][0]["username"]
