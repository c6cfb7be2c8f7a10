"""Runs programs in the interpreter and in their generated C, side by side on the same inputs, and compares all that can be seen.

`python -m tests.support.lockstep LIBRARY FIRST COUNT` does it for a library made before: the way into a sanitizer's process.
"""

import math
import re
import struct
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from cffi import FFI

from stratc.compiler.interpreter import (
    Bars,
    Control,
    Deny,
    Fault,
    Interpreter,
    Output,
    Record,
    RefuseReplace,
    Report,
    SendCancel,
    SendReplace,
    SendSubmit,
    Timer,
)
from stratc.compiler.interpreter.messages import Frame, Input
from stratc.compiler.program import Kind, Program
from stratc.targets.cpu.artifact import KERNEL_SOURCES
from stratc.targets.cpu.cache import objects
from stratc.targets.cpu.lower_program import generate
from stratc.targets.cpu.module import HEADERS, declarations
from stratc.targets.cpu.toolchain import OPTIMISED, SANITIZERS, find_toolchain
from tests.support.occurrences import counted
from tests.support.random_inputs import RandomInputs
from tests.support.random_programs import constructs, random_program

NEVER = 2**63 - 1
SIDES = ("BUY", "SELL")
KINDS = ("MARKET", "LIMIT", "STOP", "STOP_LIMIT")
TIFS = ("DAY", "GTC", "GTD", "IOC", "FOK")
URGENCIES = ("PASSIVE", "MID", "CROSS")
WHYS = {"NA": 1, "RANGE": 2, "MIN_QTY": 3, "SLOT": 4, "RISK": 5, "REDUCE_ONLY": 6}
REPORTS = (
    "ACK", "FILL", "CLOSE", "DENY", "REPLACE_ACK", "REPLACE_REJECT", "CANCEL_REJECT", "TRIGGERED", "UNKNOWN", "NOTICE",
)  # fmt: skip
RECORDS = {"signal": 1, "risk": 2, "transition": 3, "command": 4, "note": 5}
FAULTS = {"POSITION": 1, "MONEY": 2, "REPORT": 4, "ADOPT": 5}
CONTROL, REPORT, TIMER, BARS, DATA = 1, 2, 3, 4, 5
TYPES: dict[type[Any], int] = {SendSubmit: 16, SendReplace: 17, SendCancel: 18}
BODIES: dict[type[Any], str] = {SendSubmit: "submit", SendReplace: "replace", SendCancel: "cancel"}
REPORT_FRAME = 32
WORKING, CLOSED, DENIED = 4, 5, 5
VERBS = {"start": 1, "stop": 2, "pause": 3, "resume": 4, "flatten": 5, "kill": 6, "adopt": 7}


# ---- several programs in one library


