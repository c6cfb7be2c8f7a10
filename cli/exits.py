"""Exit codes of `stratc`: the same table as the binaries it builds (runtime/native/base.h, docs/cli.md)."""

OK = 0
PROGRAM = 1  # the strategy text has errors, or is not laid out as `fmt` does it
USAGE = 2  # unknown option, missing argument, parameter out of range
INPUT = 3  # a file can't be read
DATA = 4  # a file was read but its rows break the schema
OUTPUT = 5  # a result can't be written
TOOLCHAIN = 6  # no C compiler, or it failed
DIFFERS = 7  # a replay is not what its run was
INTERNAL = 70  # a promise of ours is broken
INTERRUPT = 130
