"""`python -m tests.mutation [--seed S] [--wanted N] [--show]`: the table of rates, of as many mutants as asked for."""

import argparse

from tests.mutation.measure import HEAD, measured, programs, row
from tests.mutation.mutate import KINDS


def main() -> None:
    parser = argparse.ArgumentParser(description="How well mistakes of one token are reported.")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--wanted", type=int, default=200, help="rejected mutants of each kind")
    parser.add_argument("--show", action="store_true", help="also the mutants that are reported badly")
    options = parser.parse_args()
    among = programs()
    print(HEAD)
    for kind in KINDS:
        rate = measured(kind, options.seed, options.wanted, among)
        print(row(kind, rate), flush=True)
        if options.show:
            print("\n".join(f"  {line}" for line in (*rate.too_many, *rate.elsewhere)))


if __name__ == "__main__":
    main()
