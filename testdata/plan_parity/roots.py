"""The roots that are compared: those of the platform, small ones of our own, the examples of modules."""

import pathlib
import shutil
import subprocess

from .comparison import Comparison
from .modules import Modules
from .plans import layers, planned, redirect
from .recording import recording
from .tools import HERE, REPOSITORY, Failed, ours


def platform(table, stubs, scratch, only):
    """This repository's own platform."""
    source = pathlib.PurePosixPath("platform-manifests/terraform")
    # Roots read files beside them.
    shutil.copytree(REPOSITORY / source.parent, scratch / source.parent)
    copy = scratch / source
    environments = sorted(path.name for path in (copy / "variables").iterdir())
    roots = layers(sorted(path.parent for path in copy.glob("*/versions.tf")))
    for environment in environments:
        for root in roots:
            # Terraform does not begin where others have workspaces and its own is not there yet.
            redirect(root, scratch / "states" / environment)
            name = f"{root.name}@{environment}"
            if only not in name:
                continue
            files = [copy / "variables" / environment / file for file in ("common.tfvars", f"{root.name}.tfvars")]
            try:
                theirs = planned(root, stubs, environment, [file for file in files if file.exists()], apply=True)
                comparison = Comparison(stubs)
                comparison.run(ours(REPOSITORY, str(source / root.name), environment), theirs)
                table.add(name, comparison)
            except Failed as why:
                table.fail(name, str(why))


def stubbed(table, stubs, scratch, only, record):
    """Small modules of our own."""
    for case in sorted(path for path in (HERE / "terraform/stubbed").iterdir() if path.is_dir()):
        label = f"stubbed/{case.name}"
        if only not in label:
            continue
        root = scratch / "stubbed" / case.name
        shutil.copytree(case, root)
        subprocess.run(["git", "init", "--quiet", root], check=True)
        theirs = planned(root, stubs)
        shutil.rmtree(root / ".terraform")
        if record:
            (case / "expected.json").write_text(recording(stubs, root, theirs))
        comparison = Comparison(stubs)
        comparison.run(ours(root, "."), theirs)
        table.add(label, comparison)


def examples(table, stubs, scratch, folders, only):
    """The examples of modules."""
    modules = Modules(folders, stubs.schemas["aws"]["version"])
    for name in modules.gits:
        repository = scratch / "repositories" / name
        tag = modules.newest(name)
        modules.lay(name, tag, repository)
        # Where a repository begins, git says.
        subprocess.run(["git", "init", "--quiet", repository], check=True)
        try:
            modules.rewrite(repository, repository)
        except Failed as why:
            table.fail(name, str(why))
            continue
        for root in sorted(path.parent for path in repository.glob("examples/*/main.tf")):
            label = f"{name}-{tag}/{root.name}"
            if only not in label:
                continue
            try:
                theirs = planned(root, stubs)
                shutil.rmtree(root / ".terraform")
                comparison = Comparison(stubs)
                comparison.run(ours(repository, str(root.relative_to(repository))), theirs)
                table.add(label, comparison)
            except Failed as why:
                table.fail(label, str(why))
