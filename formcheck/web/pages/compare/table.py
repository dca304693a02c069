"""What became of each measure: the changes big, then every measure in a table."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from formcheck.history.comparison import Comparison, ComparisonRow
from formcheck.kinematics.measures.registry import MEASURES
from formcheck.report.words import estimate_text, sentence_case
from formcheck.web.shared.comparison_words import difference_text, headline, limit_text, row_name, verdict_words


def verdicts_html(comparison: Comparison, names: tuple[str, str]) -> Markup:
    """Return the verdict in big words: of each changed measure, or of all together where none changed."""
    if not comparison.changed:
        words, sentence = headline(comparison)
        return Markup('<ul class="fc-verdicts"><li><span class="fc-verdict">{}</span>{}</li></ul>').format(
            words, sentence
        )
    cards = Markup("").join(_card(comparison, row, names) for row in _told_once(comparison.changed))
    return Markup('<ul class="fc-verdicts">{}</ul>').format(cards)


def _told_once(changed: Sequence[ComparisonRow]) -> list[ComparisonRow]:
    """Leave out a change from stance where the measure itself changed the same way: both say one thing."""
    ways = {(row.measure, row.leg): (row.change.difference or 0.0) > 0 for row in changed}

    def is_told(row: ComparisonRow) -> bool:
        way = ways.get((MEASURES[row.measure].said_by, row.leg))
        return way is not None and way == ((row.change.difference or 0.0) > 0)

    return [row for row in changed if not is_told(row)]


def _card(comparison: Comparison, row: ComparisonRow, names: tuple[str, str]) -> Markup:
    said = verdict_words(row.change.verdict, comparison.kind)
    return Markup(
        '<li class="{}"><span class="fc-verdict"><span aria-hidden="true">{}</span> {}</span>'
        '<strong>{}</strong><br>{}: {}, {}: {}<span class="fc-quiet">{}. {}</span></li>'
    ).format(
        said.style,
        said.sign,
        said.words,
        row_name(row),
        sentence_case(names[0]),
        estimate_text(row.measure, row.first),
        names[1],
        estimate_text(row.measure, row.second),
        f"Difference {difference_text(row.measure, row.change)}",
        limit_text(row.measure, row.change),
    )


def table_html(comparison: Comparison, names: tuple[str, str]) -> Markup:
    """Return a row for each measure that either set has."""
    heads = ("Measure", *(sentence_case(name) for name in names), "Difference", "Verdict")
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(each) for each in heads)
    rows = Markup("").join(_row(comparison, row, heads) for row in comparison.rows)
    return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(head, rows)


def _row(comparison: Comparison, row: ComparisonRow, heads: tuple[str, ...]) -> Markup:
    said = verdict_words(row.change.verdict, comparison.kind)
    numbers = (
        estimate_text(row.measure, row.first),
        estimate_text(row.measure, row.second),
        difference_text(row.measure, row.change),
    )
    cells = Markup("").join(
        Markup('<td class="number" data-head="{}">{}</td>').format(name, number)
        for name, number in zip(heads[1:4], numbers, strict=True)
    )
    verdict = Markup(
        '<td data-head="{}"><span class="fc-word {}"><span aria-hidden="true">{}</span> {}</span>'
        '<span class="fc-quiet">{}</span></td>'
    ).format(heads[4], said.style, said.sign, said.words, limit_text(row.measure, row.change))
    return Markup('<tr><th scope="row">{}</th>{}{}</tr>').format(row_name(row), cells, verdict)
