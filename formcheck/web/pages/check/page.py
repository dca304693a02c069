"""*Check my form*: a set before the camera, from the first question to keeping it in the records."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal
from urllib.parse import parse_qs, urlsplit, urlunsplit

import streamlit as st

from formcheck.errors import FormcheckError, PoseModelError
from formcheck.history.comparison import DatedSet
from formcheck.intake.wishes import Wishes
from formcheck.pose.models import ensure_model, find_model
from formcheck.pose.releases import DEFAULT_MODEL
from formcheck.programme.tests_of_function import FunctionTest, function_tests
from formcheck.records.access import Actor
from formcheck.records.agreed import VIDEO, refusal
from formcheck.records.outcomes import count_as_test
from formcheck.records.people import label_of
from formcheck.records.plans import plans_in_force, prescribed
from formcheck.records.records import Records
from formcheck.records.sets import add_set, get_set, say_pain
from formcheck.session.pain import PainAction, advice_before
from formcheck.session.request import SetRequest
from formcheck.web.access.guard import current_actor
from formcheck.web.access.links import LINK_LASTS_S, UPLOADS, issue_link
from formcheck.web.access.origins import NO_PUBLIC_URL, address_for_others
from formcheck.web.access.red_flags import open_to_exercise
from formcheck.web.access.safety import remind_of_safety, require_safety_accepted
from formcheck.web.access.service import records_service
from formcheck.web.live.camera_view import session_id, show_kept_videos, show_live_view
from formcheck.web.live.keeping import by_bands_of, judged_for, new_set_of
from formcheck.web.live.pipeline import FinishedSet
from formcheck.web.live.registry import live_service
from formcheck.web.pages.check.after import PainAfter, show_numbers, tell_result
from formcheck.web.pages.check.form import SessionChoices, ask_exercise, ask_pain, ask_request, ask_session
from formcheck.web.pages.check.prescribed import ask_prescribed, forget_linked, linked_person, show_linked
from formcheck.web.phone.handovers import Errand
from formcheck.web.phone.panel import show_phone_camera
from formcheck.web.shared.addresses import (
    FROM_QUERY,
    GUIDANCE,
    LINK_QUERY,
    PRIVACY_TOPIC,
    REVIEW,
    SAME_QUERY,
    TEST_QUERY,
    TESTS,
    TODAY,
)
from formcheck.web.shared.choose_person import ask_person, note_person, people_shown, person_chosen, person_of_sets
from formcheck.web.shared.navigation import go_to, page_link
from formcheck.web.shared.opened_set import last_time
from formcheck.web.shared.plain_text import as_typed
from formcheck.web.shared.set_settings import (
    PAIN_BEFORE,
    LinkReading,
    in_words,
    link_query,
    load_of,
    read_link,
    setup_message,
    usual_set,
)

_OPEN_WORDS: Final = {
    "leg": "the standing leg",
    "reps": "the number of reps",
    "hold": "the hold",
    "depth": "the depth",
    "step": "the height of the step",
}
_PAIN_BEFORE: Final = "pain_before"


def show_refusals(refusals: Sequence[str]) -> None:
    """Say why a link is not used, and offer to go on without it."""
    st.error("This link cannot be used as it is, so no set was chosen.", icon=":material/link_off:")
    st.markdown("\n".join(f"- {as_typed(refusal)}" for refusal in refusals))
    st.markdown("Ask whoever sent it for a new link.")
    st.button("Choose a set myself", on_click=forget_link, type="primary")


def ask_set(reading: LinkReading) -> tuple[SetRequest, SessionChoices]:
    """Show the set of a link, else ask for a prescribed one or another; and ask how it is to be shown and kept."""
    test = None if reading.request is None else test_of_page(reading.request.exercise)
    if reading.request is not None and test is not None:
        return _show_test(test, reading.request)
    if reading.request is not None:
        st.info(f"Prescribed by link: **{in_words(reading.request)}**", icon=":material/assignment:")
        if reading.left_open:
            words = ", ".join(_OPEN_WORDS[name] for name in reading.left_open)
            st.caption(f"The link does not say {words}; there the usual is taken.")
        with st.expander("Camera, voice and video"):
            choices = _ask_how()
            st.button("Choose another set", on_click=forget_link)
        return reading.request, choices
    request = ask_prescribed()
    if request is not None:
        with st.expander("Camera, voice and video"):
            return request, _ask_how()
    exercise = ask_exercise()
    line = st.empty()
    with st.expander("Change the set, camera, voice or video"):
        request = ask_request(exercise)
        st.divider()
        choices = _ask_how()
        if request != usual_set(exercise):
            st.caption(f"The guidance starts with: {in_words(usual_set(exercise))}.")
    line.markdown(f"**{in_words(request)}**")
    return request, choices


def _ask_how() -> SessionChoices:
    """Ask how a set is shown and kept; nobody is asked for a video who refuses that one is kept."""
    actor = current_actor()
    person_id = None if actor is None else actor.person_id or linked_person() or person_of_sets()
    if actor is None or person_id is None:
        return ask_session()
    try:
        with records_service().reading(actor) as work:
            refused = refusal(work, person_id, VIDEO)
    except FormcheckError:  # a set can be done without the records
        return ask_session()
    return ask_session("" if refused is None else f"No video is kept: {refused.clause}.")


def _show_test(test: FunctionTest, linked: SetRequest) -> tuple[SetRequest, SessionChoices]:
    """Show what a test of function is and how it is done, and ask how it is to be shown and kept."""
    # How deep is what the test is to show, where a link that leaves it open means the usual depth.
    request = replace(linked, plan=replace(linked.plan, target_depth_deg=None))
    what = test.title if test.lasts_s else f"{test.title}** · **{in_words(request)}"
    st.info(f"Test: **{what}**", icon=":material/fact_check:")
    st.caption("\n".join(f"{n}. {sentence}" for n, sentence in enumerate(test.protocol, start=1)))
    st.caption(_as_test_goes(current_actor()))
    with st.expander("Camera, voice and video"):
        return request, _ask_how()


def _as_test_goes(actor: Actor | None) -> str:
    """Say where a set goes that is a test."""
    if actor is None or (_goes_to() is None and actor.sees_everybody):
        return "Once it is kept, it counts as this test."
    return "When it is done, it is kept and counts as this test. One that a phone records is counted on *Tests*."


def may_start(request: SetRequest) -> bool:
    """Ask for pain before the set and say what follows; return whether there may be one."""
    pain = ask_pain("Pain in your knee now? You may skip this.", PAIN_BEFORE)
    st.session_state[_PAIN_BEFORE] = pain
    advice = advice_before(pain, load_of(request))
    if not advice.sentences:
        return True
    text = " ".join(advice.sentences)
    if advice.action is PainAction.STOP:
        st.error(text, icon=":material/do_not_disturb_on:")
        return False
    st.warning(text, icon=":material/info:")
    return True


def answer_pain(pain: int) -> None:
    """Answer the question for pain before the next set."""
    st.session_state[PAIN_BEFORE] = pain


def pain_before() -> int | None:
    """Return what was answered before the last set."""
    answer = st.session_state.get(_PAIN_BEFORE)
    return answer if isinstance(answer, int) else None


def has_model() -> bool:
    """Say whether there is a pose model; where there is none, say so and offer to fetch it."""
    try:
        find_model(DEFAULT_MODEL)
    except PoseModelError as error:
        st.warning(error.reason, icon=":material/download:")
        if not st.button("Fetch the pose model now (9 MB, once)", type="primary"):
            st.caption(error.remedy)
            return False
        return _fetched()
    return True


def show_link(request: SetRequest) -> None:
    """Show the link that prescribes a set; none for one that leaves numbers open, which a link cannot."""
    if read_link(parse_qs(link_query(request))).request != request:
        return
    with st.expander("For clinicians: send this set as a link"):
        address = address_for_others(st.context.url)
        if address is None:
            st.markdown(NO_PUBLIC_URL)
            return
        st.markdown(
            "Whoever opens it finds *Check my form* with exactly this set. A link whose sets go to a person is made on "
            "that person’s page, beside the plan."
        )
        st.code(link_of(request, f"{address}/"), language=None, wrap_lines=True)


def link_of(request: SetRequest, page_url: str | None) -> str:
    """Return the link that prescribes a set.

    Parameters
    ----------
    request
        The set.
    page_url
        Address of a page of this app, None where it is not known: then the link has no host.
    """
    parts = urlsplit(page_url or "")
    folder = parts.path.rsplit("/", 1)[0]
    return urlunsplit((parts.scheme, parts.netloc, f"{folder}/check", link_query(request), ""))


def forget_link() -> None:
    """Take the prescription out of the page's address."""
    st.query_params.clear()


