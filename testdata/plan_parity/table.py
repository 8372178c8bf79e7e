"""What came of every root, and which differences are known."""

import collections
import sys

from .tools import HERE

DIFFERENCES = HERE / "terraform/plan-differences.txt"


class Table:
    """What came of every root."""

    def __init__(self):
        self.rows, self.failed, self.differences = [], [], []

    def add(self, name, comparison):
        self.rows.append((name, comparison.counts, len(comparison.differences)))
        self.differences += [(name, *one) for one in comparison.differences]
        print(f"{name}: {dict(comparison.counts)}, {len(comparison.differences)} differ", file=sys.stderr)

    def fail(self, name, why):
        self.failed.append((name, why))
        print(f"{name}: {why}", file=sys.stderr)

    def close(self):
        known = {line.split("\t")[0] for line in DIFFERENCES.read_text().splitlines() if line and not line.startswith("#")}
        unexpected = 0
        for name, address, path, what in self.differences:
            line = f"{name} {address} {path}"
            expected = line in known
            known.discard(line)
            unexpected += not expected
            print(f"{'known  ' if expected else 'DIFFERS'} {line}: {what}")
        run = {name for name, _, _ in self.rows}
        for line in sorted(known):
            if line.split()[0] in run:
                unexpected += 1
                print(f"GONE    {line} is named in {DIFFERENCES.name} and does not differ any more")
        for name, why in self.failed:
            print(f"not planned {name}: {why}")
        total = collections.Counter()
        print("| roots | planned | addresses | covered by uncertain ones | known attributes | known in part here alone | unknown | sensitive | differ |")
        for _, counts, _ in self.rows:
            total += counts
        columns = [len(self.rows) + len(self.failed), len(self.rows), *(total[name] for name in ("addresses", "covered", "known", "partly", "unknown", "sensitive")), len(self.differences)]
        print("| " + " | ".join(map(str, columns)) + " |")
        return 1 if unexpected or not self.rows else 0
