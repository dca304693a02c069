"""`formcheck models`: which pose models are here, fetching one, and whether they are the published ones."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from formcheck.commands.arguments import examples
from formcheck.commands.terminal import Terminal, answering, printable

models_app = typer.Typer(
    name="models",
    help="The pose models that joints are found with.",
    no_args_is_help=True,
    epilog=examples("models list", "models install full"),
)


@models_app.command("list", epilog=examples("models list"))
def list_models() -> None:
    """Name the pose models, and say which are installed and where."""
    terminal = Terminal()
    with answering(terminal):
        from formcheck.pose.browser_bundle import BROWSER_NAME, browser_state
        from formcheck.pose.models import MODEL_VARIABLE, installed_models, models_folder
        from formcheck.pose.releases import DEFAULT_MODEL, RELEASES

        installed = {model.short_name: model for model in installed_models()}
        for name in [*RELEASES, *(name for name in installed if name not in RELEASES)]:
            state = "installed" if name in installed else f"not installed; `formcheck models install {name}` fetches it"
            default = " (default)" if name == DEFAULT_MODEL else ""
            terminal.result(f"{name + default:<16}{state}")
        state = (
            "installed"
            if browser_state().ok
            else f"not installed; `formcheck models install {BROWSER_NAME}` fetches it"
        )
        terminal.result(f"{BROWSER_NAME:<16}{state}")
        terminal.result(f"Folder: {printable(str(models_folder()))}")
        if named := os.environ.get(MODEL_VARIABLE):
            terminal.result(f"{MODEL_VARIABLE} goes before all of these: {printable(named)}")


@models_app.command("install", epilog=examples("models install full", "models install browser"))
def install(name: Annotated[str, typer.Argument(metavar="NAME", help="full, lite, heavy or browser.")]) -> None:
    """Fetch a pose model, or MediaPipe for browsers, checked against its published hash, unless it is there already."""
    terminal = Terminal()
    with answering(terminal, "Stopped: nothing was installed."):
        from formcheck.pose.browser_bundle import BROWSER_NAME, install_browser
        from formcheck.pose.models import install_model

        if name == BROWSER_NAME:
            with terminal.stages() as stages:
                folder = install_browser(stages)
            terminal.result(f"MediaPipe for browsers is installed: {printable(str(folder))}")
            return
        with terminal.stages() as stages:
            model = install_model(name, stages)
        terminal.result(f"{model.short_name} is installed: {printable(str(model.path))}")


@models_app.command("verify", epilog=examples("models verify"))
def verify() -> None:
    """Check every installed pose model; exit status 1 unless there is one and all are the published ones."""
    terminal = Terminal()
    with answering(terminal):
        from formcheck.pose.browser_bundle import BROWSER_NAME, browser_state
        from formcheck.pose.models import installed_models, verify_model

        browser = browser_state()
        reports = [verify_model(model.path) for model in installed_models()]
        for report in reports:
            terminal.result(f"{report.path.name}: {report.state.value}. {report.detail}")
        if browser.installed:
            terminal.result(f"{BROWSER_NAME}: {'ok' if browser.ok else 'damaged'}. {browser.detail}")
        if not reports:
            terminal.error("No pose model is installed. Run `formcheck models install full`.")
    if not reports or not all(report.ok for report in reports) or browser.installed > browser.ok:
        raise typer.Exit(1)
