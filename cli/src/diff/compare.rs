//! The whole way from two revisions to a report.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_policies::{Date, Engine, Facts, Finding, Level, Library, Resource, Waivers, waiver::Coverage};
use portcullis_source::{Partial, Problem, Sources, Stage};

use super::{
    judge::{Judged, judge},
    lines::ChangedLines,
    reach::Reached,
    show::secret_key,
    side::{Side, Spreads},
    tell::{Told, tell},
};
use crate::{
    check,
    error::Error,
    own, pipeline,
    report::{self, Report},
    settings::Settings,
    terraform::{self, Checked, Keep, Kept},
};

/// How much of two revisions is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// What the change reaches.
    Reached,
    /// What the change reaches on both sides, and the rest once.
    Everything,
    /// Everything on both sides.
    Exhaustive,
}

/// What is compared, and how.
pub(crate) struct Comparison<'a> {
    /// The tree before; or why nothing is known of it.
    pub(crate) base: Result<&'a Settings, String>,
    /// The tree that is judged.
    pub(crate) head: &'a Settings,
    /// How both are called.
    pub(crate) names: (report::Side, report::Side),
    /// The rules of the head.
    pub(crate) library: &'a Library,
    /// Those of the base.
    pub(crate) before: &'a Library,
    /// Whether these are all rules.
    pub(crate) coverage: Coverage,
    /// The day that waivers are judged by.
    pub(crate) today: Date,
    /// How much is rendered.
    pub(crate) extent: Extent,
    /// What secrets are hashed with.
    pub(crate) secret_key: Option<String>,
    /// The messages of its commits.
    pub(crate) messages: Vec<String>,
}

impl Comparison<'_> {
    /// Which findings count.
    pub(super) fn counted(&self) -> report::Counted {
        match self.extent {
            Extent::Everything => report::Counted::All,
            Extent::Reached | Extent::Exhaustive => report::Counted::New,
        }
    }
}

/// Says what a change does.
pub(crate) fn compare(comparison: &Comparison<'_>) -> Result<Report, Error> {
    let base = match &comparison.base {
        Ok(base) => base,
        Err(reason) => return alone(comparison, reason),
    };
    let head = comparison.head;
    let (after, engines) = rayon::join(|| pipeline::expand(head), || Engines::new(comparison, base));
    let (Partial { value: after, problems: head_problems }, engines) = (after?, engines?);
    // What both sides hold and expand to alike is looked for once.
    let is_shared = comparison.extent != Extent::Exhaustive && same_config(base, head) && after.holds_for(&head.revision, &base.revision);
    let own = match is_shared {
        true => None,
        false => match pipeline::expand(base) {
            Ok(expanded) => Some(expanded),
            Err(error) => return alone(comparison, &error.reason()),
        },
    };
    let (before, base_problems) = match &own {
        Some(Partial { value, problems }) => (value, problems.clone()),
        None => (&after, head_problems.clone()),
    };
    let spreads = Spreads::default();
    let base_engine = engines.base.as_ref().unwrap_or(&engines.head);
    let mut roots = rayon::join(
        || terraform::check(base, base_engine, terraform::discover(base), Keep::Roots),
        || terraform::check(head, &engines.head, terraform::discover(head), Keep::Roots),
    );
    let (before, after) = rayon::join(
        || Side::new(base, (before, &roots.0.charts), ("base", &spreads), base_engine),
        || Side::new(head, (&after, &roots.1.charts), ("head", &spreads), &engines.head),
    );
    let after = after?;
    let before = match before {
        Ok(before) => before,
        Err(error) => return alone(comparison, &error.reason()),
    };
    // Taken before anything is made, which is more or less, as is asked for.
    let key = secret_key(comparison.secret_key.as_deref(), &[&base.revision, &head.revision]);
    let mut extent = comparison.extent;
    let is_judged_otherwise =
        engines.base.is_some() || base.config.waivers != head.config.waivers || !before.kinds.same_files(&after.kinds);
    if extent == Extent::Reached && is_judged_otherwise {
        extent = Extent::Everything;
    }
    let (mut reached, mut judged) = judge_both(comparison, &engines, (&before, &after), (extent, (&roots.0, &roots.1)));
    if extent == Extent::Reached && waivers_may_differ(base, head, &judged) {
        (reached, judged) = judge_both(comparison, &engines, (&before, &after), (Extent::Everything, (&roots.0, &roots.1)));
    }
    known(head, (&before, &after))?;
    let lines = ChangedLines::new(Some(&base.revision), &head.revision);
    let Verdicts { judged, mut problems, undecided } = judged;
    roots.1.account.doubt(undecided);
    problems.base.extend(base_problems);
    let (sets, others): (Vec<Problem>, Vec<Problem>) = head_problems.into_iter().partition(|problem| is_of_set(problem, &after));
    problems.reached.extend(sets);
    problems.reached.extend(own::problems(head));
    problems.head.extend(others);
    let (sides, terraform) = ((&before, &after), (&roots.0, &roots.1));
    let told = Told { key, comparison, sides, reached: &reached, lines: &lines, engine: &engines.head, terraform };
    Ok(tell(&told, judged.judged, problems))
}

