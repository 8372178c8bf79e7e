//! `portcullis diff`: what a change does, between two revisions.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use portcullis_policies::waiver::Coverage;
use portcullis_source::{Revision, Sources};

use super::{Done, Exit, Outcome, lint};
use crate::{
    args,
    diff::{self, Comparison, Extent},
    error::Error,
    report::{self, Material, Report, Side},
    settings::{self, Settings, Surroundings, today},
    terraform,
};

/// How reports call the head where it is no commit.
const WORK_TREE: &str = "the work tree";
const STAGED: &str = "what is staged";

/// How they call the base before the first commit.
const NOTHING: &str = "nothing";

/// The commit that is checked out.
const HEAD: &str = "HEAD";

/// Compares and reports.
pub(crate) fn run(arguments: &args::Diff, surroundings: &Surroundings) -> Outcome {
    let scope = scope(arguments);
    settings::threads(&scope);
    let root = Settings::root(&scope, surroundings)?;
    settings::in_git(&root, &arguments.base)?;
    let sources = Arc::new(Sources::default());
    let base_name = base(arguments, &root)?;
    let head = || match &arguments.head {
        Some(name) => Revision::commit(&root, name, Arc::clone(&sources)),
        None if arguments.staged => Revision::staged_in(&root, surroundings.index.as_deref(), Arc::clone(&sources)),
        None => Revision::work_tree(&root, Arc::clone(&sources)),
    };
    // Before the first commit there is nothing to compare with, and everything is new.
    let base = || match &base_name {
        Some(name) => Revision::commit(&root, name, Arc::clone(&sources)),
        None => Ok(Revision::memory(BTreeMap::new(), Arc::clone(&sources))),
    };
    let (base, head) = rayon::join(base, head);
    let (base, head) = (base?, head?);
    let names = (
        Side { name: base_name.as_ref().map_or_else(|| NOTHING.to_owned(), |_| arguments.base.clone()), commit: base.commit_id() },
        Side { name: head_name(arguments).to_owned(), commit: head.commit_id() },
    );
    // What is not committed has no message yet.
    let messages = base_name.as_deref().map(|base| Revision::messages(&root, base, arguments.head.as_deref().unwrap_or(HEAD)));
    let messages = messages.transpose()?.unwrap_or_default();
    let on_disk = arguments.head.is_none() && !arguments.staged;
    let mut head = Settings::of(head, (root.clone(), on_disk), &scope, surroundings)?;
    let mut base = Settings::of(base, (root, false), &scope, surroundings);
    terraform::open_plans(&mut head, &arguments.plan, surroundings)?;
    head.remember(&arguments.caching, surroundings);
    if let Ok(base) = &mut base {
        base.answers.clone_from(&head.answers);
        // What is the same on both sides is parsed once.
        base.supply.readings = Arc::clone(&head.supply.readings);
    }
    let library = lint::library(&head, &arguments.rule)?;
    // A rule that the base does not have finds nothing there.
    let before = base.as_ref().ok().map(|base| base.library.known_of(&arguments.rule));
    let comparison = Comparison {
        base: base.as_ref().map_err(Error::reason),
        head: &head,
        names,
        library: &library,
        before: before.as_ref().unwrap_or(&library),
        coverage: if arguments.rule.is_empty() { Coverage::Whole } else { Coverage::Part },
        today: today(arguments.today.as_deref(), surroundings)?,
        extent: extent(arguments),
        secret_key: surroundings.secret_key.clone(),
        messages,
    };
    let report = diff::compare(&comparison)?;
    let material = Material { report: &report, library: &library, sources: &sources };
    let output = report::write(&material, &arguments.reporting, surroundings)?;
    Ok(Done { output, notes: lint::notes_of_schemas(&report), code: exit(&report, arguments.all) })
}

/// The commit to compare with: where both sides were one, unless the base itself is asked for; none before the first commit.
fn base(arguments: &args::Diff, root: &Path) -> Result<Option<String>, Error> {
    if arguments.base == HEAD && arguments.head.is_none() && Revision::is_unborn(root) {
        return Ok(None);
    }
    if arguments.direct {
        return Ok(Some(arguments.base.clone()));
    }
    Ok(Some(Revision::merge_base(root, &arguments.base, arguments.head.as_deref().unwrap_or(HEAD))?))
}

fn head_name(arguments: &args::Diff) -> &str {
    match &arguments.head {
        Some(name) => name,
        None if arguments.staged => STAGED,
        None => WORK_TREE,
    }
}

fn extent(arguments: &args::Diff) -> Extent {
    match (arguments.exhaustive, arguments.all) {
        (true, _) => Extent::Exhaustive,
        (false, true) => Extent::Everything,
        (false, false) => Extent::Reached,
    }
}

fn scope(arguments: &args::Diff) -> args::Scope {
    args::Scope {
        paths: Vec::new(),
        environment: arguments.environment.clone(),
        service: arguments.service.clone(),
        revision: None,
        config: arguments.config.clone(),
        threads: arguments.threads,
    }
}

/// What can't be rendered or read outweighs findings, since nobody knows what else there is; a rule that is broken outweighs both.
fn exit(report: &Report, everything: bool) -> Exit {
    if report.has_broken_rules() {
        return Exit::Broken;
    }
    if !report.problems.is_empty() {
        return Exit::Incomplete;
    }
    if diff::denies(report, everything) { Exit::Findings } else { Exit::Clean }
}
