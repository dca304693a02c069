"""Layer: pages in Streamlit's simulated browser: who is let in, who is told why not, what is left of who was here."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from streamlit.testing.v1 import AppTest

import formcheck.web
from formcheck.web.access.identity import NETWORK_VARIABLE, ended_logins

from .clinic import SECRETS, Clinic, Kept, claims_of
from .conftest import WriteSecrets

_TIMEOUT_S: Final = 240.0
_WEB: Final = Path(formcheck.web.__file__).parent
_MAIN: Final = _WEB / "server" / "main.py"
Screen = Callable[[], None]


def _for_everybody() -> None:
    import streamlit as st

    from formcheck.web.access.guard import require_actor

    actor = require_actor()
    st.session_state.setdefault("first here", actor.name)
    st.text_input("Word", key="word")
    st.markdown(f"{actor.name} sees what {st.session_state['first here']} left")


def _for_clinicians() -> None:
    import streamlit as st

    from formcheck.web.access.guard import require_clinician

    st.markdown(f"{require_clinician().name} may")


def _home() -> None:
    from formcheck.web.pages.home import page as home

    home.page()


def _videos() -> None:
    from formcheck.web.pages.videos import page as videos

    videos.page()


def _people() -> None:
    from formcheck.web.pages.people import page as people

    people.page()


def _person() -> None:
    from formcheck.web.pages.person import page as person

    person.page()


def _review() -> None:
    from formcheck.web.pages.review import page as review

    review.page()


def _compare() -> None:
    from formcheck.web.pages.compare import page as compare

    compare.page()


def _progress() -> None:
    from formcheck.web.pages.progress import page as progress

    progress.page()


def _tests() -> None:
    from formcheck.web.pages.tests import page as tests

    tests.page()


def _remote() -> None:
    from formcheck.web.pages.remote_session import page as remote

    remote.page()


def _clinic() -> None:
    from formcheck.web.pages.clinic import page as clinic

    clinic.page()


def _today() -> None:
    from formcheck.web.pages.today import page as today

    today.page()


def _programme() -> None:
    from formcheck.web.pages.programme import page as programme

    programme.page()


PAGES: Final = {
    "home": _home,
    "videos": _videos,
    "people": _people,
    "person": _person,
    "review": _review,
    "compare": _compare,
    "progress": _progress,
    "tests": _tests,
    "remote_session": _remote,
    "today": _today,
    "programme": _programme,
    "clinic": _clinic,
}
"""The pages that show what is kept."""
WITHOUT_RECORDS: Final = {"check", "guidance", "selftest", "design", "more"}
"""Pages that show nothing of anybody's but the session's own; the script around them lets in who may come in."""


def visited(page: Screen, email: str | None, **query: str) -> AppTest:
    """Open a page as somebody who is logged in with this address, or not at all."""
    test = AppTest.from_function(page, default_timeout=_TIMEOUT_S)
    _sit_down(test, email)
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def _sit_down(test: AppTest, email: str | None) -> None:
    test.user = {"is_logged_in": False} if email is None else {"is_logged_in": True, **claims_of(email)}


def words(test: AppTest) -> str:
    """Return all that a page gives to the browser."""
    return "\n".join(str(each.proto) for part in (test.main, test.sidebar) for each in part)


@pytest.mark.usefixtures("clinic")
def test_who_is_not_logged_in_is_offered_to_log_in_and_sees_nothing() -> None:
    test = visited(_for_everybody, None)
    assert [each.value for each in test.title] == ["Log in"]
    assert [each.label for each in test.button] == ["Log in"]
    assert "sees what" not in words(test)


@pytest.mark.usefixtures("clinic")
def test_every_provider_has_a_button(write_secrets: WriteSecrets) -> None:
    general, provider = SECRETS.split("client_id", 1)
    write_secrets(f"{general}[auth.hospital]\nclient_id{provider}\n[auth.google]\nclient_id{provider}")
    labels = [each.label for each in visited(_for_everybody, None).button]
    assert labels == ["Log in with Hospital", "Log in with Google"]


def test_who_is_logged_in_is_let_in(clinic: Clinic) -> None:
    test = visited(_for_everybody, clinic.ada.email)
    assert f"{clinic.ada.actor.name} sees what {clinic.ada.actor.name} left" in words(test)


def test_a_client_does_not_come_to_what_is_for_clinicians(clinic: Clinic) -> None:
    test = visited(_for_clinicians, clinic.ada.email)
    assert [each.value for each in test.title] == ["For clinicians"]
    assert "may" not in [each.value for each in test.markdown]
    assert "Dr. Grey may" in words(visited(_for_clinicians, "dr@clinic.example"))


@pytest.mark.usefixtures("clinic")
def test_an_address_without_access_is_named_as_it_is() -> None:
    test = visited(_for_everybody, "*bold*`x`$(reboot)@example.org")
    assert [each.value for each in test.title] == ["No access yet"]
    (sentence,) = [each.value for each in test.markdown if "logged in as" in each.value]
    assert "\\*bold\\*\\`x\\`" in sentence
    # What is there to be copied into a terminal holds the address as one word.
    assert "add '*bold*`x`$(reboot)@example.org' --role" in test.code[0].value


def test_what_somebody_left_is_gone_when_another_comes(clinic: Clinic) -> None:
    test = visited(_for_everybody, clinic.ada.email)
    test.text_input(key="word").set_value("private").run()
    assert test.session_state["word"] == "private"
    _sit_down(test, clinic.ben.email)
    test.run()
    name = clinic.ben.actor.name
    assert f"{name} sees what {name} left" in words(test)
    assert "private" not in words(test)


def test_what_somebody_left_is_gone_once_they_are_logged_out(clinic: Clinic) -> None:
    test = visited(_for_everybody, clinic.ada.email)
    assert "first here" in test.session_state
    _sit_down(test, None)
    test.run()
    assert "first here" not in test.session_state
    _sit_down(test, clinic.ada.email)
    test.run()
    assert "first here" in test.session_state


def test_logging_out_ends_the_login_everywhere(clinic: Clinic) -> None:
    clinic.remove(clinic.ada.actor)
    test = visited(_for_everybody, clinic.ada.email)
    claims = dict(test.user)
    assert not ended_logins().has(claims)
    test.button(key="log-out-no-access").click().run()
    assert ended_logins().has(claims)


def test_access_that_is_taken_away_ends_with_the_next_run(clinic: Clinic) -> None:
    test = visited(_for_everybody, clinic.ada.email)
    clinic.remove(clinic.ada.actor)
    test.run()
    assert [each.value for each in test.title] == ["No access yet"]
    assert "first here" not in test.session_state


def test_without_a_login_nobody_is_let_in_from_elsewhere(
    write_secrets: WriteSecrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The simulated browser has no address, which is not that of this computer."""
    write_secrets(None)
    monkeypatch.delenv(NETWORK_VARIABLE)
    test = visited(_for_everybody, None)
    assert [each.value for each in test.title] == ["Set up login first"]
    assert NETWORK_VARIABLE in words(test)
    monkeypatch.setenv(NETWORK_VARIABLE, "1")
    assert "Owner sees what Owner left" in words(visited(_for_everybody, None))


