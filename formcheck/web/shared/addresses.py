"""Every address that the app answers at; what goes on with an id is said there.

They keep clear of what Streamlit reserves: `/_stcore`, `/media`, `/component` and `/static`.
"""

from __future__ import annotations

from typing import Final

START: Final = "start"
"""Home; the app opens on it."""
CHECK: Final = "check"
"""Check my form; goes on with what is prescribed."""
LINK_QUERY: Final = "link"
"""Of `CHECK`: the code of a link to what somebody is prescribed."""
TEST_QUERY: Final = "test"
"""Of `CHECK`: the test of function that the set is, by its key."""
SAME_QUERY: Final = "same"
"""Of `CHECK` with `TEST_QUERY`: what is as it was the last time, of `place` and `clothes`, with a comma between."""
FROM_QUERY: Final = "from"
"""Of `CHECK`: the page that it was begun from, as `TODAY`; the set is kept, and the way leads back there."""
VIDEOS: Final = "videos"
PEOPLE: Final = "people"
PERSON: Final = "person"
"""Needs `?person=`, but for clients, who find themselves."""
REVIEW: Final = "review"
"""Needs `?set=`."""
COMPARE: Final = "compare"
PROGRESS: Final = "progress"
TESTS: Final = "tests"
"""Tests of function and questionnaires; goes on with `?person=`, but for clients."""
SELF_TEST: Final = "self-test"
MORE: Final = "more"
"""The pages for which a telephone's tab bar has no room."""
TODAY: Final = "today"
"""What is due of a programme; goes with `?person=`, but for clients, who find themselves."""
PROGRAMME: Final = "programme"
"""Composing a programme; for clinicians, goes with `?person=`."""
DESIGN: Final = "design"
"""All components; no menu leads there."""
CLINIC: Final = "clinic"
"""Letterhead and signature of documents; for clinicians."""
REMOTE: Final = "remote"
"""Remote sessions are planned and opened there; for clinicians."""
LOG_OUT: Final = "log-out"
REFUSED: Final = (
    START,
    CHECK,
    VIDEOS,
    PEOPLE,
    PERSON,
    REVIEW,
    COMPARE,
    PROGRESS,
    TESTS,
    SELF_TEST,
    MORE,
    TODAY,
    PROGRAMME,
    DESIGN,
    REMOTE,
    CLINIC,
    LOG_OUT,
)
"""Pages at which who has no access reads why."""
WELCOME: Final = "welcome"
GUIDANCE: Final = "guidance"
"""Everybody's."""
PRIVACY_TOPIC: Final = "pictures"
"""Of the guidance, behind `?topic=`."""
PAGES: Final = (*REFUSED, WELCOME, GUIDANCE)
"""Every page, behind the slash; the server answers at no other."""

SOCKET_PATH: Final = "/live"
"""The socket of live sets; needs a token (see `web.live.tokens`)."""
HEALTH_PATH: Final = "/formcheck-health"
LIVE_CLIENT_PATH: Final = "/formcheck-static/live/client"
PLAYER_CLIENT_PATH: Final = "/formcheck-static/player/client"
UPLOADS_CLIENT_PATH: Final = "/formcheck-static/uploads/client"
"""Scripts, styles and drawings; each goes on with the name of a file."""

OFFLINE_PATH: Final = "/formcheck-static/offline"
"""What makes the app installable and keeps it without network; goes on with the name of a file."""
SERVICE_WORKER_PATH: Final = OFFLINE_PATH + "/service_worker.js"
MANIFEST_PATH: Final = OFFLINE_PATH + "/app.webmanifest"

POSE_PATH: Final = "/formcheck-static/pose"
"""MediaPipe for browsers and its pose models; goes on with the SHA-256 of a file and its name."""

UPLOADS_PATH: Final = "/formcheck-uploads"
"""Where uploads go; that of one goes on with its id, and all need a link of the scope `uploads` in `LINK_HEADER`."""
LINK_HEADER: Final = "x-formcheck-link"
"""A header of our own: no page of another site can make a browser send it without asking first."""

VIDEO_PATH: Final = "/formcheck-files/video"
PLAYER_PATH: Final = "/formcheck-files/player"
DOCUMENT_PATH: Final = "/formcheck-files/document"
"""Files of a set: go on with its id, a document's with its kind behind that, and need a token (`web.access.links`)."""
RECORDING_PATH: Final = "/formcheck-files/recording"
"""A recording of a call: goes on with its id and needs a token."""
EXPORT_PATH: Final = "/formcheck-files/export"
"""Of everything about a person; goes on with the person's id and needs a token."""

RECORD_PATH: Final = "/formcheck-files/record"
"""Of everything about a person, to be read; goes on with the person's id and `pdf` or `html`, and needs a token."""
PROGRESS_PATH: Final = "/formcheck-files/progress"
"""Of a person's progress; goes on with the person's id and an exercise, and needs a token."""
COMPARISON_PATH: Final = "/formcheck-files/comparison"
"""Of two sets beside each other; goes on with both ids and what is compared, and needs a token."""

ROOM_PATH: Final = "/room"
"""The socket of remote sessions; needs the code of an invitation, or a clinician's login and ticket."""
JOIN_PATH: Final = "/join"
"""The client's page of a remote session, which needs no login; the code stands behind `#`, which no server sees."""
SESSION_PATH: Final = "/session"
"""The clinician's page of a remote session; goes on with the room's id, a ticket stands behind `#`."""
REMOTE_CLIENT_PATH: Final = "/formcheck-static/remote/client"
"""Scripts and styles of both pages; goes on with the name of a file."""
STILLS_PATH: Final = "/formcheck-room/stills"
"""Still pictures of remote sessions: goes on with the id of one. Sent there by `PUT` with a token in `LINK_HEADER`,
fetched with `?token=`."""
RECORDINGS_PATH: Final = "/formcheck-room/recordings"
"""Recordings of calls in the making: goes on with the id of one. Parts come by `PUT` with `?at=` and a token in
`LINK_HEADER`; `POST` says that there are no more."""
UPLINK_PATH: Final = "/formcheck-room/uplink"
"""Takes what a page sends to see how fast its line is, by `POST`, and forgets it."""

PHONE_PATH: Final = "/phone"
"""The page on a phone that is the camera; the code stands behind `#`, which no server sees."""
PHONE_CLAIM_PATH: Final = PHONE_PATH + "/claim"
"""Takes the code, once, by `POST`, and gives the phone a key of its own for what follows, in `LINK_HEADER`."""
PHONE_STATE_PATH: Final = PHONE_PATH + "/state"
PHONE_UPLOADS_PATH: Final = PHONE_PATH + "/uploads"
"""As `UPLOADS_PATH`, for one video."""
PHONE_LIVE_PATH: Final = PHONE_PATH + "/live"
"""What the camera view of a live set is given, by `GET`; that a set is done, by `POST`. Its socket is `SOCKET_PATH`."""
PHONE_CERTIFICATE_PATH: Final = PHONE_PATH + "/certificate"
"""The certificate of this computer's own authority, for live on a phone."""
PHONE_HELP_PATH: Final = PHONE_PATH + "/secure"
"""How a phone is made to trust it."""
PHONE_CLIENT_PATH: Final = "/formcheck-static/phone/client"
"""Scripts and styles of those pages; goes on with the name of a file."""
