"""Completion in the shell: its scripts, and the types of options that know what goes on as typed.

What a shell asks while somebody types, `commands.program.Program.answer` tells.
"""

import shlex
import sys
from pathlib import Path
from typing import Literal

import click
from click.shell_completion import CompletionItem

from commands.context import Station, station_at
from language import _

Sort = Literal["place", "kind", "item"]


class Known(click.ParamType[str]):
    """Text of an option or argument that a shell completes from the ledger; a command looks it up itself."""

    name = "text"

    def __init__(self, sort: Sort) -> None:
        self._sort = sort

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """What stands for it in the help."""
        return {"place": _("PLACE"), "kind": _("KIND"), "item": _("CODE")}[self._sort]

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The values of the station's ledger that go on as typed."""
        from services.records.searching import beginning  # only a shell that asks waits for the ledger's libraries

        root = ctx.find_root()
        station = root.obj
        if not isinstance(station, Station):
            station = station_at(root.params.get("home"), root.params.get("db"))
        with station.store() as store:
            return [CompletionItem(value, help=words) for value, words in beginning(store, self._sort, incomplete)]


PLACE, KIND, ITEM = Known("place"), Known("kind"), Known("item")


def complete_planned(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What goes on as typed of what the argument before names: places or kinds."""
    known = {"place": PLACE, "kind": KIND}.get(str(ctx.params.get("what")))
    return known.shell_complete(ctx, param, incomplete) if known else []


def completion(shell: str) -> None:
    quote = _quoted_for_powershell if shell == "powershell" else shlex.quote
    main = Path(__file__).resolve().parents[1] / "main.py"
    text = {"bash": _BASH, "zsh": _ZSH, "powershell": _POWERSHELL}[shell]
    click.echo(text.replace("@PYTHON@", quote(sys.executable)).replace("@MAIN@", quote(str(main))), nl=False)


def _quoted_for_powershell(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_BASH = """\
# Serah in bash 4.4 or newer. For each new terminal, add this line to ~/.bashrc:
#   eval "$(@PYTHON@ @MAIN@ completion bash)"
type serah >/dev/null 2>&1 || serah() { @PYTHON@ @MAIN@ "$@"; }
_serah_complete() {
    local IFS=$'\\n' first=1 kind value help words
    COMPREPLY=()
    case "${COMP_WORDS[0]##*/}" in
        python*)
            if [[ $COMP_CWORD -lt 2 || ! "${COMP_WORDS[1]}" -ef @MAIN@ ]]; then
                compopt -o default
                return
            fi
            first=2 ;;
    esac
    words="${COMP_WORDS[*]:first:COMP_CWORD-first+1}"
    compopt -o nosort
    while IFS=$'\\t' read -r kind value help; do
        case "$kind" in
            plain)
                COMPREPLY+=("$value")
                if [[ "$value" == *" "* ]]; then compopt -o filenames; fi ;;
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
        esac
    done < <(SERAH_COMPLETE=bash SERAH_WORDS="$words" @PYTHON@ @MAIN@ 2>/dev/null)
}
complete -F _serah_complete serah main.py python python3
"""

_ZSH = """\
# Serah in zsh. For each new terminal, add this line to ~/.zshrc:
#   eval "$(@PYTHON@ @MAIN@ completion zsh)"
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
(( $+commands[serah] )) || serah() { @PYTHON@ @MAIN@ "$@" }
_serah_complete() {
    local first=2 kind value help
    local -a values shown
    if [[ ${words[1]:t} == python* ]]; then
        if (( CURRENT < 3 )) || [[ ! ${(Q)words[2]} -ef @MAIN@ ]]; then
            _default
            return
        fi
        first=3
    fi
    while IFS=$'\\t' read -r kind value help; do
        case $kind in
            plain) values+=("$value"); shown+=("$value${help:+  $help}") ;;
            dir) _path_files -/ ;;
            file) _path_files ;;
        esac
    done < <(SERAH_COMPLETE=zsh SERAH_WORDS="${(pj:\\n:)words[first,CURRENT]}" @PYTHON@ @MAIN@ 2>/dev/null)
    (( $#values )) && compadd -U -V serah -l -d shown -a values
}
compdef _serah_complete serah main.py python python3
"""

_POWERSHELL = """\
# Serah in PowerShell. For each new window, add this line to the file that $PROFILE names:
#   & @PYTHON@ @MAIN@ completion powershell | Out-String | Invoke-Expression
if (-not (Get-Command serah -ErrorAction SilentlyContinue)) {
    function global:serah { & @PYTHON@ @MAIN@ @args }
}
Register-ArgumentCompleter -Native -CommandName serah, main.py, python, python3, py -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @(
        foreach ($element in $commandAst.CommandElements) {
            if ($element.Extent.StartOffset -ge $cursorPosition) { break }
            if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $element.Value }
            else { $element.Extent.Text }
        }
    )
    if (-not $wordToComplete) { $words += '' }
    $first = 1
    if ([IO.Path]::GetFileName($words[0]) -match '^(python[0-9.]*|py)([.]exe)?$') {
        $script = Resolve-Path -LiteralPath "$($words[1])" -ErrorAction SilentlyContinue
        if ($words.Count -lt 3 -or "$script" -ne @MAIN@) { return }
        $first = 2
    }
    if ($words.Count -le $first) { return }
    $env:SERAH_COMPLETE = 'powershell'
    $env:SERAH_WORDS = $words[$first..($words.Count - 1)] -join "`n"
    try {
        & @PYTHON@ @MAIN@ 2>$null | ForEach-Object {
            $kind, $value, $help = $_ -split "`t", 3
            if ($kind -eq 'plain') {
                $text = if ($value -match "[\\s']") { "'" + $value.Replace("'", "''") + "'" } else { $value }
                $tip = if ($help) { $help } else { $value }
                [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $tip)
            }
        }
    } finally {
        Remove-Item Env:SERAH_COMPLETE, Env:SERAH_WORDS -ErrorAction SilentlyContinue
    }
}
"""
