"""Run the shared measurements on the installed package and fail below the pinned floors.

check_floors.py MEASURE.py FLOORS.json
"""

import json
import subprocess
import sys


def measure(script: str, *arguments: str) -> dict[str, object]:
    """Return the summary line of one measurement, printing all of its lines."""
    run = subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True, check=False)
    print(run.stdout, end="")
    if run.returncode:
        sys.exit(f"measure.py {' '.join(arguments)} failed:\n{run.stderr}")
    return json.loads(run.stdout.splitlines()[-1])


def main() -> None:
    """Compare every pinned figure; exit with a message for each that falls short, or when none is pinned."""
    script, floors_path = sys.argv[1:]
    with open(floors_path, encoding="utf-8") as file:
        floors = json.load(file)
    failures, checked = [], 0
    probabilities = measure(script, "seeds")["probabilities"]
    for seed, bounds in floors["seeds"].items():
        p = probabilities[seed]
        checked += 1
        if not bounds.get("at_least", 0.0) <= p <= bounds.get("at_most", 1.0):
            failures.append(f"seed {seed}: probability {p}, pinned {bounds}")
    restoration = measure(script, "restoration")
    for name, floor in floors["restoration"].items():
        checked += 1
        if restoration[name] < floor:
            failures.append(f"restoration: {name} {restoration[name]}, pinned {floor}")
    if not checked:
        failures.append("nothing is pinned")
    if failures:
        sys.exit("\n".join(failures))
    print(f"{checked} pinned figures hold")


if __name__ == "__main__":
    main()