def _fetched() -> bool:
    bar = st.progress(0.0, "Fetching the pose model")

    def show(stage: str, share: float | None) -> None:
        bar.progress(min(1.0, share or 0.0), stage)

    try:
        ensure_model(DEFAULT_MODEL, show)
    except PoseModelError as error:
        bar.empty()
        st.error(f"{error.reason} {error.remedy}")
        return False
    bar.empty()
    return True


_KEPT: Final = "kept_live_sets"
"""By the id of the live set, the id of the set in the records."""
_TEST_SAID: Final = "live_sets_as_tests"
"""By the id of the live set, what became of it as a test of function."""


def test_of_page(exercise: str | None) -> FunctionTest | None:
    """Return the test of function that the set before the camera is, as the address says; None for none."""
    test = function_tests().get(st.query_params.get(TEST_QUERY, ""))
    return test if test is not None and test.exercise == exercise else None


def _is_from_today() -> bool:
    return st.query_params.get(FROM_QUERY) == TODAY


def _goes_to() -> str | None:
    """Return in whose records a set goes without a question: by a link, as a test, or as one of today's exercises."""
    actor = current_actor()
    if actor is None or (linked_person() is None and TEST_QUERY not in st.query_params and not _is_from_today()):
        return linked_person()
    return linked_person() or _done_by(actor)


