"""Layer: pure, with Streamlit's own messages: what a page may ask of Streamlit, and what Streamlit tells a page."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

import formcheck
from formcheck.web.gate.crowd import Bucket, GateLimits
from formcheck.web.gate.stream import page_messages, without_places

SCRIPT = str(Path(formcheck.__file__).resolve().parent / "web" / "server" / "main.py")


def received(*sent: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what of these messages Streamlit has, up to the end of the socket."""
    waiting = [*sent, {"type": "websocket.disconnect"}]

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def run() -> list[dict[str, Any]]:
        wanted = page_messages(receive, Bucket(1e9, 1e9, time.monotonic()), GateLimits())
        had = [dict(await wanted())]
        while had[-1]["type"] != "websocket.disconnect":
            had.append(dict(await wanted()))
        return had[:-1]

    return asyncio.run(run())


def binary(message: BackMsg) -> dict[str, Any]:
    return {"type": "websocket.receive", "bytes": message.SerializeToString()}


def test_a_page_may_have_its_script_run() -> None:
    wanted = BackMsg()
    wanted.rerun_script.query_string = "set=1"
    assert received(binary(wanted), binary(BackMsg(app_heartbeat=True)), binary(BackMsg(stop_script=True))) == [
        binary(wanted),
        binary(BackMsg(app_heartbeat=True)),
        binary(BackMsg(stop_script=True)),
    ]


def test_a_file_that_is_made_when_it_is_asked_for_can_be_had() -> None:
    wanted = BackMsg()
    wanted.backend_operation_request.deferred_file.file_id = "1"
    assert received(binary(wanted)) == [binary(wanted)]


@pytest.mark.parametrize("payload", ["install_skills", "dismiss_skills_nudge", "dataframe_chunk"])
def test_no_other_work_is_to_be_had_of_the_server(payload: str) -> None:
    message = BackMsg()
    getattr(message.backend_operation_request, payload).SetInParent()
    assert received(binary(message)) == []


def asked_for(name: str) -> BackMsg:
    message = BackMsg()
    if name == "file_urls_request":
        message.file_urls_request.request_id = "1"
    elif name == "backend_operation_request":
        message.backend_operation_request.install_skills.SetInParent()
    elif name != "nothing":
        setattr(message, name, True)
    return message


@pytest.mark.parametrize(
    "name", [field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields] + ["nothing"]
)
def test_streamlit_is_asked_for_nothing_else(name: str) -> None:
    if name in ("rerun_script", "stop_script", "app_heartbeat"):
        return
    assert received(binary(asked_for(name))) == []


def test_what_is_no_message_is_left_to_streamlit_to_close_for() -> None:
    garbage = {"type": "websocket.receive", "bytes": b"\xff\xff\xff"}
    text = {"type": "websocket.receive", "text": "hello"}
    assert received(garbage, text) == [garbage, text]


def test_a_flood_is_slowed_down() -> None:
    waited: list[float] = []

    async def receive() -> dict[str, Any]:
        return binary(BackMsg(app_heartbeat=True))

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    async def run() -> None:
        wanted = page_messages(receive, Bucket(10, 5.0, 0.0), GateLimits(), lambda: 0.0)
        for _ in range(12):
            await wanted()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("formcheck.web.gate.stream.asyncio.sleep", sleep)
        asyncio.run(run())
    assert waited == [0] * 10 + [pytest.approx(0.2), pytest.approx(0.4)]


def test_a_large_message_counts_as_several() -> None:
    bucket = Bucket(10, 5.0, 0.0)
    assert bucket.wait_s(0.0, 10) == 0
    assert bucket.wait_s(0.0, 5) == 1.0


def told(message: ForwardMsg) -> ForwardMsg:
    """Return what a page is told."""
    sent: list[dict[str, Any]] = []

    async def send(content: Any) -> None:
        sent.append(content)

    async def run() -> None:
        await without_places(send)({"type": "websocket.send", "bytes": message.SerializeToString()})

    asyncio.run(run())
    less: ForwardMsg = ForwardMsg.FromString(sent[0]["bytes"])
    return less


def test_a_page_is_not_told_where_the_app_lies() -> None:
    message = ForwardMsg()
    message.new_session.main_script_path = SCRIPT
    message.new_session.page_script_hash = "abc"
    message.new_session.initialize.session_id = "a session"
    message.new_session.initialize.environment_info.python_version = "3.11.7"
    less = told(message)
    assert str(Path(SCRIPT).parent).encode() not in less.SerializeToString()
    assert less.new_session.main_script_path == "main.py"
    assert less.new_session.page_script_hash == "abc"
    assert less.new_session.initialize.session_id == "a session"
    assert less.new_session.initialize.environment_info.python_version == ""


def test_an_error_does_not_tell_either() -> None:
    message = ForwardMsg()
    message.delta.new_element.exception.message = f"there is no file {SCRIPT}"
    message.delta.new_element.exception.stack_trace.append(f'File "{SCRIPT}", line 1')
    less = told(message)
    assert str(Path(SCRIPT).parent).encode() not in less.SerializeToString()
    assert less.delta.new_element.exception.message.endswith("the server's log.")


def test_everything_else_is_told_as_it_is() -> None:
    message = ForwardMsg()
    message.delta.new_element.markdown.body = "Ten reps."
    assert told(message) == message
