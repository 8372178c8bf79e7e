"""The real terraform, the stubs of its providers, and portcullis."""

import json
import os
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).resolve().parents[1]
REPOSITORY = HERE.parent
TOOLS = pathlib.Path(os.environ.get("PORTCULLIS_TOOLS", REPOSITORY / "target/tools")).resolve()
PORTCULLIS = pathlib.Path(os.environ.get("PORTCULLIS_BIN", REPOSITORY / "target/release/portcullis")).resolve()
SCHEMAS = TOOLS / "provider-schemas"
# Majors of providers that modules ask for. There the schemas are of a newer or older one; what is not in them is said and not planned.
MAJORS = range(0, 8)


class Stubs:
    """Providers that terraform finds instead of the real ones."""

    def __init__(self, scratch):
        self.schemas = {path.stem: json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")}
        mirror = scratch / "mirror"
        for name, schema in self.schemas.items():
            own = schema["version"]
            for version in [own] + [f"{major}.999.0" for major in MAJORS if str(major) != own.split(".")[0]]:
                folder = mirror / f"registry.terraform.io/hashicorp/{name}/{version}/linux_amd64"
                folder.mkdir(parents=True)
                (folder / f"terraform-provider-{name}").symlink_to(TOOLS / "stub-provider")
        self.config = scratch / "terraform.rc"
        self.config.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n')

    def block(self, address, type_):
        """The block of a resource's type; None where nothing here knows it."""
        provider = self.schemas.get(type_.split("_")[0], {})
        return provider.get("data" if re.search(r"(^|\.)data\.[^.]+\.[^.]+$", re.sub(r"\[[^\]]*\]", "", address)) else "resources", {}).get(type_)


class Failed(Exception):
    pass


def terraform(folder, stubs, *arguments, workspace="default"):
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
        "TF_CLI_CONFIG_FILE": str(stubs.config),
        "STUB_SCHEMAS": str(SCHEMAS),
    }
    if workspace != "default":
        environment["TF_WORKSPACE"] = workspace
    done = subprocess.run([TOOLS / "terraform", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"terraform {arguments[0]}: {reason(done.stdout + done.stderr)}")
    return done.stdout


def reason(text):
    """The first error, in a line."""
    plain = re.sub(r"\x1b\[[0-9;]*m|[│╷╵]", "", text)
    found = re.search(r"Error: (.*)", plain, re.S)
    return " ".join((found[1] if found else plain).split())[:400]


def ours(repository, root, environment=None):
    """What portcullis says: its resources, by address."""
    arguments = [PORTCULLIS, "-C", repository, "tf", root, "--format", "json"]
    if environment:
        arguments += ["--environment", environment]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    try:
        read = json.loads(done.stdout)
    except ValueError:
        raise Failed(f"portcullis: {done.stderr[-300:]}") from None
    roots = [one for one in read["roots"] if one["path"] == root]
    if len(roots) != 1:
        raise Failed(f"portcullis: {len(roots)} roots of this name")
    return roots[0]
