"""python -m boxoffice PLAN: prints what each seat costs."""

import sys

from boxoffice import house


def main() -> None:
    """Prints the plan that the command line names."""
    for seat, price in house.load(sys.argv[1]).prices.items():
        print(f"{seat} {price / 100:.2f}")


if __name__ == "__main__":
    main()
