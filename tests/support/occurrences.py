"""Counts what happened in an instant, by name, so that a test can demand that everything there is happens."""

import math
from collections import Counter
from collections.abc import Iterator

from stratc.compiler.interpreter import Control, Deny, Interpreter, Output, Record, RefuseReplace, Report, Timer
from stratc.compiler.interpreter.messages import Input
from stratc.compiler.program import Program

CAUSES = {1: "when", 2: "on", 3: "after", 4: "start", 5: "flatten", 6: "adopt"}
VERDICTS = ("pass", "reject", "clamp")
VERBS = {16: "submit", 17: "replace", 18: "cancel", 128: "flatten", 129: "halt"}


def counted(program: Program, interpreter: Interpreter, given: Input, out: Output) -> Counter[str]:
    seen = Counter({"instants": 1, "signal values": len(program.signals)})
    seen.update(f"event {event}" for event in interpreter.raised)
    seen.update(type(frame).__name__ for frame in out.frames)
    seen.update(f"record {record.kind}" for record in out.records)
    seen.update(_of_records(program, out.records))
    seen.update(f"denied {frame.why}" for frame in out.frames if isinstance(frame, Deny))
    seen.update(f"replace refused {frame.why}" for frame in out.frames if isinstance(frame, RefuseReplace))
    seen.update(_of_input(interpreter, given))
    values = interpreter.signal_values()
    seen["not a number"] = sum(isinstance(value, float) and math.isnan(value) for value in values)
    seen["na or not ready"] = values.count(None)
    return seen


def _of_records(program: Program, records: list[Record]) -> Iterator[str]:
    for record in records:
        if record.kind == "transition":
            yield f"cause {CAUSES[int(record.payload[0])]}"
        elif record.kind == "command":
            yield f"command {VERBS[record.aux]}"
        elif record.kind == "risk" and record.id < len(program.bounds):
            yield f"{program.bounds[record.id].measure} {VERDICTS[record.aux]}"
        elif record.kind == "risk":
            kind = program.standing[record.id - len(program.bounds)].kind
            yield f"{kind} {'fires' if record.aux else 'ends'}"


def _of_input(interpreter: Interpreter, given: Input) -> Iterator[str]:
    timers = interpreter.timers
    match given:
        case Control(verb=verb):
            yield f"control {verb}"
        case Report(event=event, in_base=in_base, closed=closed):
            yield f"report {event}{' in base' if in_base else ''}{' closed' if closed else ''}"
        case Timer(timer=timer) if timer in (timers.flatten, timers.halt, timers.session):
            yield f"timer {('flatten', 'halt', 'session')[(timers.flatten, timers.halt, timers.session).index(timer)]}"
        case Timer(timer=timer):
            yield f"timer {'standing' if timer in timers.standing.values() else 'machine'}"
        case _:
            pass
    if interpreter.stopping and interpreter.running:
        yield "stopping while flattening"
    if any(slot.wish is not None for slot in interpreter.slots):
        yield "wish kept"
