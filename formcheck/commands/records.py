"""`formcheck records`: what is kept, backed up, restored, carried elsewhere, erased and looked through."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from formcheck.commands.arguments import WrongArgument, examples
from formcheck.commands.terminal import Terminal, answering, printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from formcheck.records.archive_manifest import Manifest
    from formcheck.records.exchange_merge import Imported
    from formcheck.records.integrity import Integrity

records_app = typer.Typer(
    name="records",
    help="What is kept: back up, restore, print, carry people to another installation, erase, check.",
    no_args_is_help=True,
    epilog=examples("records backup backups", "records check"),
)
_UNCHANGED: Final = "Stopped: nothing was changed."
_NOTHING_WRITTEN: Final = "Stopped: no archive was written."

ArchiveArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The archive.")]
NewArchiveArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="The archive to write, or the folder to write one into.")
]


@records_app.command("backup", epilog=examples("records backup backups", "records backup before-the-move.zip"))
def backup(file: NewArchiveArgument) -> None:
    """Write everything into one archive. The app may go on running.

    Exit status 1 if something was missing or damaged already: all else is in the archive then.
    """
    terminal = Terminal()
    with answering(terminal, _NOTHING_WRITTEN):
        from formcheck.commands.opened_records import opened_records
        from formcheck.records.access import SYSTEM
        from formcheck.records.archive import back_up

        target = _in_folder(file, "backup")
        with opened_records() as records, terminal.bar("Backing up") as bar:
            manifest = back_up(records, SYSTEM, target, bar.advance_to)
        terminal.result(printable(f"{target}: {_content(manifest)}."))
        _name_missing(terminal, manifest)


@records_app.command("restore", epilog=examples("records restore before-the-move.zip --replace"))
def restore_backup(
    file: ArchiveArgument,
    replace: Annotated[
        bool, typer.Option("--replace", help="Let go of the records that are there, once the new ones are whole.")
    ] = False,
) -> None:
    """Make the records what they were when a backup was made. Stop the app first."""
    terminal = Terminal()
    with answering(terminal, _UNCHANGED):
        from formcheck.records.restore import restore
        from formcheck.records.settings import RecordsSettings

        settings = RecordsSettings()
        with terminal.bar("Restoring") as bar:
            restored = restore(settings, file, replace=replace, progress=bar.advance_to)
        terminal.result(printable(f"Restored into {settings.home}: {_content(restored.manifest)}."))
        if restored.set_aside is not None:
            terminal.note(f"The database that could not be read is in {restored.set_aside}; delete it when you can.")
        _name_missing(terminal, restored.manifest)


@records_app.command("export", epilog=examples('records export for-the-clinic.zip --person "Ben Frey"'))
def export(
    file: NewArchiveArgument,
    person: Annotated[
        list[str] | None,
        typer.Option(
            "--person", metavar="NAME-or-ID", help="Whom; may be given more than once. Everybody if left out."
        ),
    ] = None,
) -> None:
    """Write people and what is theirs into an archive for another installation."""
    terminal = Terminal()
    with answering(terminal, _NOTHING_WRITTEN):
        from formcheck.commands.opened_records import opened_records, person_named
        from formcheck.records.access import SYSTEM
        from formcheck.records.exchange import export_people

        target = _in_folder(file, "people")
        with opened_records() as records, terminal.bar("Exporting") as bar:
            with records.reading(SYSTEM) as work:
                ids = None if not person else [person_named(work, each).id for each in person]
            manifest = export_people(records, SYSTEM, target, ids, bar.advance_to)
        terminal.result(printable(f"{target}: {_content(manifest)}."))
        _name_missing(terminal, manifest)


@records_app.command("print", epilog=examples('records print "Ann Example" ann.pdf --letter'))
def print_record(
    person: Annotated[str, typer.Argument(metavar="NAME-or-ID", help="Whom.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What to write: a name that ends in .pdf or .html.")],
    letter: Annotated[
        bool | None, typer.Option("--letter/--a4", help="The paper. The clinic's if left out.", show_default=False)
    ] = None,
) -> None:
    """Write everything about a person as a document to be read: plans, sets, values, notes, consents, log."""
    terminal = Terminal()
    with answering(terminal, "Stopped: nothing was written."):
        from formcheck.commands.opened_records import opened_records, person_named
        from formcheck.records.access import SYSTEM
        from formcheck.records.clinic import letterhead
        from formcheck.records.readable import person_sheet
        from formcheck.report.letterhead import Paper
        from formcheck.report.sheet import write_sheet

        paper = None if letter is None else Paper.LETTER if letter else Paper.A4
        with opened_records() as records:
            with records.reading(SYSTEM) as work:
                found = person_named(work, person)
                sheet, head = person_sheet(work, found.id), letterhead(work, paper=paper)
            write_sheet(sheet, head, file)
            with records.writing(SYSTEM) as work:
                work.log("person.printed", subject=found.id, person=found.id)
        terminal.result(printable(f"{file}: everything about {found.name}."))


@records_app.command(
    "fhir", epilog=examples('records fhir "Ann Example" ann.json', 'records fhir "Ann Example" ann.csv')
)
def write_fhir(
    person: Annotated[str, typer.Argument(metavar="NAME-or-ID", help="Whom.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What to write: a name that ends in .json or .csv.")],
) -> None:
    """Write plans, what was done, tests and answers for other programs: FHIR R4 (JSON), or a table (CSV)."""
    terminal = Terminal()
    with answering(terminal, "Stopped: nothing was written."):
        from formcheck.commands.opened_records import opened_records, person_named
        from formcheck.records.access import SYSTEM
        from formcheck.records.fhir import write_person

        with opened_records() as records:
            with records.reading(SYSTEM) as work:
                found = person_named(work, person)
                write_person(work, found.id, file)
            with records.writing(SYSTEM) as work:
                work.log("person.exchanged", subject=found.id, person=found.id)
        terminal.result(printable(f"{file}: plans, what was done, tests and answers of {found.name}."))


@records_app.command("clinic", epilog=examples('records clinic --name "Knee Clinic" --logo logo.png --paper letter'))
def clinic(
    name: Annotated[str | None, typer.Option(help="Name of the clinic.")] = None,
    address: Annotated[str | None, typer.Option(help="Address; \\n begins a new line.")] = None,
    paper: Annotated[Literal["a4", "letter"] | None, typer.Option(help="What documents are printed on.")] = None,
    logo: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A PNG or JPEG of at most 2 MB; it is drawn anew.")
    ] = None,
    no_logo: Annotated[bool, typer.Option("--no-logo", help="Remove the logo.")] = False,
) -> None:
    """Say what stands at the head of documents; without an option, show it."""
    terminal = Terminal()
    with answering(terminal, _UNCHANGED):
        from dataclasses import replace

        from formcheck.commands.opened_records import opened_records
        from formcheck.records.access import SYSTEM
        from formcheck.records.clinic import change_clinic, change_logo, clinic_details, keep_logo, logo_png
        from formcheck.records.sweep import remove_unused
        from formcheck.report.letterhead import Paper

        with opened_records() as records:
            kept = None if logo is None else keep_logo(records.files, _picture(logo))
            with records.writing(SYSTEM) as work:
                before = clinic_details(work)
                said = replace(
                    before,
                    name=before.name if name is None else name,
                    address=before.address if address is None else address.replace("\\n", "\n"),
                    paper=before.paper if paper is None else Paper(paper),
                )
                if said != before:
                    change_clinic(work, said)
                if kept is not None or no_logo:
                    change_logo(work, kept)
                has_logo = bool(logo_png(work))
            remove_unused(records)
        terminal.result(printable(said.name or "No name is set."))
        for line in said.address.splitlines():
            terminal.result(printable(line))
        terminal.result(f"Paper: {said.paper.label}. Logo: {'yes' if has_logo else 'none'}.")


def _picture(path: Path) -> bytes:
    """Return a file that is to be a logo; no more of it than tells that it is too large."""
    from formcheck.errors import OutputError
    from formcheck.report.letterhead import MOST_LOGO_BYTES

    try:
        with path.open("rb") as file:
            return file.read(MOST_LOGO_BYTES + 1)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be read: {error.strerror or error}.", "Check its name and that you may read it."
        ) from error


@records_app.command("import", epilog=examples("records import from-the-clinic.zip"))
def import_archive(file: ArchiveArgument) -> None:
    """Take people in from an archive. Who is here already is recognised, and stays as they are here."""
    terminal = Terminal()
    with answering(terminal, _UNCHANGED):
        from formcheck.commands.opened_records import opened_records
        from formcheck.records.access import SYSTEM
        from formcheck.records.exchange import import_people

        with opened_records() as records, terminal.bar("Importing") as bar:
            told = import_people(records, SYSTEM, file, bar.advance_to)
        for line in _imported(told):
            terminal.result(line)
        _name_missing(terminal, told.manifest)


@records_app.command("erase", epilog=examples('records erase "Ben Frey"'))
def erase(
    person: Annotated[str, typer.Argument(metavar="NAME-or-ID", help="Whom.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a person completely: rows, files that nobody else needs, uploads, account and log entries."""
    terminal = Terminal()
    with answering(terminal, "Stopped: nothing was erased, or the rest goes when formcheck is started next."):
        from formcheck.commands.opened_records import opened_records, person_named
        from formcheck.records.access import SYSTEM
        from formcheck.records.erasure import erase_person, finish_erasures

        with opened_records() as records:
            finish_erasures(records)
            with records.reading(SYSTEM) as work:
                found = person_named(work, person)
            _need_yes(terminal, found.name, yes)
            erase_person(records, SYSTEM, found.id)
        terminal.result("Erased. Backups and archives that were made before still hold this person.")


