"""A plan as the recordings of terraform/stubbed have it."""

import json

from .tools import terraform
from .values import contains, object_type


def recording(stubs, root, theirs):
    """A plan, without what is not set."""
    made = {}
    for address, (type_, values, unknown) in sorted(theirs.items()):
        block = stubs.block(address, type_)
        found = set()
        sets(["object", object_type(block) if block else {}], "", found)
        made[address] = {"values": trimmed(values), "unknown": only_unknown(unknown) or {}, "sets": sorted(path for path in found if reaches(path, values))}
    tool = "terraform " + json.loads(terraform(root, stubs, "version", "-json"))["terraform_version"]
    whole = {"tool": tool, "schema": f"aws {stubs.schemas['aws']['version']}", "planned": made}
    return json.dumps(whole, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def trimmed(value):
    """A value without members that are not set."""
    if isinstance(value, dict):
        return {name: trimmed(one) for name, one in value.items() if one is not None and one != {} and one != []}
    if isinstance(value, list):
        return [trimmed(one) for one in value]
    return value


def only_unknown(unknown):
    """What is unknown, without what is not."""
    if isinstance(unknown, dict):
        return {name: only_unknown(one) for name, one in unknown.items() if contains(one)}
    if isinstance(unknown, list):
        return [only_unknown(one) for one in unknown]
    return unknown


def sets(type_, path, found):
    """The paths of sets, items left out."""
    if not isinstance(type_, list):
        return
    kind, inner = type_
    if kind == "object":
        for name, one in inner.items():
            sets(one, f"{path}/{name}", found)
        return
    if kind == "set":
        found.add(path)
    sets(inner, path, found)


def reaches(path, values):
    at = [values]
    for name in path.split("/")[1:]:
        at = [one.get(name) for item in at for one in (item if isinstance(item, list) else [item]) if isinstance(one, dict)]
    return any(one not in (None, []) for one in at)
