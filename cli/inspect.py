"""`stratc inspect FILE`: what the compiler understood, as tables or as the manifest's data in JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .console import say
from .sources import program

if TYPE_CHECKING:
    from ..compiler.manifest import Manifest


def inspect(
    file: Annotated[Path, typer.Argument(help="A strategy (.strat) or a manifest (.yaml).", show_default=False)],
    json: Annotated[bool, typer.Option("--json", help="Print the manifest as JSON.")] = False,
    max_state: Annotated[int, typer.Option(help="Most bytes the signals may remember.")] = 64 * 2**20,
) -> None:
    """Show signals, warm-up, orders, risk and states of a strategy."""
    checked, _ = program(file, max_state, runs=False)
    from ..compiler.manifest import describe

    manifest = describe(checked)
    say(manifest.model_dump_json(indent=2, by_alias=True) if json else _tables(manifest))


def _tables(manifest: Manifest) -> str:
    lines = [f"{manifest.strategy}  {manifest.title}", ""]
    for instrument in manifest.instruments:
        lines.append(
            f"instrument  {instrument.name}  {instrument.kind} on {instrument.venue}, tick {instrument.tick}, lot {instrument.lot}"
        )
    for feed in manifest.feeds:
        if feed.python is not None:
            lines.append(f"signal      {feed.id}  {feed.type} from python {feed.python}")
        else:
            every = feed.every_ns // 10**9
            lines.append(f"feed        {feed.id}  {feed.schema_} v{feed.version} of {feed.instrument}, every {every} s")
    lines.append(f"capital     {manifest.capital}")
    lines.append(f"warm-up     {manifest.warm_up} bars;  state {manifest.state_bytes:,} bytes")
    lines += _table(
        "parameters",
        ["name", "type", "value", "range"],
        [[p.name, p.type, str(p.value), ", ".join(p.members) or _range(p.low, p.high)] for p in manifest.params],
    )
    lines += _table(
        "signals",
        ["name", "type", "warm-up", "logged"],
        [[s.name, s.type, s.warm_up, "yes" if s.logged else ""] for s in manifest.signals],
    )
    lines += _table(
        "orders",
        ["name", "side", "kind", "slots"],
        [[o.name, o.side, o.kind, str(o.max_open)] for o in manifest.orders],
    )
    lines += ["", "risk"] + [f"  {rule.text}" for rule in manifest.risk]
    lines += ["", "states", "  " + " → ".join(manifest.states)]
    lines += _table("nodes", ["name", "sha256"], [[n.name, n.sha256[:16]] for n in manifest.nodes])
    return "\n".join(lines)


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None else f"{low} .. {'' if high is None else high}"


def _table(title: str, header: list[str], rows: list[list[str]]) -> list[str]:
    if not rows:
        return []
    widths = [max(len(r[i]) for r in [header, *rows]) for i in range(len(header))]
    return ["", title] + [
        "  " + "  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)).rstrip() for r in [header, *rows]
    ]


def register(app: typer.Typer) -> None:
    app.command()(inspect)
