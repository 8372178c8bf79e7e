"""Values of ours and of a plan, held against each other."""

import json


def object_type(block):
    """The members of a block, with their types."""
    members = {name: ty for name, (ty, _) in block["attributes"].items()}
    for name, inner in block["blocks"].items():
        whole = ["object", object_type(inner["block"])]
        members[name] = whole if inner["nesting"] == "single" else [inner["nesting"], whole]
    return members


def escaped(name):
    return name.replace("~", "~0").replace("/", "~1")


def under(unknown, name):
    return unknown.get(name, False) if isinstance(unknown, dict) else unknown is True


def contains(unknown):
    if isinstance(unknown, dict):
        return any(contains(one) for one in unknown.values())
    if isinstance(unknown, list):
        return any(contains(one) for one in unknown)
    return unknown is True


def same(value, other):
    """Whether two values are one: a provider's schema makes texts of numbers and back, and a block that is not there an empty list."""
    if value is None or value == [] or value == {}:
        return other in (None, [], {})
    if isinstance(value, bool) or isinstance(other, bool):
        return as_text(value) == as_text(other)
    if isinstance(value, (int, float)) and isinstance(other, str) or isinstance(value, str) and isinstance(other, (int, float)):
        return as_text(value) == as_text(other)
    return value == other


def as_text(value):
    return json.dumps(value) if isinstance(value, (bool, int, float)) else value


def fits(value, other):
    """Whether what we know of an item is what is planned; the provider adds members that are null."""
    if isinstance(value, dict) and isinstance(other, dict):
        return all(fits(value.get(name), other.get(name)) for name in set(value) | set(other))
    if isinstance(value, list) and isinstance(other, list):
        return len(value) == len(other) and all(any(fits(a, b) for b in other) for a in value)
    return same(value, other)


def short(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 200 else text[:200] + "…"
