"""Layer: data. Every statement of the articles that the guidance grew from is in the product, or it is said why not."""

from __future__ import annotations

import pytest

from tools.guidance_sources import DOCUMENT, Reference, Statement, articles, document

STATEMENTS = [each for article in articles() for each in article.statements]


@pytest.mark.parametrize("statement", STATEMENTS, ids=[each.number for each in STATEMENTS])
def test_every_reference_of_a_statement_is_alive(statement: Statement) -> None:
    assert statement.found or statement.why_not
    assert [reference for reference in statement.found if not reference.is_alive] == []


def test_the_document_is_what_the_statements_make() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document()


def test_all_five_articles_are_listed_and_nothing_twice() -> None:
    assert len(articles()) == 5
    said = [each.says for each in STATEMENTS]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    "dead",
    [
        Reference("maltracking", "words that nobody wrote"),
        Reference("no-such-topic", "kneecap"),
        Reference("formcheck/no_such_file.py", "kneecap"),
        Reference("formcheck/session/pain.py", "words that nobody wrote"),
    ],
)
def test_a_dead_reference_is_found(dead: Reference) -> None:
    assert not dead.is_alive