/// Whether an ApplicationSet could not be expanded, so that nobody knows what the change does to its Applications.
fn is_of_set(problem: &Problem, head: &Side<'_>) -> bool {
    let unmade = || head.expanded.unmade().iter().any(|one| Some(&*one.name) == problem.application.as_deref());
    problem.stage == Stage::Argo && (problem.application.is_none() || unmade())
}

/// Whether both sides are configured by the same file, or by none.
fn same_config(base: &Settings, head: &Settings) -> bool {
    let file = |settings: &Settings| settings.config_file.as_ref().map(|file| file.id());
    file(base) == file(head)
}

/// An environment or service that no application of either side is for is a mistake, not a clean run.
fn known(head: &Settings, (before, after): (&Side<'_>, &Side<'_>)) -> Result<(), Error> {
    let contexts: Vec<_> = before.units.values().chain(after.units.values()).map(|unit| unit.context.clone()).collect();
    pipeline::known(head, &contexts)
}

/// Judges the head alone: everything in it is new.
fn alone(comparison: &Comparison<'_>, reason: &str) -> Result<Report, Error> {
    let Comparison { head, library, today, coverage, names, .. } = comparison;
    let mut report = pipeline::lint(head, library, *today, *coverage)?;
    for finding in &mut report.findings {
        finding.status = Some(report::Status::New);
    }
    report.changes = Some(report::Changes {
        base: names.0.clone(),
        head: names.1.clone(),
        applications: Vec::new(),
        unchanged: 0,
        base_unknown: Some(reason.to_owned()),
        counted: comparison.counted(),
    });
    Ok(report)
}

/// The rules as each side configures them; one engine where that is the same.
struct Engines {
    base: Option<Engine>,
    head: Engine,
}

impl Engines {
    fn new(comparison: &Comparison<'_>, base: &Settings) -> Result<Self, Error> {
        let Comparison { library, before, head, .. } = comparison;
        let same = Engine::digest_of(before, &base.config) == Engine::digest_of(library, &head.config);
        let base = if same { None } else { Some(pipeline::engine(base, before)?) };
        Ok(Self { base, head: pipeline::engine(head, library)? })
    }
}

/// The findings, and what could not be done.
struct Verdicts {
    judged: BothJudged,
    problems: Problems,
    /// What rules cannot tell of the head that join Terraform with the objects of clusters.
    undecided: Vec<report::Undecided>,
}

/// What could not be done on both sides.
pub(super) struct Problems {
    /// On the base.
    pub(super) base: Vec<Problem>,
    /// On the head; what the base has too, the change has nothing to do with.
    pub(super) head: Vec<Problem>,
    /// On the head, of what the change reaches, so that nobody knows what it does.
    pub(super) reached: Vec<Problem>,
}

