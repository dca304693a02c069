"""Guidance as HTML: every word escaped, drawings inside, no script and no address.

It goes through `st.markdown`, not `st.html`: that one takes drawings out. Markdown ends a piece of HTML at an empty
line, so there is none in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources

from markupsafe import Markup

from formcheck.exercises.catalogue.guide import Alert, Block, GuideStep, GuideTable, Pictures, Points, Steps, Text

_WIDE_FROM = 3
"""Tables of so many columns stand row under row on telephones."""


def guidance_style() -> str:
    """Return the style sheet of the guidance as an HTML element."""
    return f"<style>{(resources.files(__package__) / 'styles.css').read_text(encoding='utf-8')}</style>"


def blocks_html(blocks: Iterable[Block]) -> str:
    """Return blocks of a topic as one HTML element on one line."""
    body = Markup("").join(_block(block) for block in blocks)
    return str(Markup("<div class='fc-guide'>{}</div>").format(body))


def _block(block: Block) -> Markup:
    match block:
        case Text():
            return Markup("").join(Markup("<p>{}</p>").format(text) for text in block.paragraphs)
        case Points():
            lead = Markup("<p>{}</p>").format(block.lead) if block.lead else Markup("")
            return _heading(block.heading) + lead + _list(block.items)
        case Steps():
            cards = [_card(step, number) for number, step in enumerate(block.steps, start=1)]
            return _heading(block.heading) + Markup("<ol class='fc-cards'>{}</ol>").format(Markup("").join(cards))
        case Pictures():
            cards = [_card(picture, None) for picture in block.pictures]
            return _heading(block.heading) + Markup("<ul class='fc-cards'>{}</ul>").format(Markup("").join(cards))
        case GuideTable():
            return _table(block)
        case Alert():
            kind = "fc-alert fc-urgent" if block.urgent else "fc-alert"
            inside = _heading(block.heading) + _list(block.items)
            return Markup("<section class='{}'>{}</section>").format(kind, inside)


def _heading(text: str) -> Markup:
    return Markup("<h3>{}</h3>").format(text)


def _list(items: tuple[str, ...]) -> Markup:
    rows = Markup("").join(Markup("<li>{}</li>").format(item) for item in items)
    return Markup("<ul class='fc-points'>{}</ul>").format(rows)


def _card(step: GuideStep, number: int | None) -> Markup:
    # The drawing was seen to hold nothing but shapes and words when it was read.
    drawing = Markup(step.figure)
    badge = (
        Markup("") if number is None else Markup("<span class='fc-number' aria-hidden='true'>{}</span>").format(number)
    )
    return Markup(
        "<li><div class='fc-figure'>{}</div><div class='fc-caption'><strong>{}{}</strong>{}</div></li>"
    ).format(drawing, badge, step.title, step.text)


def _table(table: GuideTable) -> Markup:
    head = Markup("").join(Markup("<th scope='col'>{}</th>").format(column) for column in table.columns)
    rows = Markup("").join(_row(table.columns, row) for row in table.rows)
    lead = Markup("<p>{}</p>").format(table.lead) if table.lead else Markup("")
    return (
        _heading(table.heading)
        + lead
        + Markup(
            "<div class='fc-scroll'><table class='{}'><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
        ).format("fc-wide" if len(table.columns) >= _WIDE_FROM else "", head, rows)
    )


def _row(columns: tuple[str, ...], row: tuple[str, ...]) -> Markup:
    name = Markup("<th scope='row'>{}</th>").format(row[0])
    cells = Markup("").join(
        Markup("<td data-head='{}'>{}</td>").format(column, cell)
        for column, cell in zip(columns[1:], row[1:], strict=True)
    )
    return Markup("<tr>{}{}</tr>").format(name, cells)