def offer_to_keep(finished: FinishedSet, pain_before: int | None, pain_after: int | None) -> None:
    """Offer to keep a set; once it is kept, later answers about pain go with it."""
    actor = current_actor()
    if actor is None or not finished.assessment.complete_reps:
        return
    records = records_service()
    kept: dict[str, str] = st.session_state.setdefault(_KEPT, {})
    if finished.set_id in kept:
        _show_kept(records, actor, finished.set_id, pain_after, finished.remarks)
        return
    theirs = _goes_to()
    if theirs is not None:
        try:
            kept[finished.set_id] = _keep(records, actor, finished, theirs, (pain_before, pain_after))
        except FormcheckError as error:
            st.error(f"{error.reason} {error.remedy}")
        else:
            _show_kept(records, actor, finished.set_id, pain_after, finished.remarks)
            return
    with st.container(border=True, horizontal=True, vertical_alignment="bottom", key="keep-set"):
        chosen = actor.person_id
        if actor.sees_everybody:
            label = "Keep this set in the records of"
            chosen = ask_person(records, actor, label, "keep-set-person", person_of_sets())
        pressed = st.button("Keep this set", icon=":material/bookmark_add:", disabled=not chosen, key="keep-set-yes")
    if pressed and chosen:
        try:
            kept[finished.set_id] = _keep(records, actor, finished, chosen, (pain_before, pain_after))
        except FormcheckError as error:
            st.error(f"{error.reason} {error.remedy}")
        else:
            st.rerun()


def _show_kept(records: Records, actor: Actor, live_id: str, pain_after: int | None, told: Sequence[str]) -> None:
    set_id = st.session_state[_KEPT][live_id]
    try:
        with records.reading(actor) as work:
            row = get_set(work, set_id)
            said, remarks = row.pain_after, [each for each in row.remarks if each not in told]
        if pain_after is not None and pain_after != said:
            with records.writing(actor) as work:
                say_pain(work, set_id, {"pain_after": pain_after})
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
        return
    for remark in remarks:
        st.info(as_typed(remark), icon=":material/info:")
    as_test: tuple[bool, str] | None = st.session_state.get(_TEST_SAID, {}).get(live_id)
    if as_test is not None:
        (st.success if as_test[0] else st.warning)(as_test[1], icon=":material/fact_check:")
    page_link(REVIEW, "Kept. Open its review", icon=":material/bookmark_added:", set=set_id)


def _count_as_test(records: Records, actor: Actor, test: FunctionTest, set_id: str) -> tuple[bool, str]:
    """Let a kept set be the test that it was done as; return whether it is, and say so."""
    same = st.query_params.get(SAME_QUERY, "").split(",")
    try:
        with records.writing(actor) as work:
            count_as_test(work, set_id, test.key, same_place="place" in same, same_clothes="clothes" in same)
    except FormcheckError as error:
        return False, f"{error.reason} {error.remedy}"
    return True, f"Kept as the test “{test.title}”."


