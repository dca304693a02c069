"""The clips of a folder against their truths: each is compared, or named with its reason; none stops the others."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from formcheck.commands.terminal import Terminal, one_sentence
from formcheck.errors import FormcheckError
from formcheck.names import shown_name
from formcheck.pose.models import AUTO_MODEL, PoseModel, ensure_model
from formcheck.report.files import staging_folder
from formcheck.validation.clips import Clip, clip_infos, find_clips
from formcheck.validation.content import summary_of
from formcheck.validation.outputs import StudyOutputs, write_validation
from formcheck.validation.page import headlines
from formcheck.validation.run import Readied, failed, measure_and_compare, ready
from formcheck.validation.study import ClipResult, Study, study_of
from formcheck.validation.truth import ClipInfo


def validate_folder(folder: Path, wanted: StudyOutputs, terminal: Terminal, exercise: str | None, model: str) -> Study:
    """Measure the clips of a folder, compare them with their truths and write the result.

    Parameters
    ----------
    folder
        Clips with a truth beside each.
    wanted
        Where the result goes.
    terminal
        Told what becomes of each clip.
    exercise
        Of the clips that do not say which it is.
    model
        Name of the pose model.

    Raises
    ------
    FormcheckError
        If there is no clip with a truth, none can be compared, the pose model cannot be had or the result cannot be
        written; then nothing is written.
    """
    clips, infos = find_clips(folder), clip_infos(folder)
    # Before the long work: nobody should wait for results that cannot be written.
    for place in {wanted.out_dir, *([] if wanted.markdown is None else [wanted.markdown.parent])}:
        with staging_folder(place):
            pass
    prepared = [_prepared(clip, infos, exercise) for clip in clips]
    pose_model = _model_for(prepared, model, terminal)
    study = study_of([_result(each, pose_model, terminal) for each in prepared])
    if not study.compared:
        raise FormcheckError(
            f"None of the {len(clips)} clips in {folder} could be compared.", "Put right what is said of each above."
        )
    written = write_validation(study, wanted)
    terminal.say(summary_of(study))
    for line in headlines(study):
        terminal.say(f"  {line}")
    terminal.say(f"Report: {shown_name(written[0])}")
    return study


def command_line(folder: Path, exercise: str | None, notes: Path | None, markdown: Path | None, model: str) -> str:
    """Return the command that makes this validation; of absolute paths the name alone, which tells nobody's folders."""
    words = ["formcheck", "validate", _shown(folder)]
    if exercise is not None:
        words += ["--exercise", exercise]
    if model != AUTO_MODEL:
        words += ["--model", model]
    for option, path in (("--notes", notes), ("--markdown", markdown)):
        if path is not None:
            words += [option, _shown(path)]
    return shlex.join(words)


def _shown(path: Path) -> str:
    return shown_name(path.name if path.is_absolute() else path.as_posix())


def _prepared(clip: Clip, infos: Mapping[str, ClipInfo], exercise: str | None) -> Readied | ClipResult:
    try:
        return ready(clip, infos.get(clip.name), exercise)
    except FormcheckError as error:
        return failed(clip, error)


def _model_for(prepared: list[Readied | ClipResult], name: str, terminal: Terminal) -> PoseModel | None:
    """Fetch the pose model if any clip has to be read."""
    if all(isinstance(each, ClipResult) or each.clip.track is not None for each in prepared):
        return None
    with terminal.stages() as stages:
        return ensure_model(name, stages)


def _result(prepared: Readied | ClipResult, model: PoseModel | None, terminal: Terminal) -> ClipResult:
    if isinstance(prepared, Readied):
        try:
            with terminal.bar(prepared.clip.source.name) as bar:
                return _told(measure_and_compare(prepared, model, bar.part(0.0, 1.0)), terminal)
        except FormcheckError as error:
            prepared = failed(prepared.clip, error)
    assert prepared.error is not None  # what is no comparison here is a failure
    terminal.error(f"{prepared.file}: {one_sentence(prepared.error)}")
    return prepared


def _told(result: ClipResult, terminal: Terminal) -> ClipResult:
    """Say in a line what was compared of a clip."""
    c = result.comparison
    assert c is not None  # only compared clips come here
    true = "" if c.reps_true is None else f" of {c.reps_true}"
    frames = sum(len(each.t_s) for each in c.frames)
    terminal.say(f"{result.file}: {c.reps_counted}{true} reps, {len(c.reps)} values of reps and {frames} of frames.")
    for note in result.notes:
        terminal.note(f"{result.file}: {note}")
    return result
