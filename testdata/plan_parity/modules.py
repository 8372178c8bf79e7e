"""Modules of the registry, out of git directories."""

import os
import pathlib
import re
import subprocess

from .tools import Failed

CALL = re.compile(r'(\n[ \t]*source[ \t]*=[ \t]*)"[\w-]+/([\w-]+)/aws(//[\w/.-]+)?"(?:[ \t]*\n[ \t]*version[ \t]*=[ \t]*"([^"]+)")?')


class Modules:
    """Modules out of git directories, laid into a repository that calls them."""

    def __init__(self, folders, version):
        self.version = tuple(map(int, version.split(".")))
        self.gits = {}
        for folder in folders:
            for path in sorted(pathlib.Path(folder).iterdir()):
                if found := re.search(r"terraform-aws-([\w-]+?)(?:\.git)?$", path.name):
                    self.gits[found[1]] = path / "repo" if (path / "repo").is_dir() else path

    def lay(self, name, revision, place):
        """Checks a revision out; archives that examples would upload are not needed."""
        place.mkdir(parents=True)
        packed = subprocess.run(["git", "--git-dir", self.gits[name], "archive", revision, "--", ".", ":(exclude)*.zip"], capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", place], input=packed, check=True)

    def newest(self, name, constraint=None):
        """The newest tag that a constraint takes, and that takes the provider whose schema there is."""
        tags = subprocess.run(["git", "--git-dir", self.gits[name], "tag"], capture_output=True, text=True, check=True).stdout.split()
        versions = sorted((tuple(map(int, tag[1:].split("."))), tag) for tag in tags if re.fullmatch(r"v\d+\.\d+\.\d+", tag))
        for version, tag in reversed(versions):
            if takes(constraint or "", version) and takes(self.provider(name, tag), self.version):
                return tag
        raise Failed(f"no tag of {name} is {constraint} and takes the provider")

    def provider(self, name, tag):
        """What a tag asks of the AWS provider's version."""
        text = subprocess.run(["git", "--git-dir", self.gits[name], "show", f"{tag}:versions.tf"], capture_output=True, text=True, check=False).stdout
        found = re.search(r'aws\s*=\s*\{[^}]*?version\s*=\s*"([^"]+)"', text, re.S)
        return found[1] if found else ""

    def rewrite(self, repository, folder):
        """Has calls of registry modules in a folder lead to copies in the repository."""

        def local(call):
            before, name, inner, constraint = call.groups()
            if name not in self.gits:
                return call[0]
            tag = self.newest(name, constraint)
            place = repository / "registry" / f"{name}-{tag}"
            if not place.exists():
                self.lay(name, tag, place)
                self.rewrite(repository, place)
            target = place / (inner or "").removeprefix("//")
            return f'{before}"./{os.path.relpath(target, path.parent)}"'

        for path in sorted(folder.rglob("*.tf")):
            text = path.read_text()
            if (changed := CALL.sub(local, text)) != text:
                path.write_text(changed)


def takes(constraint, version):
    for part in filter(None, map(str.strip, constraint.split(","))):
        sign, wanted = re.fullmatch(r"(~>|>=|<=|!=|=|>|<)?\s*([\d.]+)", part).groups()
        wanted = tuple(map(int, wanted.split(".")))
        whole = wanted + (0,) * (3 - len(wanted))
        held = {
            "~>": version >= whole and version[: len(wanted) - 1] == wanted[:-1],
            ">=": version >= whole,
            "<=": version <= whole,
            ">": version > whole,
            "<": version < whole,
            "!=": version != whole,
        }.get(sign, version == whole)
        if not held:
            return False
    return True
