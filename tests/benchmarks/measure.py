"""Two things measured turn by turn in one run, and their ratio. Figures depend on the machine; none is asserted."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

MILLI = 1000


@dataclass(frozen=True)
class Measured:
    """Seconds of many runs of one thing."""

    name: str
    seconds: list[float]

    @property
    def median(self) -> float:
        """The median in seconds."""
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        low, _, high = statistics.quantiles(self.seconds, n=4)
        return (
            f"{self.name:<52} median {self.median * MILLI:9.3f} ms   "
            f"middle half {low * MILLI:.3f} to {high * MILLI:.3f} ms   n = {len(self.seconds)}"
        )


def in_turn(pairs: dict[str, Callable[[int], object]], rounds: int, warm_up: int = 10) -> dict[str, Measured]:
    """Run each thing once a round, so that whatever else the machine does meets all of them alike."""
    seconds: dict[str, list[float]] = {name: [] for name in pairs}
    for turn in range(rounds + warm_up):
        for name, run in pairs.items():
            start = time.perf_counter()
            run(turn)
            if turn >= warm_up:
                seconds[name].append(time.perf_counter() - start)
    return {name: Measured(name, found) for name, found in seconds.items()}


def report(title: str, measured: dict[str, Measured], anchor: str, bars: dict[str, str]) -> None:
    """Print medians, spread and each ratio to the anchor, with the bar that was set for it."""
    print(f"\n{title}")
    for one in measured.values():
        print(f"  {one}")
    for name, bar in bars.items():
        ratio = measured[name].median / measured[anchor].median
        print(f"  {name} / {anchor}: {ratio:.2f} x   (bar {bar})")
