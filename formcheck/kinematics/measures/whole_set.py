"""The measures of a whole set, made of those of its reps."""

from __future__ import annotations

from typing import Final

from formcheck.kinematics.measures.record import (
    CheckView,
    Derivation,
    DerivedFrom,
    Measure,
    Missing,
    NoErrorOfItsOwn,
    Per,
    Scope,
    Wording,
)

_OF_SET: Final = frozenset({Scope.SET})
_OF_REPS: Final = NoErrorOfItsOwn("it has those of the reps' values that it is made of")

WHOLE_SET: Final = (
    Measure(
        name="knee_flexion_max_sd_deg",
        title="spread of depth over the reps",
        unit="deg",
        per=Per.LEG,
        view=CheckView.SIDE,
        scopes=_OF_SET,
        error=NoErrorOfItsOwn("it has the sampling error of a standard deviation"),
        derived_from=DerivedFrom("knee_flexion_max_deg", Derivation.SPREAD),
    ),
    Measure(
        name="reps_count",
        title="number of reps",
        unit="count",
        per=Per.BODY,
        view=CheckView.ANY,
        scopes=_OF_SET,
        error=NoErrorOfItsOwn("it is a count"),
    ),
    Measure(
        name="kmf_drift_pct",
        title="knee medial to foot, last 3 minus first 3 reps",
        unit="pct",
        percent_of=" % of leg length",
        per=Per.LEG,
        view=CheckView.FRONT,
        scopes=_OF_SET,
        zero="0: as in the first reps; positive: knee more medial in the last; negative: more lateral",
        error=_OF_REPS,
        derived_from=DerivedFrom(
            "kmf_pct", Derivation.DRIFT, 1, "{leg} knee came further inward over the foot, by {amount}"
        ),
        wording=Wording("Knee over foot, last 3 minus first 3 reps (KMF)"),
        needs_toe=True,
        place=40,
        said_by="fppa_drift_deg",
    ),
    Measure(
        name="fppa_drift_deg",
        title="frontal plane projection angle, last 3 minus first 3 reps",
        unit="deg",
        per=Per.LEG,
        view=CheckView.FRONT,
        scopes=_OF_SET,
        zero="0: as in the first reps; positive: knee more medial in the last; negative: more lateral",
        error=_OF_REPS,
        derived_from=DerivedFrom("fppa_deg", Derivation.DRIFT, 1, "{leg} knee fell further inward, by {amount}"),
        wording=Wording("Knee alignment, last 3 minus first 3 reps (FPPA)"),
        needs_thigh=True,
        place=20,
    ),
    Measure(
        name="depth_drift_deg",
        title="depth, last 3 minus first 3 reps",
        unit="deg",
        per=Per.LEG,
        view=CheckView.SIDE,
        scopes=_OF_SET,
        zero="0: as in the first reps; positive: deeper in the last; negative: less deep",
        error=_OF_REPS,
        derived_from=DerivedFrom("knee_flexion_max_deg", Derivation.DRIFT, -1, "{leg} knee bent less, by {amount}"),
        place=45,
    ),
    Measure(
        name="descent_drift_s",
        title="time down, last 3 minus first 3 reps",
        unit="s",
        per=Per.BODY,
        view=CheckView.ANY,
        scopes=_OF_SET,
        zero="0: as in the first reps; positive: slower in the last; negative: faster",
        error=_OF_REPS,
        derived_from=DerivedFrom("descent_s", Derivation.DRIFT, -1, "way down got faster, by {amount}"),
        place=140,
    ),
    Measure(
        name="shank_tilt_best_deg",
        title="shank tilt with the heel down, best try",
        unit="deg",
        per=Per.LEG,
        view=CheckView.SIDE,
        scopes=_OF_SET,
        zero="0: shank upright; positive: knee forward of the ankle, the heel on the floor",
        error=_OF_REPS,
        derived_from=DerivedFrom("shank_tilt_deg", Derivation.BEST),
        place=16,
    ),
    Measure(
        name="lsd_score",
        title="lateral step-down score, estimated (experimental)",
        unit="points",
        per=Per.BODY,
        view=CheckView.FRONT,
        scopes=_OF_SET,
        error=NoErrorOfItsOwn("it covers the scores that the errors of the reps leave possible"),
        missing=Missing(
            "it needs the tilt of the pelvis and touches of the foot, which a camera cannot give",
            "Score the set by eye.",
        ),
    ),
)
"""In the order in which columns of them stand."""
