"""Roots to what the real terraform plans of them."""

import json
import re
import shutil

from .tools import terraform

BACKEND = re.compile(r'backend\s+"\w+"\s*\{[^}]*?key\s*=\s*"([^"]+)"', re.S)
STATE = re.compile(r'data\s+"terraform_remote_state"\s+"(\w+)"\s*\{.*?key\s*=\s*"([^"]+)"', re.S)


def texts(root):
    return "\n".join(path.read_text() for path in sorted(root.glob("*.tf")))


def layers(roots):
    """Roots in the order in which they read each other's state."""
    keys = {root: (BACKEND.search(texts(root)) or [None, None])[1] for root in roots}
    ordered = []
    while len(ordered) < len(roots):
        done = {keys[root] for root in ordered}
        ready = [root for root in roots if root not in ordered and {key for _, key in STATE.findall(texts(root))} - done <= {None}]
        ordered += ready or [root for root in roots if root not in ordered]
    return ordered


def redirect(root, states):
    """Has a root keep its state, and read that of others, in a folder."""
    override = root / "portcullis_override.tf"
    override.unlink(missing_ok=True)
    text, over = texts(root), []
    place = lambda key: f'path = "{states / key / "terraform.tfstate"}"\n    workspace_dir = "{states / key}"'
    if found := BACKEND.search(text):
        over.append(f'terraform {{\n  backend "local" {{\n    {place(found[1])}\n  }}\n}}')
    for name, key in STATE.findall(text):
        over.append(f'data "terraform_remote_state" "{name}" {{\n  backend = "local"\n  config = {{\n    {place(key)}\n  }}\n}}')
    if over:
        override.write_text("\n".join(over) + "\n")


def planned(root, stubs, workspace="default", files=(), apply=False):
    """What the real terraform plans: address to (type, values, what is unknown), with its outputs under their names."""
    # What another environment left there.
    shutil.rmtree(root / ".terraform", ignore_errors=True)
    terraform(root, stubs, "init", "-input=false", workspace=workspace)
    terraform(root, stubs, "plan", "-input=false", "-lock=false", "-out=it.tfplan", *(f"-var-file={file}" for file in files), workspace=workspace)
    shown = json.loads(terraform(root, stubs, "show", "-json", "it.tfplan", workspace=workspace))
    if apply:
        terraform(root, stubs, "apply", "-input=false", "-lock=false", "it.tfplan", workspace=workspace)
    found = {}
    for change in shown.get("resource_changes", []):
        found[change["address"]] = (change["type"], change["change"]["after"], change["change"].get("after_unknown", False))
    for name, change in shown.get("output_changes", {}).items():
        found[f"output.{name}"] = ("output", {"value": change.get("after")}, {"value": change.get("after_unknown", False)})
    for one in resources(shown.get("prior_state", {}).get("values", {}).get("root_module", {})):
        if one["mode"] == "data":
            found[one["address"]] = (one["type"], one["values"], False)
    return found


def resources(module):
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from resources(child)