def test_a_connection_that_breaks_off_loses_nothing_of_the_session(
    write_secrets: WriteSecrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_secrets(None)
    test = visited(_for_everybody, None)
    monkeypatch.delenv(NETWORK_VARIABLE)
    test.run()
    assert [each.value for each in test.title] == ["Set up login first"]
    assert test.session_state["first here"] == "Owner"


@pytest.mark.usefixtures("clinic")
def test_a_login_that_is_set_up_wrong_is_said_on_the_page(write_secrets: WriteSecrets) -> None:
    write_secrets(SECRETS.replace("client_secret", "secret"))
    test = visited(_for_everybody, "dr@clinic.example")
    assert [each.value for each in test.title] == ["The access is not set up right"]
    assert "client_secret" in test.error[0].value


def test_the_app_lets_nobody_in_but_to_the_guidance(clinic: Clinic) -> None:
    test = AppTest.from_file(str(_MAIN), default_timeout=_TIMEOUT_S)
    _sit_down(test, None)
    test.run()
    assert not test.exception
    assert [each.value for each in test.title] == ["Log in"]
    _sit_down(test, clinic.ada.email)
    test.run()
    assert [each.value for each in test.title] == ["Home"]


def test_every_page_is_known_here() -> None:
    there = {file.parent.name for file in (_WEB / "pages").glob("*/page.py")}
    assert there == PAGES.keys() | WITHOUT_RECORDS


@pytest.mark.parametrize("name", PAGES)
def test_a_page_by_itself_lets_nobody_in(name: str, clinic: Clinic) -> None:
    for email in (None, "stranger@example.org"):
        test = visited(PAGES[name], email, set=clinic.ada.set_id, person=clinic.ada.person_id)
        assert not test.exception
        assert [each.value for each in test.title] in (["Log in"], ["No access yet"])
        assert clinic.ada.secret not in words(test)


def queries(mine: Kept, others: Kept) -> list[dict[str, str]]:
    """Return ways of asking for another's with the addresses of the pages."""
    return [
        {"set": others.set_id},
        {"person": others.person_id},
        {"set": others.set_id, "person": mine.person_id},
        {"set": mine.set_id, "person": others.person_id},
        {"person": mine.person_id, "first": mine.set_id, "second": others.set_id},
        {"person": others.person_id, "first": others.set_id, "second": others.set_id},
        {"upload": others.upload_id, "plan": others.plan_id, "note": others.note_id},
    ]


@pytest.mark.parametrize("name", PAGES)
def test_no_address_of_a_page_leads_to_what_is_anothers(name: str, clinic: Clinic) -> None:
    for query in queries(clinic.ben, clinic.ada):
        test = visited(PAGES[name], clinic.ben.email, **query)
        assert not test.exception
        shown = words(test)
        assert clinic.ada.secret not in shown, query
        assert clinic.ada.email not in shown, query


def test_the_same_addresses_lead_to_what_is_ones_own(clinic: Clinic) -> None:
    """A search for a word that no page shows would prove nothing."""
    ada = clinic.ada
    assert ada.secret in words(visited(_review, ada.email, set=ada.set_id))
    assert ada.secret in words(visited(_person, ada.email, person=ada.person_id))
    assert ada.secret in words(visited(_people, "dr@clinic.example"))


@pytest.mark.parametrize("bad", ["0" * 32, "x", "../..", "1; DROP TABLE person", "\x00", "é" * 500, "None"])
def test_an_address_that_names_nothing_is_no_failure(clinic: Clinic, bad: str) -> None:
    for page in (_review, _person, _progress):
        test = visited(page, clinic.ada.email, set=bad, person=bad)
        assert not test.exception


def test_parts_that_run_alone_ask_who_is_there() -> None:
    """A fragment or a dialog is run again without the page around it, and so without what the page asked."""
    asking = {"require_actor", "require_clinician", "current_actor"}
    for file in _WEB.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(
                word in ast.unparse(each) for each in node.decorator_list for word in ("fragment", "dialog")
            ):
                called = {ast.unparse(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)}
                assert called & asking, f"{node.name} in {file.name}"


def test_no_page_keeps_for_all_what_it_read_for_one() -> None:
    """Streamlit's caches are shared by all sessions."""
    for file in _WEB.rglob("*.py"):
        assert "st.cache_" not in file.read_text(encoding="utf-8"), file.name