def _keep(
    records: Records, actor: Actor, finished: FinishedSet, chosen: str, pain: tuple[int | None, int | None]
) -> str:
    # The folder goes in any case: what the set needs of it is in the store by then.
    finished = judged_for(records, actor, finished, chosen if chosen in people_shown(records, actor) else None)
    with records.files.passing_folder() as folder:
        new = new_set_of(records.files, finished, folder, name="Live set", person_id=None)
        with records.writing(actor) as work:
            person_id = person_chosen(work, chosen)
            row = add_set(work, replace(new, person_id=person_id))
            say_pain(work, row.id, {"pain_before": pain[0], "pain_after": pain[1]})
    note_person(person_id)
    test = test_of_page(row.exercise)
    if test is not None:
        said = st.session_state.setdefault(_TEST_SAID, {})
        said[finished.set_id] = _count_as_test(records, actor, test, row.id)
    return row.id


_FINISHED: Final = "finished_set_id"
_TOLD: Final = "told_of_person"
"""The last set as it is judged for whoever did it, and what changed since the one before."""
_VIDEO_LINK: Final = "video_link"
_SETS_DONE: Final = "sets_done"
"""Sets in this session: each has a camera view of its own."""
_BACK_TO: Final = {TODAY: "On with today’s exercises", TESTS: "Back to the tests"}
_FIRST_SESSION: Final = 1
"""The browser counts sessions and puts its own number here."""


def page() -> None:
    """Show the page."""
    require_safety_accepted()
    if st.session_state.get(_FINISHED) is not None:
        _show_heading()
        _after(st.session_state[_FINISHED])
    else:
        _before()


def _show_heading() -> None:
    st.title("Check my form", anchor=False)
    remind_of_safety()


def _before() -> None:
    # The frame's style hides what is around the camera view while a set is being done, by these keys.
    with st.container(key="before-set"):
        _show_heading()
        asked = _ask()
        if asked is None:
            return
        request, choices = asked
        _offer_phone(request)
    setup = setup_message(
        _for_whom(request), model=choices.model, session_number=_FIRST_SESSION, keep_video=choices.keep_video
    )
    finished_set_id = show_live_view(
        setup, voice=choices.voice, camera=choices.camera, key=f"live-{st.session_state.get(_SETS_DONE, 0)}"
    )
    if finished_set_id is not None:
        st.session_state[_FINISHED] = finished_set_id
        st.rerun()
    with st.container(key="beside-set"):
        page_link(GUIDANCE, "Where your pictures go, and what is kept", icon=":material/lock:", topic=PRIVACY_TOPIC)
        _show_videos(None)
        show_link(request)


def _offer_phone(request: SetRequest) -> None:
    actor = current_actor()
    if actor is None:
        return
    try:
        show_phone_camera(lambda: errand_of(records_service(), actor, request), key="phone-check")
    except FormcheckError as error:  # a set can be done without the records
        st.warning(f"{error.reason} {error.remedy}", icon=":material/warning:")


def _for_whom(request: SetRequest) -> SetRequest:
    actor = current_actor()
    if actor is None:
        return request
    try:
        return by_bands_of(records_service(), actor, request, _done_by(actor))
    except FormcheckError:  # a set can be done without the records; once it is kept, it is judged anew
        return request


def _done_by(actor: Actor) -> str | None:
    return actor.person_id or linked_person() or person_of_sets()


def errand_of(records: Records, actor: Actor, request: SetRequest) -> Errand:
    """Return what a phone is to record: this set, for whom it is being done.

    What is prescribed goes by the person's plan, as it would live.
    """
    person_id = _done_by(actor)
    if person_id is None:
        return Errand(actor, None, Wishes(request, plan_said=True), in_words(request))
    with records.reading(actor) as work:
        own = [prescribed(plan) for plan in plans_in_force(work, person_id)]
        label = label_of(work, person_id)
    judged = by_bands_of(records, actor, request, person_id)
    wishes = Wishes(judged, plan_said=request not in own, person_said=True)
    return Errand(actor, person_id, wishes, in_words(request), label)


def _ask() -> tuple[SetRequest, SessionChoices] | None:
    """Ask for the set and for pain; return None where there is to be none."""
    if LINK_QUERY in st.query_params:
        return _ask_linked(st.query_params[LINK_QUERY])
    forget_linked()
    reading = read_link({name: st.query_params.get_all(name) for name in st.query_params})
    if reading.refusals:
        show_refusals(reading.refusals)
        return None
    request, choices = ask_set(reading)
    return (request, choices) if has_model() and _is_open(_whose()) and may_start(request) else None


