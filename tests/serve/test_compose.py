"""Layer: files. The containers: what their files say is what the schema of compose files takes, and is held tight."""

from __future__ import annotations

import json
from importlib.resources import files as package_files
from typing import Any

import jsonschema
import pytest
import yaml

from formcheck import __version__
from formcheck.serve.choices import Choices
from formcheck.serve.folder import PLACES, server_files

from .examples import SECRETS, VARIANTS, example


@pytest.fixture(params=VARIANTS)
def choices(request: pytest.FixtureRequest) -> Choices:
    return example(**VARIANTS[request.param])


@pytest.fixture
def compose(choices: Choices) -> dict[str, Any]:
    return dict(yaml.safe_load(server_files(choices, SECRETS)["compose/compose.yaml"].text))


def schema() -> dict[str, Any]:
    """Return the schema of compose files, as a package brings it along."""
    path = package_files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def test_the_file_is_one_of_the_schema(compose: dict[str, Any]) -> None:
    validator = jsonschema.validators.validator_for(schema())(schema())
    assert [error.message for error in validator.iter_errors(compose)] == []
    compose["services"]["app"]["read_onyl"] = True
    assert not validator.is_valid(compose)


def test_every_service_is_read_only_without_rights_and_watched(compose: dict[str, Any], choices: Choices) -> None:
    services = compose["services"]
    wanted = {"app", "backup", "https"}
    wanted |= {"database"} if choices.database == "postgresql" else set()
    assert set(services) == wanted | ({"relay"} if choices.relay else set())
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["user"].split(":")[0] not in {"0", "root"}, name
        assert service["mem_limit"], name
        assert service["logging"]["options"]["max-size"], name
        # The app's is in its image, see the Containerfile.
        assert name == "app" or service["healthcheck"]["test"], name


def test_nothing_but_the_proxy_is_reached_from_outside(compose: dict[str, Any]) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["https"]


def test_the_app_has_all_that_a_check_looks_at(compose: dict[str, Any]) -> None:
    places = {volume.split(":")[1] for volume in compose["services"]["app"]["volumes"]}
    assert {f"{PLACES['settings']}/{name}" for name in ("serve.toml", "secrets.toml", "secrets.env")} <= places


def test_what_is_mounted_is_there(compose: dict[str, Any], choices: Choices) -> None:
    made = server_files(choices, SECRETS)
    for name, service in compose["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("../"):
                assert source.removeprefix("../") in made, name
            elif source.startswith("./"):
                assert f"compose/{source.removeprefix('./')}" in made, name
            else:
                assert source in compose["volumes"], name
        for settings in service.get("env_file", []):
            assert f"compose/{settings}" in made, name


@pytest.mark.parametrize(
    "wheel", [None, f"formcheck-{__version__}-py3-none-any.whl", "formcheck-0.0.1-py3-none-any.whl"]
)
def test_what_the_image_copies_is_in_the_folder_and_nothing_secret(choices: Choices, wheel: str | None) -> None:
    made = server_files(choices, SECRETS, wheel=wheel)
    lines = made["compose/Containerfile"].text.splitlines()
    copied = [line.split()[1] for line in lines if line.startswith("COPY ")]
    assert ("requirements.lock" in copied) == ("requirements.lock" in made) == (wheel is None or __version__ in wheel)
    assert ("wheels/" in copied) == (wheel is not None)
    assert set(copied) <= {"requirements.lock", "wheels/"}
    (installed,) = [line for line in lines if line.startswith("RUN pip install") and "requirements.lock" not in line]
    assert ("--no-deps" in installed) == ("requirements.lock" in copied)


def test_programs_that_are_marked_with_a_right_may_have_it(compose: dict[str, Any]) -> None:
    # The images of Caddy and coturn mark theirs: without the right within reach, the system refuses to start them.
    for name, service in compose["services"].items():
        assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name in {"https", "relay"} else []), name


def test_the_image_has_an_account_and_a_health_check(choices: Choices) -> None:
    lines = server_files(choices, SECRETS)["compose/Containerfile"].text.splitlines()
    starts = [index for index, line in enumerate(lines) if line.startswith("FROM ")]
    program = lines[starts[-1] :]
    assert "USER formcheck" in program
    assert not any(line.startswith("USER root") for line in program)
    assert any(line.startswith("HEALTHCHECK ") for line in program)
    # All that needs rights comes before the account.
    assert program.index("USER formcheck") < next(i for i, line in enumerate(program) if line.startswith("ENTRYPOINT"))


def test_the_proxy_s_address_is_the_one_that_the_app_believes(compose: dict[str, Any], choices: Choices) -> None:
    address = compose["services"]["https"]["networks"]["inside"]["ipv4_address"]
    settings = server_files(choices, SECRETS)["compose/formcheck.env"].text.splitlines()
    assert f"FORMCHECK_PROXIES={address}" in settings
