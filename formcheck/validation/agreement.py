"""Statistics of agreement between two methods that measured the same things. Pure functions on arrays.

Sources: limits of agreement, Bland & Altman, Lancet 1986;1:307 and Stat Methods Med Res 1999;8:135; intraclass
correlation, Shrout & Fleiss, Psychol Bull 1979;86:420 with the interval of McGraw & Wong, Psychol Methods 1996;1:30;
standard error of measurement, Weir, J Strength Cond Res 2005;19:231; interval of a share, Wilson, JASA 1927;22:209.

All intervals suppose that the values are independent. Repeated reps of one person are not, so with few people the true
intervals are wider than these: whoever shows them says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

FloatArray = NDArray[np.float64]

TWO_SIDED_95: Final = float(stats.norm.ppf(0.975))
FEWEST_FOR_SPREAD: Final = 3
"""With fewer pairs a standard deviation is arithmetic, not evidence: what is built on it is not given."""
_NO_RESIDUAL: Final = 1e-12
"""With less residual than this share, methods differ by a constant or not at all, and ICC's interval has no meaning."""


@dataclass(frozen=True)
class Interval:
    """A 95 % interval; NaN at both ends where it is not known."""

    low: float
    high: float


UNKNOWN: Final = Interval(float("nan"), float("nan"))


@dataclass(frozen=True)
class Limits:
    """Bland and Altman's limits: 95 % of single differences lie between `low` and `high`."""

    bias: float
    """Mean difference, ours minus truth."""
    sd: float
    """Standard deviation of the differences (n - 1); NaN below two differences."""
    low: float
    high: float
    bias_interval: Interval
    low_interval: Interval
    """Where the lower limit of all such recordings may lie, from so few differences."""
    high_interval: Interval


@dataclass(frozen=True)
class Icc:
    """ICC(2,1): two-way random effects, absolute agreement, single measurement."""

    value: float
    interval: Interval


@dataclass(frozen=True)
class Coverage:
    """How often a stated 95 % interval held the truth."""

    hits: int
    n: int
    interval: Interval
    """Wilson's 95 % interval of the share."""

    @property
    def share(self) -> float:
        """Share of hits, 0 to 1; NaN where there was nothing to hit."""
        return self.hits / self.n if self.n else float("nan")


@dataclass(frozen=True)
class Agreement:
    """Everything that is said about one set of pairs; units are those of the measure."""

    n: int
    mae: float
    """Mean absolute error."""
    rmse: float
    """Root mean square error."""
    worst: float
    """Largest absolute error."""
    limits: Limits
    icc: Icc
    sem: float
    """Standard error of measurement: square root of the residual mean square, the bias not in it."""
    mdc95: float
    """Minimal detectable change, 1.96 sqrt(2) SEM: a smaller difference between two recordings may be error."""