@records_app.command("retention", epilog=examples("records retention"))
def retention() -> None:
    """Let go of what is past its time (FORMCHECK_KEEP_VIDEOS_DAYS, FORMCHECK_KEEP_SETS_DAYS), and clean up.

    The app does this by itself when it starts and once a day.
    """
    terminal = Terminal()
    with answering(terminal, "Stopped: the rest goes the next time."):
        from formcheck.commands.opened_records import opened_records
        from formcheck.records.retention import keep_house, retention_settings

        settings = retention_settings()
        with opened_records() as records:
            done = keep_house(records, settings)
        for name, days in (("Videos", settings.keep_videos_days), ("Sets", settings.keep_sets_days)):
            terminal.say(f"{name} are kept {'until they are deleted' if days is None else f'{days} days'}.")
        left_over = done.swept.unused + done.swept.unnamed + done.swept.incoming
        kept = done.retained
        past = f"{_count(kept.videos, 'video')} and {_count(kept.sets, 'set')}"
        terminal.result(f"Past their time: {past}. Left-over files: {left_over}.")


@records_app.command("check", epilog=examples("records check"))
def check_records() -> None:
    """Look through all rows and all files; exit status 1 if anything is missing, damaged, or needed by nothing."""
    terminal = Terminal()
    with answering(terminal):
        from formcheck.commands.opened_records import opened_records
        from formcheck.records.integrity import check

        with opened_records() as records, terminal.bar("Checking") as bar:
            found = check(records, bar.advance_to)
        counted = _counted(found.people, found.sets, found.files, found.size)
        terminal.result(f"{counted}: {_verdict(found)}.")
        for line in (*found.problems, *found.needless):
            terminal.error(printable(line))
    if found.problems or found.needless:
        raise typer.Exit(1)


