"""Writes what browser and server say to each other, from the models of both: `python -m tools.contracts`.

JSON Schema into `docs/schemas/`, and the types of the same for JavaScript into the folders of the clients; beside them
the design's tokens, for clients that get no page of the app around them or paint on a canvas.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from formcheck.design.tokens import custom_properties, script_constants
from formcheck.doors import schema_of
from formcheck.pose.covered import WATCHED
from formcheck.pose.landmarks import N_LANDMARKS
from formcheck.web.live.landmarks import FRAME_BYTES, HEADER_BYTES
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.messages import (
    CLIENT_MESSAGES,
    LANDMARKS_KIND,
    PICTURE_HEADER_BYTES,
    PICTURE_KIND,
    PROTOCOL_VERSION,
)
from formcheck.web.live.refusal import CloseCode
from formcheck.web.live.replies import Reply
from formcheck.web.player.events import PLAYER_EVENTS
from formcheck.web.remote.messages import (
    MAX_SDP_CHARS,
    MAX_STILL_BYTES,
    MAX_TEXT_CHARS,
    MOST_DRAWINGS,
    ROOM_MESSAGES,
    ROOM_VERSION,
)
from formcheck.web.remote.replies import RoomReply
from formcheck.web.shared.addresses import LINK_HEADER, ROOM_PATH, SOCKET_PATH

ROOT: Final = Path(__file__).resolve().parents[1]
_SCHEMAS: Final = "docs/schemas"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_COLOURS: Final = "The design's tokens (`formcheck/design/tokens.py`), made by `python -m tools.contracts`."
_PLAIN: Final = {"integer": "number", "number": "number", "string": "string", "boolean": "boolean", "null": "null"}

Schema = Mapping[str, Any]


def made() -> dict[str, str]:
    """Return every file that is made: its path from the root of the repository, and its text."""
    messages, events = CLIENT_MESSAGES.schema, PLAYER_EVENTS.schema
    replies = schema_of(TypeAdapter(Reply), mode="serialization")
    room_messages = ROOM_MESSAGES.schema
    room_replies = schema_of(TypeAdapter(RoomReply), mode="serialization")
    of_rooms = {CloseCode.NOT_ADMITTED, CloseCode.REMOVED}
    close = _codes(each for each in CloseCode if each not in of_rooms)
    constants = (
        f"export const VERSION = {PROTOCOL_VERSION};\n"
        "/** First byte of a binary message. */\n"
        f"export const KIND = Object.freeze({{ PICTURE: {PICTURE_KIND}, LANDMARKS: {LANDMARKS_KIND} }});\n"
        "/** Bytes before the picture: its kind, and the capture time as a little-endian float64. */\n"
        f"export const HEADER_BYTES = {PICTURE_HEADER_BYTES};\n"
        "/** Bytes before the frames of landmarks: their kind and number; and of each frame. */\n"
        f"export const LANDMARKS_HEADER_BYTES = {HEADER_BYTES};\n"
        f"export const LANDMARKS_FRAME_BYTES = {FRAME_BYTES};\n"
        f"export const LANDMARKS = {N_LANDMARKS};\n"
        "/** As many frames as the server takes of one set. */\n"
        f"export const MOST_SET_FRAMES = {LiveLimits.max_set_frames};\n"
        "/** Landmarks whose covers are told, in the order of their bits. */\n"
        f"export const WATCHED = Object.freeze([{', '.join(str(int(mark)) for mark in WATCHED)}]);\n\n"
        f"/** Close codes of the socket. */\nexport const CLOSE = Object.freeze({{ {close} }});\n"
    )
    room_constants = (
        f"export const VERSION = {ROOM_VERSION};\n"
        f"export const ROOM_PATH = {json.dumps(ROOM_PATH)};\n"
        f"export const SOCKET_PATH = {json.dumps(SOCKET_PATH)};\n"
        f"export const LINK_HEADER = {json.dumps(LINK_HEADER)};\n"
        f"export const MAX_TEXT_CHARS = {MAX_TEXT_CHARS};\n"
        f"export const MAX_SDP_CHARS = {MAX_SDP_CHARS};\n"
        f"export const MAX_STILL_BYTES = {MAX_STILL_BYTES};\n"
        f"export const MOST_DRAWINGS = {MOST_DRAWINGS};\n\n"
        f"/** Close codes of the socket. */\nexport const CLOSE = Object.freeze({{ {_codes(CloseCode)} }});\n"
    )
    live = _module("The live socket's messages", {"ClientMessage": messages, "Message": replies}, constants)
    room = _module(
        "The messages of a room's socket", {"RoomMessage": room_messages, "RoomReply": room_replies}, room_constants
    )
    player = _module("What the player reports", {"PlayerEvent": events}, "export {};\n")
    colours = f"/** {_COLOURS} */\n\n{script_constants()}"
    return {
        f"{_SCHEMAS}/live-messages.json": _document("What a page sends over the live socket", messages),
        f"{_SCHEMAS}/live-replies.json": _document("What the server answers over the live socket", replies),
        f"{_SCHEMAS}/room-messages.json": _document("What a page sends over a room's socket", room_messages),
        f"{_SCHEMAS}/room-replies.json": _document("What the server says over a room's socket", room_replies),
        f"{_SCHEMAS}/player-events.json": _document("What the player reports to the server", events),
        "formcheck/web/live/client/tokens.css": f"/* {_COLOURS} */\n\n{custom_properties()}\n",
        "formcheck/web/live/client/colours.js": colours,
        "formcheck/web/player/client/colours.js": colours,
        "formcheck/web/live/client/contract.js": live,
        "formcheck/web/player/client/contract.js": player,
        "formcheck/web/remote/client/contract.js": room,
    }


def _codes(codes: Iterable[CloseCode]) -> str:
    return ", ".join(f"{each.name}: {each.value}" for each in codes)


def _document(title: str, schema: Schema) -> str:
    whole = {"$schema": _DIALECT, "title": f"{title}; made by python -m tools.contracts", **schema}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _module(about: str, unions: Mapping[str, Schema], constants: str) -> str:
    """Return a JavaScript module with a type for each object of the schemas and one for each of the unions."""
    types: dict[str, str] = {}
    for name, schema in unions.items():
        types |= {each: _type(each, inner, schema) for each, inner in schema["$defs"].items() if "properties" in inner}
        types[name] = f"/** @typedef {{{_expression(schema, schema)}}} {name} */\n"
    return f"/** {about}, made by `python -m tools.contracts`. */\n\n" + "\n".join([*types.values(), constants])


def _type(name: str, of: Schema, whole: Schema) -> str:
    lines = [*_words(of), f"@typedef {{Object}} {name}"]
    for field, inner in of["properties"].items():
        shown = field if field in of.get("required", ()) else f"[{field}]"
        lines.append(" ".join([f"@property {{{_expression(inner, whole)}}} {shown}", *_words(inner)]))
    return "/**\n" + "".join(f" * {line}\n" for line in lines) + " */\n"


def _words(of: Schema) -> list[str]:
    return [" ".join(of["description"].split())] if "description" in of else []


def _expression(node: Schema, whole: Schema) -> str:
    """Return a JSON Schema as a type of JSDoc; types with fields by their names."""
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        found = whole["$defs"][name]
        return name if "properties" in found else _expression(found, whole)
    if several := node.get("oneOf", node.get("anyOf")):
        return "|".join(_expression(each, whole) for each in several)
    if words := node.get("enum", [node["const"]] if "const" in node else None):
        return "|".join(json.dumps(each) for each in words)
    if "prefixItems" in node:
        return f"[{', '.join(_expression(each, whole) for each in node['prefixItems'])}]"
    if node["type"] == "array":
        return f"Array<{_expression(node['items'], whole)}>"
    if node["type"] == "object":
        return f"Object<string, {_expression(node['additionalProperties'], whole)}>"
    return _PLAIN[node["type"]]


if __name__ == "__main__":
    for path, text in made().items():
        (ROOT / path).parent.mkdir(exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")
