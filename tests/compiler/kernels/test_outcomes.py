"""What is told of an event's outcomes. That it is all of them, and no more, is seen on a million orders (test_agreement.py)."""

import pytest

from stratc.compiler.kernels import load_kernel
from stratc.compiler.kernels.outcomes import Outcome, outcomes
from tests.support.kernel_lockstep import program

SWITCH = """
kernel SWITCH {
  type level = 0 .. 9;
  enum mode { OFF, LOW, HIGH, STUCK }
  input set(to: level, hold: bool);
  input trip();
  output told(mode: mode);
  state mode: mode = OFF;
  def next_mode(l: level): mode = if l == 0 then OFF else if l < 5 then LOW else HIGH;
  on set(m) when mode is STUCK and m.hold { }
  on set(m) when not (mode in { OFF, STUCK }) { let wanted = next_mode(m.to); if wanted != mode { next mode = wanted; } }
  on set(m) { next mode = if m.hold then LOW else next_mode(m.to); emit told(mode = mode); }
  on trip(m) when mode is HIGH or mode is LOW { next mode = STUCK; }
  on trip(m) when mode is STUCK { }
  on trip(m) { emit told(mode = mode); }
}
"""


def test_conditions_and_choices_over_the_register_are_followed() -> None:
    found = outcomes(load_kernel(SWITCH), "state", "mode")
    assert found["set"] == {
        "OFF": Outcome(("set/3",), ("OFF", "LOW", "HIGH")),
        "LOW": Outcome(("set/2",), ("OFF", "LOW", "HIGH")),
        "HIGH": Outcome(("set/2",), ("OFF", "LOW", "HIGH")),
        "STUCK": Outcome(("set/1", "set/3"), ("OFF", "LOW", "HIGH", "STUCK")),
    }
    assert found["trip"] == {
        "OFF": Outcome(("trip/3",), ("OFF",)),
        "LOW": Outcome(("trip/1",), ("STUCK",)),
        "HIGH": Outcome(("trip/1",), ("STUCK",)),
        "STUCK": Outcome(("trip/2",), ("STUCK",)),
    }


def test_only_states_are_told_apart() -> None:
    with pytest.raises(ValueError, match="no enumeration"):
        outcomes(program("order"), "slot", "qty")