def _verdict(found: Integrity) -> str:
    if not found.problems and not found.needless:
        return "all is whole"
    told = [_count(len(found.problems), "problem")] if found.problems else []
    told += [f"{_count(len(found.needless), 'thing')} that nothing needs"] if found.needless else []
    return ", ".join(told)


def _in_folder(file: Path, word: str) -> Path:
    """Return the archive's path: in a folder it is named after the day and the minute."""
    if not file.is_dir():
        return file
    from formcheck.records.archive import archive_name

    return file / archive_name(word, datetime.datetime.now().astimezone())


def _content(manifest: Manifest) -> str:
    counted = {each.name: each.rows for each in manifest.tables}
    size = sum(each.size for each in manifest.files)
    return _counted(counted.get("person", 0), counted.get("exercise_set", 0), len(manifest.files), size)


def _counted(people: int, sets: int, files: int, size: int) -> str:
    parts = (_count(people, "person", "people"), _count(sets, "set"), _count(files, "file"))
    return f"{', '.join(parts)} ({size / 1e6:,.1f} MB)"


def _count(number: int, one: str, more: str | None = None) -> str:
    return f"{number} {one if number == 1 else more or one + 's'}"


def _name_missing(terminal: Terminal, manifest: Manifest) -> None:
    """Name the files that were missing when an archive was made, and end with 1 if there are any."""
    for each in manifest.missing:
        terminal.error(f"Missing or damaged where the archive was made: {each.sha256}{each.suffix}.")
    if manifest.missing:
        raise typer.Exit(1)


def _imported(told: Imported) -> list[str]:
    added, known = told.added, told.known
    lines = [
        f"New: {_people_and_sets(added)}, {_count(added['note'], 'note')}. Here already: {_people_and_sets(known)}."
    ]
    if differing := told.differing.total():
        lines.append(f"Here already but not as in the archive: {differing}. They stay as they are here.")
    if told.without_landmarks:
        lines.append(f"Left out, since their landmarks were missing: {_count(len(told.without_landmarks), 'set')}.")
    if told.not_over:
        left = _count(len(told.not_over), "remote session")
        lines.append(f"Left out, since they were not over when the archive was made: {left}.")
    if told.without_video:
        lines.append(f"Without the video, since that is refused: {_count(len(told.without_video), 'set')}.")
    if told.refused:
        sets, others = told.refused["exercise_set"], told.refused.total() - told.refused["exercise_set"]
        counted = [_count(sets, "set")] if sets else []
        counted += [_count(others, "other entry", "other entries")] if others else []
        lines.append(f"Left out, since whose it is refuses that it is kept: {' and '.join(counted)}.")
    return lines


def _people_and_sets(counted: Mapping[str, int]) -> str:
    return f"{_count(counted['person'], 'person', 'people')}, {_count(counted['exercise_set'], 'set')}"


def _need_yes(terminal: Terminal, name: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise WrongArgument("say --yes to erase without being asked.", param_hint="'--yes'")
    if not typer.confirm(f"Erase {printable(name)} with all sets, videos and notes? This cannot be undone."):
        terminal.error("Nothing was erased.")
        raise typer.Exit(1)
