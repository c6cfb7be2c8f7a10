"""`stratc log FILE`: a strategy or order log as JSON lines, every record checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from . import exits
from .console import CommandError, say, stop
from .sources import read_text

if TYPE_CHECKING:
    from ..compiler.manifest import RiskEntry
    from ..runtime.log_words import LogNames, RuleWords


def log(
    file: Annotated[Path, typer.Argument(help="strategy.log or order.log of a run.", show_default=False)],
    manifest: Annotated[
        Path | None,
        typer.Option(
            help="Manifest that names signals, states and orders.", show_default="manifest.yaml beside the log"
        ),
    ] = None,
    partial: Annotated[bool, typer.Option("--partial", help="Accept the log of a run that did not finish.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Check only, print a summary.")] = False,
) -> None:
    """Print a log as JSON lines, checking its checksums and hash chain."""
    from ..runtime import frames
    from ..runtime.logs import LogError, read_log, verify as verify_log

    try:
        if verify:
            summary = verify_log(file)
            if not summary.finished and not partial:
                stop(exits.DATA, f"{file}: the run did not finish: no final seal", "use --partial to accept it")
            say(json.dumps({k: _plain(getattr(summary, k)) for k in summary.__dataclass_fields__}))
            return
        for record in read_log(file, _names(file, manifest), frames.decode, partial=partial):
            say(json.dumps(record))
    except LogError as error:
        raise CommandError(
            exits.DATA, f"{file}: {error}", "use --partial for the log of a run that did not finish"
        ) from error
    except frames.FrameError as error:
        raise CommandError(exits.DATA, f"{file}: damaged frame: {error}") from error
    except OSError as error:
        raise CommandError(exits.INPUT, f"{file}: {(error.strerror or str(error)).lower()}") from error


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else value


def _names(file: Path, manifest: Path | None) -> LogNames | None:
    """Names from the manifest given, or from the one beside the log."""
    path = manifest or file.with_name("manifest.yaml")
    if manifest is None and not path.is_file():
        return None
    from ..compiler.manifest import ManifestError, read
    from ..runtime.log_words import LogNames, TemplateWords

    try:
        found = read(read_text(path))
    except ManifestError as error:
        raise CommandError(exits.INPUT, f"{path}: {error}") from error
    units = {i.name: (_scale(i.data_tick), _scale(i.lot)) for i in found.instruments}
    return LogNames(
        signals=[s.name for s in found.signals],
        states=found.states,
        templates=[TemplateWords(o.name, *units[o.instrument]) for o in found.orders],
        rules=[_rule(r) for r in found.risk],
        notes=found.notes,
        money=_scale(found.account.money_step),
    )


_UNITS: dict[str, Literal["lot", "price", "money", "number"]] = {
    **dict.fromkeys(("gross", "net", "notional", "leverage", "drawdown", "loss"), "money"),
    **dict.fromkeys(("open_orders", "order_rate", "loss_streak"), "number"),
    "position": "lot",
    "collar": "price",
}
_STANDING = ("guard", "assume", "drawdown", "loss", "loss_streak")


def _rule(rule: RiskEntry) -> RuleWords:
    from ..runtime.log_words import RuleWords

    return RuleWords(rule.text, _UNITS.get(rule.kind), rule.kind in _STANDING)


def _scale(text: str) -> tuple[int, int]:
    """`0.25` → (25, 2)."""
    _, digits, exponent = Decimal(text).as_tuple()
    assert isinstance(exponent, int)
    return int("".join(map(str, digits))) * 10 ** max(0, exponent), max(0, -exponent)


def register(app: typer.Typer) -> None:
    app.command()(log)