def agreement_of(ours: ArrayLike, truth: ArrayLike) -> Agreement:
    """Return how well paired values agree.

    Parameters
    ----------
    ours, truth
        Shape (n,), n at least 1, finite, same unit.

    Raises
    ------
    ValueError
        If the shapes differ, nothing is there or a value is not finite.
    """
    a, b = np.asarray(ours, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1 or len(a) == 0:
        raise ValueError(f"ours and truth must be of one shape (n,), n > 0, but are {a.shape} and {b.shape}")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("values must be finite")
    off = a - b
    sem = standard_error_of_measurement(np.column_stack([a, b]))
    return Agreement(
        n=len(off),
        mae=float(np.abs(off).mean()),
        rmse=float(np.sqrt((off**2).mean())),
        worst=float(np.abs(off).max()),
        limits=limits_of_agreement(off),
        icc=icc_2_1(np.column_stack([a, b])),
        sem=sem,
        mdc95=TWO_SIDED_95 * float(np.sqrt(2)) * sem,
    )


def limits_of_agreement(differences: ArrayLike) -> Limits:
    """Return bias and limits of agreement, bias +- 1.96 SD, each with its own 95 % interval.

    The standard error of a limit is SD sqrt(1/n + 1.96^2 / (2 (n - 1))) (Bland & Altman 1999, section 2.1); the
    intervals use Student's t with n - 1 degrees of freedom. With fewer than three differences there is only the bias.
    """
    d = np.asarray(differences, dtype=np.float64)
    n, bias = len(d), float(d.mean())
    nan = float("nan")
    if n < FEWEST_FOR_SPREAD:
        return Limits(bias, nan, nan, nan, UNKNOWN, UNKNOWN, UNKNOWN)
    sd = float(d.std(ddof=1))
    t = float(stats.t.ppf(0.975, n - 1))
    low, high = bias - TWO_SIDED_95 * sd, bias + TWO_SIDED_95 * sd
    of_bias = t * sd / np.sqrt(n)
    of_limit = t * sd * np.sqrt(1 / n + TWO_SIDED_95**2 / (2 * (n - 1)))
    return Limits(bias, sd, low, high, _around(bias, of_bias), _around(low, of_limit), _around(high, of_limit))


def _around(middle: float, half: float) -> Interval:
    return Interval(float(middle - half), float(middle + half))


def icc_2_1(ratings: ArrayLike) -> Icc:
    """Return ICC(2,1) with its 95 % interval.

    Parameters
    ----------
    ratings
        Shape (n, k): n targets, each measured by k methods.

    Returns
    -------
    Icc
        NaN with fewer than three targets, fewer than two methods, or where nothing varies.
    """
    x = np.asarray(ratings, dtype=np.float64)
    n, k = x.shape
    nothing = Icc(float("nan"), UNKNOWN)
    if n < FEWEST_FOR_SPREAD or k < 2:
        return nothing
    targets, methods, residual = _mean_squares(x)
    total = targets + (k - 1) * residual + k * (methods - residual) / n
    if total <= 0:
        return nothing
    icc = (targets - residual) / total
    if residual <= _NO_RESIDUAL * total:
        return Icc(float(icc), UNKNOWN)
    # The interval depends on their ratios alone.
    return Icc(float(icc), _icc_interval(float(icc), targets / total, methods / total, residual / total, n, k))


def _mean_squares(x: FloatArray) -> tuple[float, float, float]:
    """Return the mean squares between targets, between methods and of the residual of a two-way table."""
    n, k = x.shape
    grand = x.mean()
    rows, columns = x.mean(axis=1), x.mean(axis=0)
    targets = k * float(((rows - grand) ** 2).sum()) / (n - 1)
    methods = n * float(((columns - grand) ** 2).sum()) / (k - 1)
    left = x - rows[:, None] - columns[None, :] + grand
    residual = float((left**2).sum()) / ((n - 1) * (k - 1))
    return targets, methods, residual


def _icc_interval(icc: float, targets: float, methods: float, residual: float, n: int, k: int) -> Interval:
    """Return McGraw and Wong's interval of ICC(A,1), with Satterthwaite's degrees of freedom (their table 7)."""
    if icc >= 1:
        return Interval(icc, icc)
    a = k * icc / (n * (1 - icc))
    b = 1 + k * icc * (n - 1) / (n * (1 - icc))
    parts = a * methods + b * residual
    freedom = parts**2 / ((a * methods) ** 2 / (k - 1) + (b * residual) ** 2 / ((n - 1) * (k - 1)))
    f_low = float(stats.f.ppf(0.975, n - 1, freedom))
    f_high = float(stats.f.ppf(0.975, freedom, n - 1))
    spread = k * methods + (k * n - k - n) * residual
    low = n * (targets - f_low * residual) / (f_low * spread + n * targets)
    high = n * (f_high * targets - residual) / (spread + n * f_high * targets)
    return Interval(float(low), float(high))


def standard_error_of_measurement(ratings: ArrayLike) -> float:
    """Return the square root of the residual mean square of a two-way table, shape (n, k) (Weir 2005).

    With two methods this is the standard deviation of their differences over sqrt(2). NaN with fewer than three rows.
    """
    x = np.asarray(ratings, dtype=np.float64)
    if x.shape[0] < FEWEST_FOR_SPREAD or x.shape[1] < 2:
        return float("nan")
    return float(np.sqrt(_mean_squares(x)[2]))


def wilson_interval(hits: int, n: int) -> Interval:
    """Return Wilson's 95 % score interval of a share, without continuity correction; NaN where n is 0."""
    if n == 0:
        return UNKNOWN
    z2, share = TWO_SIDED_95**2, hits / n
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = TWO_SIDED_95 / (1 + z2 / n) * float(np.sqrt(share * (1 - share) / n + z2 / (4 * n**2)))
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def coverage_of(ours: ArrayLike, truth: ArrayLike, errors: ArrayLike) -> Coverage:
    """Return how often the truth lay within `errors` (half-widths) of our values; pairs without an error do not count.

    Parameters
    ----------
    ours, truth, errors
        Shape (n,), same unit; NaN in `errors` where none was stated.
    """
    a, b, e = (np.asarray(x, dtype=np.float64) for x in (ours, truth, errors))
    stated = np.isfinite(e)
    hits = int((np.abs(a - b)[stated] <= e[stated]).sum())
    n = int(stated.sum())
    return Coverage(hits, n, wilson_interval(hits, n))
