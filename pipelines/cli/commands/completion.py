"""`gpuhour completion`: print a script with which a shell completes commands and options, made by the parser itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from cyclopts import App

from pipelines.cli.console import OK

Shell = Literal["bash", "zsh", "fish"]


def completion_of(app: App) -> Callable[[Shell], int]:
    """Return the command that prints completions of an app's commands and options."""

    def completion(shell: Shell, /) -> int:
        """Print a script that completes commands, options and their values in a shell.

        For bash: gpuhour completion bash > ~/.local/share/bash-completion/completions/gpuhour
        For zsh: gpuhour completion zsh > a folder of $fpath/_gpuhour
        For fish: gpuhour completion fish > ~/.config/fish/completions/gpuhour.fish

        Parameters
        ----------
        shell
            The shell: bash, zsh or fish.
        """
        for command in app.resolved_commands().values():  # each is imported only when it is needed
            command.resolved_commands()
        print(app.generate_completion(prog_name="gpuhour", shell=shell))
        return OK

    return completion