def _whose() -> str | None:
    """Return who is to do the set; None for whoever has the page open."""
    actor = current_actor()
    return person_of_sets() if actor is not None and actor.sees_everybody else None


def _is_open(person_id: str | None) -> bool:
    """Say whether red flags let somebody exercise; where not, ask, or say what follows."""
    actor = current_actor()
    return actor is not None and open_to_exercise(records_service(), actor, person_id)


def _ask_linked(code: str) -> tuple[SetRequest, SessionChoices] | None:
    """Show the set that was prescribed to somebody by a link of their own, and ask how it is to be shown and kept."""
    request = show_linked(code)
    if request is None:
        st.button("Choose a set myself", on_click=forget_link, type="primary")
        return None
    with st.expander("Camera, voice and video"):
        choices = _ask_how()
        st.button("Choose another set", on_click=forget_link)
    return (request, choices) if has_model() and _is_open(linked_person()) and may_start(request) else None


def _after(set_id: str) -> None:
    finished = live_service().finished_set(set_id, session_id())
    if finished is None:
        st.warning("This set is no longer kept: results are deleted after two hours.", icon=":material/delete:")
        st.button("Do another set", on_click=_again, type="primary")
        return
    finished, since = _as_the_persons(finished)
    # What comes next is beside the words and the question: the numbers below may be long.
    after = tell_result(finished, pain_before(), since)
    offer_to_keep(finished, pain_before(), after.pain)
    _show_videos(finished)
    show_ways_on(after)
    show_numbers(finished, since)


def show_ways_on(after: PainAfter) -> None:
    """Show what comes next: back to where the set was begun from, or another one."""
    address = TODAY if _is_from_today() else TESTS if TEST_QUERY in st.query_params else None
    if address is not None and st.button(
        _BACK_TO[address], type="primary", icon=":material/arrow_forward:", key="back-to"
    ):
        person = person_of_sets()
        _again()
        go_to(address, **({} if person is None else {"person": person}))
    if after.too_much:
        st.button("Back to the start", on_click=_again, args=(after.pain,))
    else:
        kind: Literal["primary", "secondary"] = "primary" if address is None else "secondary"
        st.button("Do another set", on_click=_again, type=kind, icon=":material/replay:")


def _as_the_persons(finished: FinishedSet) -> tuple[FinishedSet, str]:
    """Return a set as it is judged for whoever did it, and what changed since their last one."""
    actor = current_actor()
    person_id = None if actor is None else _done_by(actor)
    if actor is None or person_id is None:
        return finished, ""
    told: tuple[tuple[str, str], FinishedSet, str] | None = st.session_state.get(_TOLD)
    if told is None or told[0] != (finished.set_id, person_id):
        try:
            judged = judged_for(records_service(), actor, finished, person_id)
            now = DatedSet(judged.assessment, judged.finished_at)
            told = ((finished.set_id, person_id), judged, last_time(records_service(), actor, person_id, now))
        except FormcheckError:  # what was measured is shown all the same
            return finished, ""
        st.session_state[_TOLD] = told
    return told[1:]


def _show_videos(finished: FinishedSet | None) -> None:
    """Show what this browser keeps of a set just done, or of any."""
    actor = current_actor()
    if actor is None:
        return
    kept: dict[str, str] = st.session_state.get(_KEPT, {})
    asked = show_kept_videos(
        _video_link(actor),
        live_set_id=None if finished is None else finished.set_id,
        record_id=None if finished is None else kept.get(finished.set_id),
        began_ms=None if finished is None else finished.began_ms,
        key="kept-videos",
    )
    if asked:
        st.session_state.pop(_VIDEO_LINK, None)
        st.rerun()


def _video_link(actor: Actor) -> str:
    """Return this page's link for giving videos away, a new one where the last is old or another's."""
    made: tuple[str, str, float] | None = st.session_state.get(_VIDEO_LINK)
    now_s = time.monotonic()
    if made is None or made[0] != actor.id or now_s - made[2] > LINK_LASTS_S / 4:
        made = st.session_state[_VIDEO_LINK] = (actor.id, issue_link(actor, UPLOADS), now_s)
    return made[1]


def _again(pain: int | None = None) -> None:
    """Go back to before a set; too much pain after the last one stands there as the answer until it is taken back."""
    if pain is not None:
        answer_pain(pain)
    st.session_state[_SETS_DONE] = st.session_state.get(_SETS_DONE, 0) + 1
    st.session_state[_FINISHED] = None