/// The findings by what the change does to them, and whether a waiver covers more or less than before.
struct BothJudged {
    judged: Judged,
    waived_otherwise: bool,
}

/// What rules found on both sides, in parts.
struct Both {
    before: Vec<Partial<Vec<Finding>>>,
    after: Vec<Partial<Vec<Finding>>>,
}

/// Makes what is needed, and asks the rules about both sides.
fn judge_both(
    comparison: &Comparison<'_>,
    engines: &Engines,
    sides: (&Side<'_>, &Side<'_>),
    (extent, roots): (Extent, (&Checked, &Checked)),
) -> (Reached, Verdicts) {
    let reached = Reached::make(sides.0, sides.1, extent, &roots.0.beneath_differs(roots.1));
    let with_shared = |own: Vec<Resource>| own.into_iter().chain(reached.of_both().cloned()).collect::<Vec<_>>();
    let changed = (with_roots(reached.of(&reached.base), roots.0), with_roots(reached.of(&reached.head), roots.1));
    let whole = (with_shared(changed.0.clone()), with_shared(changed.1.clone()));
    let facts = (roots.0.facts(&whole.0), roots.1.facts(&whole.1));
    let kinds = (sides.0.kinds.by_environment(&whole.0), sides.1.kinds.by_environment(&whole.1));
    let (mut changed, mut shared) =
        (changed, (reached.of_both().cloned().collect::<Vec<_>>(), reached.of_both().cloned().collect::<Vec<_>>()));
    for (kinds, changed, shared) in [(&kinds.0, &mut changed.0, &mut shared.0), (&kinds.1, &mut changed.1, &mut shared.1)] {
        kinds.tell(changed);
        kinds.tell(shared);
    }
    let other_faults = shared.0.iter().zip(&shared.1).any(|(before, after)| before.faults != after.faults);
    let base_engine = engines.base.as_ref().unwrap_or(&engines.head);
    let (before, after) =
        rayon::join(|| check::check_single(base_engine, &changed.0, &facts.0), || check::check_single(&engines.head, &changed.1, &facts.1));
    let mut both = Both { before: vec![before], after: vec![after] };
    if engines.base.is_some() || facts.0 != facts.1 || other_faults {
        both.before.push(check::check_single(base_engine, &shared.0, &facts.0));
        both.after.push(check::check_single(&engines.head, &shared.1, &facts.1));
    } else if extent == Extent::Everything {
        // What is the same is found on both sides; it only matters for what waivers cover, and where all is asked for.
        let found = check::check_single(&engines.head, &shared.1, &facts.1);
        both.before.push(found.clone());
        both.after.push(found);
    }
    let (before, after, undecided) =
        judge_platforms((base_engine, &engines.head), (&whole.0, &whole.1), (&facts.0, &facts.1), (sides, roots));
    both.before.extend([before, roots.0.found.clone()]);
    both.after.extend([after, roots.1.found.clone()]);
    if let Some(answers) = &comparison.head.answers {
        answers.save(&report::Secrets::of(whole.0.iter().chain(&whole.1)));
    }
    let (of_reached, of_rest) = reached.problems(sides.0, sides.1);
    let of_base = reached.base.values().chain(reached.shared.values()).flat_map(|made| made.problems.iter().cloned());
    let mut problems = Problems { base: of_base.collect(), head: of_rest, reached: of_reached };
    let take = |parts: Vec<Partial<Vec<Finding>>>, problems: &mut Vec<Problem>| {
        parts.into_iter().flat_map(|part| part.take(problems)).collect::<Vec<_>>()
    };
    let (before, after) = (take(both.before, &mut problems.base), take(both.after, &mut problems.head));
    let coverage = if extent == Extent::Reached { Coverage::Part } else { comparison.coverage };
    let rules = engines.head.rules();
    let waive = |settings: &Settings, findings: Vec<Finding>| {
        let files = settings.revision.files_read();
        let Settings { config, revision, .. } = settings;
        Waivers { config, rules, sources: revision.sources(), files: &files, today: comparison.today, coverage }.apply(findings)
    };
    let (before, after) = rayon::join(|| waive(sides.0.settings, before), || waive(sides.1.settings, after));
    let waived = |findings: &[Finding]| {
        let waived = findings.iter().filter(|finding| finding.waived.is_some());
        waived.map(|finding| finding.fingerprint.clone()).collect::<BTreeSet<_>>()
    };
    let waived_otherwise = waived(&before) != waived(&after);
    let judged = judge(before, after, &|finding| moved_to(&roots.1.roots, finding));
    (reached, Verdicts { judged: BothJudged { judged, waived_otherwise }, problems, undecided })
}

