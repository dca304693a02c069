"""Everything that is kept of a person, to be read: for themselves, a court, or another clinic without formcheck.

What `formcheck.records.exchange` carries for programs, in words. A client has what they may see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

from sqlalchemy import select

from formcheck.errors import FormcheckError
from formcheck.exercises.catalogue.exercise import exercise_title
from formcheck.exercises.finding import LEVEL_WORDS
from formcheck.exercises.words import counted, estimate_text, label_of, sentence_case
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.registry import MEASURES
from formcheck.moments import day_text
from formcheck.programme.plan import dose_in_words, often_in_words, title_of
from formcheck.programme.red_flags import flags_in_words
from formcheck.programme.tests_of_function import function_tests
from formcheck.records.answers import answers_about
from formcheck.records.audit import action_in_words, audit_log
from formcheck.records.call_recordings import length_in_words, recordings_of
from formcheck.records.consents import KnownConsent, consents_of_person
from formcheck.records.notes import notes_of_person, versions_of_note
from formcheck.records.outcomes import list_answers, test_results
from formcheck.records.people import get_person
from formcheck.records.plans import list_plans, prescribed
from formcheck.records.programmes import version_of_row
from formcheck.records.records import Work
from formcheck.records.remote_sessions import list_sessions, moments_of, seats_of, stills_of
from formcheck.records.reviewing import annotations_of, corrections_of
from formcheck.records.sets import list_sets
from formcheck.records.soap import soap_versions, text_of
from formcheck.records.tables import (
    Account,
    ExerciseSet,
    Person,
    RedFlagScreen,
    RemoteInvitation,
    RemoteSession,
    RemoteStill,
    SafetyAcceptance,
    StoredCorrection,
    StoredDone,
    StoredProgramme,
    Upload,
)
from formcheck.report.client_details import prescription
from formcheck.report.plain_text import paragraphs
from formcheck.report.remote_part import MOMENTS, ROLES, StillDrawing, still_picture
from formcheck.report.review_words import change_in_words
from formcheck.report.sheet import Facts, Grid, Lines, Part, Picture, Pictures, Section, Sheet
from formcheck.report.soap import TITLES
from formcheck.session.correction_document import change_from_document

_MOST_ENTRIES: Final = 10_000
_MOST_SESSIONS: Final = 10_000
_PAINS: Final = {
    "pain_before": "before",
    "pain_during": "during",
    "pain_after": "after",
    "pain_after_hour": "an hour later",
    "pain_next_morning": "the next morning",
}
_LEVELS: Final = {level.value: word for level, word in LEVEL_WORDS.items()}


def person_sheet(work: Work, person_id: str, zone: tzinfo | None = None) -> Sheet:
    """Say everything that is kept of a person.

    Parameters
    ----------
    work
        Who asks.
    person_id
        Whom it is about.
    zone
        Of the times; None for that of this computer.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor.
    """
    person = get_person(work, person_id)
    told = _Told(work, zone)
    sections = [
        Section("Plans", tuple(told.plans(person_id))),
        Section("Programmes", tuple(told.programmes(person_id))),
        Section("Exercises done without a camera", tuple(told.done(person_id))),
        Section("Red-flag screen", tuple(told.red_flags(person_id))),
        Section("Notes", tuple(told.notes(person_id))),
        *told.sets(person_id),
        *told.sessions(person_id),
        Section("Consents", tuple(told.consents(consents_of_person(work, person_id)))),
        Section("Questionnaires", tuple(told.questionnaires(person_id))),
        Section("Tests of function", tuple(told.tests(person_id))),
        Section("Answered suggestions", tuple(told.answers(person_id))),
    ]
    if work.actor.sees_everybody:
        sections += [
            Section("Uploads and logins", tuple(told.uploads(person_id))),
            Section("Access log", tuple(told.log(person_id))),
        ]
    return Sheet(
        title="Everything that is kept",
        name=person.name,
        facts=tuple(told.facts(person)),
        sections=tuple(sections),
        generated_on=told.time(work.now),
        foot=(
            "± is half of the 95 % interval. Left and right are the person's own. Time zone: "
            f"{told.zone_name}. Videos, joint positions and the values of each frame are in the archive for programs.",
        ),
    )


class _Told:
    """Says what is kept, a part at a time."""

    def __init__(self, work: Work, zone: tzinfo | None) -> None:
        self._work = work
        self._zone = zone

    @property
    def zone_name(self) -> str:
        return "of this computer" if self._zone is None else str(self._zone)

    def day(self, moment: datetime) -> str:
        return day_text(moment.astimezone(self._zone).date())

    def time(self, moment: datetime) -> str:
        return f"{self.day(moment)}, {moment.astimezone(self._zone):%H:%M}"

    def facts(self, person: Person) -> Iterator[tuple[str, str]]:
        yield "Person", person.name
        if person.number:
            yield "Patient number", person.number
        if person.birth_date is not None or person.birth_year is not None:
            yield "Born", str(person.birth_year) if person.birth_date is None else day_text(person.birth_date)
        if person.sex:
            yield "Sex", person.sex
        if person.symptom_side:
            yield "Side of symptoms", person.symptom_side
        if person.height_cm is not None:
            yield "Body height", f"{person.height_cm:g} cm"
        if person.about:
            yield "Clinicians' remarks", " ".join(paragraphs(person.about))
        yield "In the records since", f"{self.time(person.created_at)}, by {person.created_by}"
        yield "Number in the records", person.id

    def plans(self, person_id: str) -> Iterator[Part]:
        rows = tuple(
            (
                exercise_title(plan.exercise) + (f", {plan.leg} leg" if plan.leg else ""),
                prescription(prescribed(plan).plan, plan.sessions_a_day) or "No numbers.",
                self.day(plan.from_at),
                "in force" if plan.until_at is None else self.day(plan.until_at),
                plan.made_by,
            )
            for plan in list_plans(self._work, person_id)
        )
        yield _table(
            ("Exercise", "Prescribed", "From", "Until", "By"), rows, (2, 4, 2, 2, 2), "Nothing was prescribed."
        )

    def notes(self, person_id: str) -> Iterator[Part]:
        rows = []
        for note in notes_of_person(self._work, person_id):
            about = "a set" if note.set_id else "the person"
            edited = note.edited_at is not None
            now = (note.edited_at or note.written_at, note.text, note.for_client, note.edited_by or note.author)
            before = versions_of_note(self._work, note.id) if edited and self._work.actor.sees_everybody else ()
            former = [(each.written_at, f"Before: {each.text}", each.for_client, each.author) for each in before]
            rows += [
                (self.time(at), text, about, "the client too" if for_client else "clinicians", author)
                for at, text, for_client, author in (now, *former)
            ]
        yield _table(("Written", "Note", "About", "Read by", "By"), tuple(rows), (2, 5, 1, 1.4, 1.6), "No notes.")

    # Sets.

    def sets(self, person_id: str) -> Iterator[Section]:
        rows = list_sets(self._work, person_id)
        yield Section("Sets", (Lines((f"{len(rows)} in all.",)),))
        for row in rows:
            document = row.corrected or row.automatic
            yield Section(
                f"{self.time(row.done_at)}: {document['exercise_name']}", tuple(self._set(row, document)), level=3
            )

    def _set(self, row: ExerciseSet, document: Mapping[str, Any]) -> Iterator[Part]:
        yield Facts(tuple(self._set_facts(row, document)))
        yield _table(("Rep", "Leg", "Values"), tuple(_values(document)), (0.5, 0.6, 6), "No rep was seen.")
        if judged := tuple(_findings(document)):
            yield Grid(("Judged", "Rep", "Leg", "Value", "Level"), judged, (4, 1, 1, 2, 2))
        if row.remarks:
            yield Lines(tuple(row.remarks), is_list=True)
        corrections = corrections_of(self._work, row.id, undone_too=True)
        if corrections:
            lines = tuple(
                (str(each.number), _corrected(each), each.made_by, self.time(each.made_at), self._undone(each))
                for each in corrections
            )
            yield Grid(("No.", "Corrected", "By", "When", "Taken back"), lines, (0.5, 4, 1.5, 2, 2))
        drawn = tuple(
            (f"{each.t_s:.1f} s", _drawn(each.body), each.made_by, self.time(each.made_at))
            for each in annotations_of(self._work, row.id)
        )
        if drawn:
            yield Grid(("At", "Drawn", "By", "When"), drawn, (1, 4, 2, 2))
        for note in soap_versions(self._work, row.id):
            yield Lines((f"Clinical note, version {note.number}, by {note.author}, {self.time(note.written_at)}:",))
            said = zip(TITLES, text_of(note), strict=True)
            yield Facts(tuple((title, " ".join(paragraphs(text))) for title, text in said if text))
            if note.signed_at is not None:
                by = ", ".join(filter(None, (note.signed_by, note.signed_title)))
                yield Lines((f"Signed by {by}, {self.time(note.signed_at)}.",))

    def _set_facts(self, row: ExerciseSet, document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        yield "Recording", f"{row.name} ({row.origin}), recorded by {row.recorded_by}"
        yield "Counted", f"{document['reps_counted']} reps, seen from {document['view']['kind']}"
        pains = [f"{when} {value}" for name, when in _PAINS.items() if (value := getattr(row, name)) is not None]
        yield "Pain, 0 to 10", ", ".join(pains) or "not asked"
        if row.swelling is not None:
            yield "Swelling", "yes" if row.swelling else "no"
        yield "Video", "kept" if row.video_sha256 else "not kept"
        yield "SHA-256 of the recording", row.source_sha256 or "none"

    def _undone(self, each: StoredCorrection) -> str:
        return "" if each.undone_at is None else f"{each.undone_by}, {self.time(each.undone_at)}"

    # Remote sessions.

    def sessions(self, person_id: str) -> Iterator[Section]:
        rows = list_sessions(self._work, person_id, _MOST_SESSIONS)
        if rows:
            yield Section("Remote sessions", (Lines((f"{len(rows)} in all.",)),))
        for row in rows:
            yield Section(self.time(row.opened_at or row.planned_at or row.created_at), tuple(self._session(row)), 3)

    def _session(self, row: RemoteSession) -> Iterator[Part]:
        facts = [("Room of", row.owner), ("Made", self.time(row.created_at))]
        facts += [] if row.planned_at is None else [("Planned for", self.time(row.planned_at))]
        facts.append(("Ended", "not yet" if row.ended_at is None else f"{self.time(row.ended_at)} {row.ended_why}"))
        yield Facts(tuple(facts))
        seats = tuple(
            (
                seat.name,
                ROLES.get(seat.role, seat.role),
                self.time(seat.came_at),
                "not let in" if seat.admitted_at is None else f"{self.time(seat.admitted_at)}, by {seat.admitted_by}",
                "" if seat.left_at is None else self.time(seat.left_at),
            )
            for seat in seats_of(self._work, row.id)
        )
        yield _table(("Who came", "As", "Came", "Let in", "Left"), seats, (2, 1.2, 2, 3, 2), "Nobody came.")
        invited = tuple(
            (
                each.name,
                ROLES.get(each.role, each.role),
                f"{self.time(each.made_at)}, by {each.made_by}",
                f"{self.time(each.valid_from)} to {self.time(each.valid_until)}",
                "revoked" if each.revoked_at is not None else "used" if each.used_at is not None else "not used",
            )
            for each in self._work.session.scalars(
                select(RemoteInvitation)
                .where(RemoteInvitation.session_id == row.id)
                .order_by(RemoteInvitation.made_at, RemoteInvitation.id)
            )
        )
        if invited:
            yield Grid(("Invited", "As", "Made", "Good", "Used"), invited, (2, 1.2, 3, 3.4, 1.2))
        moments = tuple(
            (
                self.time(each.at),
                "" if each.t_s is None else f"{each.t_s:.1f} s",
                MOMENTS.get(each.kind, each.kind + ": {}").format(each.text).rstrip(": "),
                each.made_by,
            )
            for each in moments_of(self._work, row.id)
        )
        if moments:
            yield Grid(("When", "In the set", "What", "By"), moments, (2, 1, 4, 2))
        recorded = tuple(
            (self.time(each.started_at), length_in_words(each.duration_s), each.recorded_by)
            for each in recordings_of(self._work, row.id)
        )
        if recorded:
            yield Grid(("Recording of the call", "Length", "Recorded by"), recorded, (2, 1, 2))
        pictures = tuple(self._stills(stills_of(self._work, row.id)))
        if pictures:
            yield Pictures(pictures)

    def _stills(self, rows: Iterable[RemoteStill]) -> Iterator[Picture]:
        for row in rows:
            drawings = [
                StillDrawing(each["kind"], tuple((x, y) for x, y in each["points_px"]), each["text"])
                for each in row.drawings
            ]
            taken = f"Taken by {row.taken_by}, {self.time(row.taken_at)}"
            try:
                shown = still_picture(self._work.file_path(row.sha256).read_bytes(), drawings, taken=taken)
            except FormcheckError:  # its file is gone: that is said, and the rest is still there to be read
                shown = None
            if shown is not None:
                yield Picture(shown.caption, shown.frame.jpeg)

    # What was agreed to, and who did what.

    def consents(self, known: Sequence[KnownConsent]) -> Iterator[Part]:
        rows = tuple(
            (
                self.time(each.at),
                each.title,
                each.answer,
                each.name + (f" (written down by {each.recorded_by})" if each.recorded_by else ""),
                f"version {each.text_version}, {each.text_sha256}",
            )
            for each in known
        )
        yield _table(("When", "Item", "Answer", "Who", "Words, SHA-256"), rows, (2, 3, 1.2, 2.4, 3.4), "None.")
        words = {each.text_sha256: f"{each.title} (version {each.text_version}): {each.words}" for each in known}
        yield Lines(tuple(words[each] for each in sorted(words)), is_list=True, quiet=True)

    def programmes(self, person_id: str) -> Iterator[Part]:
        query = select(StoredProgramme).where(StoredProgramme.person_id == person_id)
        rows = self._work.session.scalars(query.order_by(StoredProgramme.number, StoredProgramme.from_at)).all()
        if not rows:
            yield Lines(("None.",))
        for row in rows:
            until = "now" if row.until_at is None else self.time(row.until_at)
            version = version_of_row(row)
            title = f"Version {row.number}: {version.programme.title}, phase {row.phase + 1}, {version.phase.title}"
            yield Lines((f"{title}. {self.time(row.from_at)} to {until}, by {row.made_by}",))
            items = (
                " · ".join(filter(None, (each.title, dose_in_words(each), often_in_words(each), each.note)))
                for each in version.phase.items
            )
            yield Lines((*items, *version.phase.advice), is_list=True)

    def done(self, person_id: str) -> Iterator[Part]:
        query = select(StoredDone).where(StoredDone.person_id == person_id).order_by(StoredDone.done_at)
        rows = tuple(
            (
                self.time(each.done_at),
                title_of(each.exercise) + (f", {each.leg} leg" if each.leg else ""),
                f"{each.how}: {counted(each.sets, 'set')}, reps {', '.join(map(str, each.reps)) or 'not said'}",
                self._pain_of(each),
                each.told_by,
            )
            for each in self._work.session.scalars(query)
        )
        yield _table(("When", "Exercise", "What", "Pain", "By"), rows, (2, 2.4, 2.6, 2.4, 1.4), "None.")

    def _pain_of(self, row: StoredDone) -> str:
        said = ((words, getattr(row, name, None)) for name, words in _PAINS.items())
        return ", ".join(f"{words} {pain}" for words, pain in said if pain is not None)

    def red_flags(self, person_id: str) -> Iterator[Part]:
        query = select(RedFlagScreen).where(RedFlagScreen.person_id == person_id).order_by(RedFlagScreen.answered_at)
        rows = tuple(
            (
                self.time(each.answered_at),
                "; ".join(flags_in_words(each.flags)) or "none",
                each.answered_by,
                "" if each.cleared_at is None else f"{self.time(each.cleared_at)}, {each.cleared_by}",
            )
            for each in self._work.session.scalars(query)
        )
        yield _table(
            ("When", "Flags", "Answered by", "Exercise allowed"), rows, (2, 4, 1.6, 2), "It was not asked yet."
        )

    def answers(self, person_id: str) -> Iterator[Part]:
        rows = tuple(
            (
                self.time(each.answered_at),
                str(each.suggestion.get("title", each.suggestion.get("id", ""))),
                "accepted" if each.accepted else "declined",
                each.answered_by,
            )
            for each in answers_about(self._work, person_id)
        )
        yield _table(("When", "Suggestion", "Answer", "By"), rows, (2, 4, 1.4, 2), "None.")

    def questionnaires(self, person_id: str) -> Iterator[Part]:
        rows = tuple(
            (
                self.time(each.answered_at),
                f"{each.title}, version {each.version}",
                "; ".join(
                    f"{said['words']}{': ' + said['name'] if said['name'] else ''}: {said['answer']}"
                    for said in each.answers.values()
                ),
                "; ".join(f"{score['title']} {score['value']:.3g}" for score in each.scores.values()),
                each.recorded_by,
            )
            for each in list_answers(self._work, person_id)
        )
        yield _table(("When", "Questionnaire", "Answers", "Scores", "By"), rows, (2, 2, 4.5, 2, 1.5), "None.")

    def tests(self, person_id: str) -> Iterator[Part]:
        rows = tuple(
            (
                self.time(each.at),
                f"{function_tests()[each.test].title}, version {each.version}",
                each.leg,
                estimate_text(function_tests()[each.test].measure, each.best),
                estimate_text(function_tests()[each.test].measure, each.mean),
            )
            for each in test_results(self._work, person_id)
        )
        yield _table(("When", "Test", "Leg", "Best", "Mean"), rows, (2, 3, 1, 2, 2), "None.")

    def uploads(self, person_id: str) -> Iterator[Part]:
        rows = tuple(
            (self.time(each.created_at), each.name, each.state, each.reason, each.created_by)
            for each in self._work.session.scalars(
                select(Upload).where(Upload.person_id == person_id).order_by(Upload.created_at)
            )
        )
        yield _table(("When", "File", "State", "Reason", "By"), rows, (2, 3, 1.2, 2.4, 1.6), "No uploads are listed.")
        accounts = self._work.session.scalars(select(Account).where(Account.person_id == person_id)).all()
        if accounts:
            yield Facts(tuple((f"Login {each.email}", "may log in" if each.active else "removed") for each in accounts))
        accepted = self._work.session.scalars(
            select(SafetyAcceptance)
            .where(SafetyAcceptance.person_id == person_id)
            .order_by(SafetyAcceptance.accepted_at)
        )
        lines = tuple(f"{self.time(each.accepted_at)}, SHA-256 {each.text_sha256}" for each in accepted)
        if lines:
            yield Lines(("Safety texts accepted:", *lines))

    def log(self, person_id: str) -> Iterator[Part]:
        entries = audit_log(self._work, person_id=person_id, limit=_MOST_ENTRIES)
        rows = tuple((self.time(each.at), action_in_words(each), each.actor) for each in entries)
        yield _table(("When", "What", "Who"), rows, (2, 4, 2), "Nothing is in the log.")


def _table(
    heads: tuple[str, ...], rows: tuple[tuple[str, ...], ...], widths: tuple[float, ...], otherwise: str
) -> Part:
    return Grid(heads, rows, widths) if rows else Lines((otherwise,))


def _values(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Say the values of each rep, those of a leg in a row."""
    for rep in document["reps"]:
        by_leg: dict[str, list[str]] = {}
        for measure, legs in rep["measures"].items():
            for leg, value in legs.items():
                if value is not None and measure in MEASURES:
                    text = estimate_text(measure, Estimate(value["value"], value["error"] or 0.0))
                    by_leg.setdefault(leg, []).append(f"{label_of(measure)} {text}")
        note = " (left out)" if rep.get("excluded") else "" if rep["complete"] else " (not whole)"
        for leg, said in by_leg.items() or {str(rep["leg"]): ["nothing was measured"]}.items():
            yield f"{rep['index']}{note}", leg, "; ".join(said)


def _findings(document: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for each in document["findings"]:
        rep = "whole set" if each["rep"] is None else str(each["rep"])
        value = each["value"]
        known = value is not None and each["measure"] in MEASURES
        said = estimate_text(each["measure"], Estimate(value, each["error"] or 0.0)) if known else ""
        level = str(each.get("level", each["band"]))
        yield sentence_case(each["name"]), rep, each["leg"], said, _LEVELS.get(level, level)


def _corrected(row: StoredCorrection) -> str:
    try:
        return change_in_words(change_from_document(row.body))
    except FormcheckError:
        return "A correction that cannot be read any more."


def _drawn(body: Mapping[str, Any]) -> str:
    kind, text = str(body.get("kind", "drawing")), str(body.get("text", ""))
    return f"{kind}: {text}" if text else kind
