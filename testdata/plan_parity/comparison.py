"""One root: what was compared, and what differs."""

import collections
import re

from .values import contains, escaped, fits, object_type, same, short, under


class Comparison:
    """One root: what was compared and what differs."""

    def __init__(self, stubs):
        self.stubs = stubs
        self.counts = collections.Counter()
        self.differences = []

    def differs(self, address, path, what):
        self.differences.append((address, path, what))

    def run(self, mine, theirs):
        unclear = set()
        seen = set()
        for one in mine["resources"]:
            address = one["address"]
            if not one["certain"]:
                unclear.add(re.sub(r"\[[^\]]*\]", "", address))
                self.counts["uncertain"] += 1
                continue
            seen.add(address)
            if address not in theirs:
                # A data source that reads nothing known is not in a plan before it is read.
                self.differs(address, "", "ours alone")
                continue
            self.counts["addresses"] += 1
            self.resource(one, *theirs[address])
        for name, output in mine["outputs"].items():
            seen.add(f"output.{name}")
            planned = theirs.get(f"output.{name}")
            if planned and not output["sensitive"]:
                one = {"address": f"output.{name}", "unknown": ["/value" + path for path in output["unknown"]], "sensitive": [], "values": {"value": output["value"]}}
                self.value(one, set(), "/value", output["type"], output["value"], planned[1]["value"], planned[2]["value"])
        for address in sorted(set(theirs) - seen):
            if re.sub(r"\[[^\]]*\]", "", address) in unclear:
                self.counts["covered"] += 1
            else:
                self.differs(address, "", "planned alone")

    def resource(self, mine, type_, values, unknown):
        block = self.stubs.block(mine["address"], type_)
        members = object_type(block) if block else {}
        computed = {"/" + name for name, (_, flags) in (block["attributes"] if block else {}).items() if "c" in flags}
        hidden = set(mine["sensitive"])
        for name, value in mine["values"].items():
            path = "/" + name.replace("~", "~0").replace("/", "~1")
            if type_ == "terraform_remote_state" and name in ("backend", "config"):
                # The runner put the states elsewhere.
                continue
            self.value(mine, hidden, path, members.get(name), value, values.get(name), (unknown or {}).get(name, False), computed)

    def value(self, mine, hidden, path, type_, value, other, unknown, computed=frozenset()):
        if path in mine["unknown"]:
            self.counts["unknown"] += 1
            return
        if path in hidden:
            self.counts["sensitive"] += 1
            return
        kind, inner = type_[:2] if isinstance(type_, list) else (None, None)
        if value in (None, []) and (unknown is True or path in computed) and not mine["address"].startswith("output."):
            # What is not set, the provider may set.
            self.counts["unset"] += 1
            return
        if unknown is True and any(one.startswith(path + "/") for one in mine["unknown"]):
            # Of a set, and of what went through a function, the plan knows nothing where one part is unknown.
            self.counts["partly"] += 1
            return
        if kind == "object" and isinstance(value, list) and len(value) == 1:
            # A block of which there is one at most; only the schema says so.
            (value,), path = value, f"{path}/0"
        if kind == "object" and isinstance(value, dict) and unknown is not True and isinstance(other, dict) and not mine["address"].startswith("output."):
            # The provider adds what is not set.
            for name, member in value.items():
                self.value(mine, hidden, f"{path}/{escaped(name)}", inner.get(name), member, other.get(name), under(unknown, name))
            return
        if isinstance(value, dict) and isinstance(other, dict) and unknown is not True:
            # Of a resource as a whole we say what is set.
            for name in sorted(set(value) if type_ == "dynamic" else set(value) | set(other)):
                self.value(mine, hidden, f"{path}/{escaped(name)}", inner.get(name) if kind == "object" else inner if kind == "map" else None, value.get(name), other.get(name), under(unknown, name))
            return
        if isinstance(value, list) and isinstance(other, list) and unknown is not True:
            self.items(mine, hidden, path, kind, inner, value, other, unknown)
            return
        self.counts["known"] += 1
        if unknown is True:
            self.differs(mine["address"], path, f"ours {short(value)}, not known in the plan")
        elif not same(value, other):
            self.differs(mine["address"], path, f"ours {short(value)}, planned {short(other)}")

    def items(self, mine, hidden, path, kind, inner, value, other, unknown):
        if kind == "set":
            # Equal items are one; an item with a part that is unknown may be any.
            partly = any(one.startswith(path + "/") for one in (*mine["unknown"], *hidden)) or unknown not in (False, []) and contains(unknown)
            if partly:
                self.counts["unknown"] += 1
                if len(other) > len(value):
                    self.differs(mine["address"], path, f"ours {len(value)} items, planned {len(other)}")
                return
            self.counts["known"] += 1
            if not (all(any(fits(a, b) for b in other) for a in value) and all(any(fits(a, b) for a in value) for b in other)):
                self.differs(mine["address"], path, f"ours {short(value)}, planned {short(other)}")
            return
        if len(value) != len(other):
            self.counts["known"] += 1
            self.differs(mine["address"], path, f"ours {len(value)} items, planned {len(other)}")
            return
        for at, (a, b) in enumerate(zip(value, other)):
            of = inner[at] if kind == "tuple" else inner if kind == "list" else None
            self.value(mine, hidden, f"{path}/{at}", of, a, b, unknown[at] if isinstance(unknown, list) and at < len(unknown) else unknown is True)