/// The address that a resource of the base has in the head, where `moved` gives it another one.
fn moved_to(roots: &[Kept], finding: &Finding) -> Option<String> {
    let resource = finding.resource.as_ref()?;
    let is_own = |kept: &&Kept| {
        let folder = if kept.folder.as_str().is_empty() { "." } else { kept.folder.as_str() };
        resource.namespace.as_deref() == Some(folder) && kept.environment == finding.environment
    };
    roots.iter().filter(is_own).find_map(|kept| kept.moved_to(&resource.name))
}

/// Objects, and those of roots: these are few, and asked about on both sides whether they change or not.
fn with_roots<'a>(own: impl Iterator<Item = &'a Resource>, roots: &'a Checked) -> Vec<Resource> {
    own.chain(&roots.objects).cloned().collect()
}

/// Asks the rules that join objects, with what Terraform makes beneath them; and what they cannot tell of the head.
fn judge_platforms(
    engines: (&Engine, &Engine),
    objects: (&[Resource], &[Resource]),
    facts: (&Facts, &Facts),
    (sides, roots): ((&Side<'_>, &Side<'_>), (&Checked, &Checked)),
) -> (Partial<Vec<Finding>>, Partial<Vec<Finding>>, Vec<report::Undecided>) {
    let whole = |objects: &[Resource], checked: &Checked| [objects, checked.beneath.as_slice()].concat();
    let (mut before, mut after) = rayon::join(
        || engines.0.check_platform(&whole(objects.0, roots.0), facts.0),
        || engines.1.check_platform(&whole(objects.1, roots.1), facts.1),
    );
    (before.value, _) = roots.0.settle(before.value, sides.0.settings);
    let undecided;
    (after.value, undecided) = roots.1.settle(after.value, sides.1.settings);
    (before, after, undecided)
}

/// Whether some waiver may cover nothing on one side only, which can only be told from everything.
fn waivers_may_differ(base: &Settings, head: &Settings, verdicts: &Verdicts) -> bool {
    verdicts.judged.waived_otherwise || inline_waivers(base) != inline_waivers(head)
}

/// The waivers in comments, without their lines.
fn inline_waivers(settings: &Settings) -> Vec<(Arc<str>, String, String)> {
    let files = settings.revision.files_read();
    let waivers = files.iter().flat_map(|file| {
        let path = Arc::clone(file.path());
        portcullis_policies::waiver::scan(file).into_iter().map(move |waiver| (Arc::clone(&path), waiver.rule, waiver.reason))
    });
    let mut all: Vec<_> = waivers.collect();
    all.sort();
    all
}

/// Whether a report has a new finding that denies.
pub(crate) fn denies(report: &Report, everything: bool) -> bool {
    let counts = |finding: &&report::Finding| {
        let is_wanted = finding.status == Some(report::Status::New) || (everything && finding.status == Some(report::Status::Unchanged));
        is_wanted && finding.level == Level::Deny && finding.waived.is_none()
    };
    report.findings.iter().any(|finding| counts(&finding))
}

/// The table of files that both sides share.
pub(super) fn sources<'a>(comparison: &'a Comparison<'_>) -> &'a Sources {
    comparison.head.revision.sources()
}