def build_batch(programs: list[Program], folder: Path, *, sanitize: bool = False) -> Path:
    """Each program's descriptor is called PROGRAM_<its source's stem>."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "batch.c").write_text("".join(map(_apart, programs)), encoding="utf-8")
    toolchain, extra = find_toolchain(), SANITIZERS if sanitize else ()
    kernel = objects(toolchain, KERNEL_SOURCES, scratch=folder, jobs=2, flags=(*OPTIMISED, *extra))
    toolchain.compile("batch.c", folder / "batch.o", folder=folder, flags=("-O1", *extra))
    toolchain.link([folder / "batch.o", *kernel], folder / "batch.so", shared=True, flags=extra)
    return folder / "batch.so"


def _apart(program: Program) -> str:
    """The text of a program with its own names for what every program has: its descriptor and its enumerators."""
    text = generate(program, "")
    lists = re.findall(r"^enum \{(.*?)\};", text, flags=re.MULTILINE | re.DOTALL)
    names = ["PROGRAM", *(name for found in lists for name in re.findall(r"\b[A-Z]\w*", found))]
    mine = {f"STRATC_{name}" if name == "PROGRAM" else name: f"{name}_{program.name}" for name in names}
    before = "".join(f"#define {name} {own}\n" for name, own in mine.items())
    return before + text + "".join(f"\n#undef {name}" for name in mine) + "\n"


class Library:
    def __init__(self, path: Path, programs: list[Program]) -> None:
        self.ffi = FFI()
        types = declarations(HEADERS).replace("extern stratc_program STRATC_PROGRAM;", "")
        self.ffi.cdef(types + "".join(f"extern stratc_program PROGRAM_{p.name};" for p in programs))
        self.library = self.ffi.dlopen(str(path))

    def start(self, program: Program) -> "Native":
        return Native(self.ffi, getattr(self.library, f"PROGRAM_{program.name}"), program)


# ---- the C side of one run


class Native:
    def __init__(self, ffi: FFI, descriptor: Any, program: Program) -> None:
        self.ffi, self.program, self.descriptor, self.seq = ffi, program, descriptor, 0
        params = ffi.new("stratc_value[]", max(1, len(program.params)))
        for slot, declared in zip(params, program.params, strict=False):
            setattr(slot, "f" if declared.kind is Kind.NUMBER else "i", declared.value)
        # Of the exact size, so that a sanitizer sees a write beyond the context.
        self.context = ffi.new("char[]", descriptor.context_size)
        self.core = ffi.cast("stratc_core *", self.context)
        self.holdings = ffi.cast("stratc_holding *", self.context + descriptor.holdings)
        self.frames = ffi.new("stratc_frame[]", descriptor.max_frames)
        self.records = ffi.new("stratc_record[]", descriptor.max_records)
        self.output = ffi.new("stratc_output *")
        self.output.frames, self.output.frame_capacity = self.frames, descriptor.max_frames
        self.output.records, self.output.record_capacity = self.records, descriptor.max_records
        assert descriptor.warm_up(params) == program.warm_bars.at([p.value for p in program.params])
        descriptor.init(self.context, params, program.capital)
        self.trial = ffi.new("char[]", descriptor.context_size)
        descriptor.init(self.trial, params, program.capital)

    def step(self, given: Bars | Control | Report | Timer) -> int:
        """Every other instant without bars happens to a copy, which is then taken over, as a trial walk of a bar does."""
        self.seq += 1
        tried = not isinstance(given, Bars) and self.seq % 2 == 0
        if tried:
            self.descriptor.copy(self.trial, self.context)
        made = self.ffi.new("stratc_input *")
        made.seq, made.now = self.seq, given.now
        kept = self._fill(made, given)
        fault: int = self.descriptor.step(self.trial if tried else self.context, made, self.output)
        del kept
        if tried:
            self.descriptor.copy(self.context, self.trial)
        return fault

    def _fill(self, made: Any, given: Bars | Control | Report | Timer) -> Any:
        """What it returns must live as long as the input."""
        match given:
            case Control():
                made.kind, made.verb = CONTROL, VERBS[given.verb]
                taken = self.ffi.new("stratc_taken[]", given.taken or [(0, 0)])
                made.taken = taken
                return taken
            case Timer():
                made.kind, made.verb, made.deadline = TIMER, given.timer, given.deadline
            case Bars():
                bars = self._bars(given)
                spoken = any(not self.program.feeds[bar.feed].is_bars for bar in given.bars)
                made.kind, made.verb, made.bars = DATA if spoken else BARS, len(given.bars), bars
                return bars
            case Report():
                frame = self._report(given)
                made.kind, made.report = REPORT, frame
                return frame
        return None

    def _bars(self, given: Bars) -> Any:
        made = self.ffi.new("stratc_bar[]", max(1, len(given.bars)))
        for place, bar in zip(made, given.bars, strict=False):
            for name in ("open", "high", "low", "close", "volume", "close_px", "feed"):
                setattr(place, name, getattr(bar, name))
        return made

    def _report(self, given: Report) -> Any:
        frame = self.ffi.new("stratc_frame *")
        frame.header.version, frame.header.type, frame.header.length = 1, REPORT_FRAME, 128
        body = frame.report
        body.id, body.event, body.side = given.order, REPORTS.index(given.event), SIDES.index(given.side)
        body.phase = CLOSED if given.closed else WORKING
        body.fee_currency, body.reason = given.in_base, DENIED if given.ours else 0
        for name in ("template", "last_qty", "last_px", "fee", "position_after", "qty", "px"):
            setattr(body, name, getattr(given, name))
        return frame

    def signals(self) -> list[float | None]:
        count = max(1, len(self.program.signals))
        values, ok = self.ffi.new("double[]", count), self.ffi.new("uint8_t[]", count)
        self.descriptor.signal_values(self.context, values, ok)
        return [values[i] if ok[i] else None for i in range(len(self.program.signals))]

    def next_deadline(self) -> tuple[int, int] | None:
        timer = self.ffi.new("int32_t *")
        due = self.descriptor.next_deadline(self.context, timer)
        return None if due == NEVER else (due, timer[0])

    def sent(self) -> list[Any]:
        return [bytes(self.ffi.buffer(self.ffi.addressof(self.frames[i]))) for i in range(self.output.frame_count)]

    def logged(self) -> list[Any]:
        found = []
        for i in range(self.output.record_count):
            r = self.records[i]
            words = [r.payload[0].f] if r.kind == RECORDS["signal"] else [r.payload[k].i for k in range(4)]
            found.append((r.seq, r.now, r.kind, r.id, r.line, r.crc32c, r.aux, *map(_bits, words)))
        return found

    # ---- what the interpreter put out, in the words of C

    def frame_bytes(self, now: int, frame: Frame) -> bytes:
        made = self.ffi.new("stratc_frame *")
        made.header.version, made.header.length, made.header.ts_ns = 1, 128, now
        made.header.type = TYPES.get(type(frame), REPORT_FRAME)
        made.header.instrument = self.program.templates[frame.template].instrument
        body = getattr(made, BODIES.get(type(frame), "report"))
        for name in ("qty", "px", "trigger", "template", "reduce_only", "expires", "post_only", "sibling", "route"):
            if hasattr(frame, name):
                setattr(body, name, getattr(frame, name))
        body.id = 0 if isinstance(frame, Deny) else frame.order
        if isinstance(frame, SendSubmit | SendReplace):
            body.urgency = URGENCIES.index(frame.urgency)
        match frame:
            case SendSubmit():
                body.side, body.kind, body.tif = SIDES.index(frame.side), KINDS.index(frame.kind), TIFS.index(frame.tif)
            case Deny() | RefuseReplace():
                body.position_after, body.event_time, body.reason = frame.position, now, DENIED
                denies = isinstance(frame, Deny)
                body.event = REPORTS.index("DENY" if denies else "REPLACE_REJECT")
                body.phase = CLOSED if denies else WORKING
                body.why, body.side = WHYS[frame.why], SIDES.index(frame.side)
            case _:
                pass
        return bytes(self.ffi.buffer(made))

    def record_words(self, now: int, record: Record) -> Any:
        words = record.payload if record.kind == "signal" else (*record.payload, 0, 0, 0, 0)[:4]
        head = (self.seq, now, RECORDS[record.kind], record.id % 2**16, record.line, 0, record.aux)
        return (*head, *map(_bits, words))


def _bits(value: float | int | None) -> int | str | None:
    """A NaN is a NaN: which one an operation makes, C leaves to the compiler and the machine."""
    if not isinstance(value, float):
        return value
    return "nan" if math.isnan(value) else struct.pack("<d", value).hex()


# ---- side by side


def compare(library: Library | None, seed: int, instants: int) -> Counter[str]:
    """Runs the program of a seed on inputs of its own; says how much of what was compared. Without a library nothing is."""
    program = random_program(seed)
    native, inputs = (
        library.start(program) if library else None,
        RandomInputs(seed, program),
    )
    interpreter = Interpreter(program, [p.value for p in program.params], program.capital)
    seen: Counter[str] = Counter(programs=1) + constructs(program)
    for number in range(instants):
        where = f"seed {seed}, instant {number}"
        given = inputs.next(interpreter.next_deadline())
        code = native.step(given) if native else 0
        out = _step(interpreter, given)
        if isinstance(out, Fault):
            assert code == FAULTS[str(out)] or native is None, f"{where}: {given}"
            return seen + Counter({"instants": 1, f"fault {out}": 1})
        assert code == 0, f"{where}: {given}"
        if native:
            compare_instant(where, native, interpreter, given, out)
        inputs.saw(out)
        seen += counted(program, interpreter, given, out)
    return seen


def _step(interpreter: Interpreter, given: Input) -> Output | Fault:
    try:
        return interpreter.step(given)
    except Fault as fault:
        return fault


def compare_instant(where: str, native: Native, interpreter: Interpreter, given: Input, out: Output) -> None:
    account, core, program = interpreter.account, native.core, native.program
    values = [None if value is None else float(value) for value in interpreter.signal_values()]
    pairs = {
        "signals": ([*map(_bits, native.signals())], [*map(_bits, values)]),
        "records": (native.logged(), [native.record_words(given.now, record) for record in out.records]),
        "frames": (native.sent(), [native.frame_bytes(given.now, frame) for frame in out.frames]),
        "state": (program.machine.states[core.state].name, interpreter.state),
        "deadline": (native.next_deadline(), interpreter.next_deadline()),
        "flat": (bool(core.flat), interpreter.flat),
    }
    for name in ("equity", "realised", "fees", "streak"):
        pairs[name] = (getattr(core.account, name), getattr(account, name))
    for index, holding in enumerate(account.holdings):
        for name in ("position", "realised", "fees", "cost", "mark", "dust"):
            pairs[f"{name} of {index}"] = (getattr(native.holdings[index], name), getattr(holding, name))
    if any(rule.kind == "loss" for rule in program.standing):  # nobody else asks for it
        pairs["day's first equity"] = (core.day_equity, interpreter.standing.day_equity)
    pairs["halted until"] = (core.halted_until, interpreter.brake.halted_until)
    pairs["phase of flatten"] = (core.flatten, interpreter.flatten.phase)
    for name, (found, expected) in pairs.items():
        assert found == expected, f"{where}: {name}: C {found}, interpreter {expected} after {given}: {out}"


def compare_all(path: Path, seeds: range, instants: int) -> Counter[str]:
    library = Library(path, [random_program(seed) for seed in seeds])
    return sum((compare(library, seed, instants) for seed in seeds), Counter())


if __name__ == "__main__":
    first, count, length = map(int, sys.argv[2:])
    print(sorted(compare_all(Path(sys.argv[1]), range(first, first + count), length).items()))
