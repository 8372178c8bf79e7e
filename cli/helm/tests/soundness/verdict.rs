//! What all changes showed: fields that changed unnamed, and fields that named a leaf in vain.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    time::{Duration, Instant},
};

use portcullis_helm::Compat;

use crate::{
    case::{Case, Loaded, Outcome},
    compare::{Difference, Field, Hidden, differences, named, scalar, scalars},
    mutation::{Kind, Place, Region, Site, sites},
};

/// How many of a hundred fields may name a leaf in vain.
const MAX_VAIN_PERCENT: usize = 5;

/// How many lines a report has of each sort.
const SHOWN: usize = 200;

/// What one kind of change showed.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    renders: usize,
    refused: usize,
    changed: usize,
    missed: usize,
    appeared: usize,
}

/// What all changes of all parts of the values showed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verdict {
    /// How many parts of the values there are, and how many of them were changed before the time was over.
    sites: usize,
    tried: usize,
    leaves: usize,
    counts: BTreeMap<Kind, Count>,
    missed: Vec<String>,
    named: usize,
    vain: usize,
    /// How many fields name a leaf in vain, the leaf, and the first of them.
    vainly: Vec<(usize, String)>,
}

/// A case before any change, and the fields that name each place.
struct Base<'a> {
    case: &'a Case,
    before: &'a Outcome,
    known: &'a BTreeMap<Place, BTreeSet<Field>>,
}

/// What is changed, and for how long.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) kinds: BTreeSet<Kind>,
    pub(crate) share: Option<Duration>,
}

impl Verdict {
    /// Changes what the plan says of a case.
    pub(crate) fn of(case: &Case, plan: &Plan) -> Self {
        let mut verdict = Self::default();
        let mut kept = None;
        let Ok(before) = case.render(None, None, &mut kept) else { return verdict };
        let mut known: BTreeMap<Place, BTreeSet<Field>> = BTreeMap::new();
        for (key, document) in &before.documents {
            scalars(&document.root, &mut Vec::new(), &mut |path| {
                for place in named(&before, document, path, Hidden::CountsNot) {
                    known.entry(place).or_default().insert((key.clone(), path.to_vec()));
                }
            });
        }
        let mut sites = sites(case, &plan.kinds);
        sites.retain(|site| !site.mutations.is_empty());
        verdict.sites = sites.len();
        let start = Instant::now();
        // Where time is short, what is left out lies all over the files.
        sites.sort_by_key(|site| mixed(&site.name));
        for site in &sites {
            if plan.share.is_some_and(|share| start.elapsed() > share) {
                break;
            }
            verdict.site(&Base { case, before: &before, known: &known }, site, &mut kept);
        }
        verdict
    }

    fn site(&mut self, base: &Base<'_>, site: &Site, kept: &mut Option<Loaded>) {
        let Base { case, before, known } = base;
        self.tried += 1;
        let mut changed: BTreeSet<Field> = BTreeSet::new();
        let mut missed: BTreeSet<String> = BTreeSet::new();
        let mut refused = false;
        for mutation in &site.mutations {
            let count = self.counts.entry(mutation.kind).or_default();
            count.renders += 1;
            let Ok(after) = case.render(mutation.edit.as_ref(), mutation.over.as_ref(), kept) else {
                refused |= mutation.kind == Kind::Value;
                count.refused += 1;
                continue;
            };
            for Difference { old, new } in differences(before, &after) {
                count.changed += 1;
                // What explains that a field is missing counts too, where a value was taken away.
                let strict = mutation.kind == Kind::Value && case.compat == Compat::Helm3;
                let either = old.as_ref().or(new.as_ref()).filter(|_| !strict);
                let hidden = if strict { Hidden::CountsNot } else { Hidden::Counts };
                let told = names(before, old.as_ref().or(either), &mutation.before, hidden)
                    || names(&after, new.as_ref().or(either), &mutation.after, hidden);
                // An object that is there because something is not there any more has nothing to name.
                let is_new = old.is_none() && new.as_ref().is_some_and(|(id, _)| !before.documents.contains_key(id));
                if !told && !strict && is_new {
                    count.appeared += 1;
                    continue;
                }
                if !told {
                    count.missed += 1;
                    let field = old.as_ref().or(new.as_ref()).map(dotted).unwrap_or_default();
                    if missed.insert(field.clone()) {
                        let (old, new) = (show(before, old.as_ref()), show(&after, new.as_ref()));
                        self.missed.push(format!("{}: {}: {field}: {old:.60} -> {new:.60}", case.name, mutation.name));
                    }
                }
                changed.extend(old.filter(|_| mutation.kind == Kind::Value));
            }
        }
        let Some(places) = site.leaf.as_ref().filter(|_| site.mutations.iter().any(|mutation| mutation.kind == Kind::Value)) else {
            return;
        };
        self.leaves += 1;
        if refused {
            return;
        }
        let fields: BTreeSet<_> = places.iter().filter_map(|place| known.get(place)).flatten().collect();
        self.named += fields.len();
        let vain: Vec<&Field> = fields.into_iter().filter(|field| !changed.contains(field)).collect();
        self.vain += vain.len();
        if let Some(first) = vain.first() {
            self.vainly.push((vain.len(), format!("{}: {} for {}", case.name, site.name, dotted(first))));
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.sites += other.sites;
        self.tried += other.tried;
        self.leaves += other.leaves;
        for (kind, count) in other.counts {
            let sum = self.counts.entry(kind).or_default();
            sum.renders += count.renders;
            sum.refused += count.refused;
            sum.changed += count.changed;
            sum.missed += count.missed;
            sum.appeared += count.appeared;
        }
        self.missed.extend(other.missed);
        self.named += other.named;
        self.vain += other.vain;
        self.vainly.extend(other.vainly);
    }

    /// The figures, and each miss.
    pub(crate) fn report(&self, name: &str) -> String {
        let mut text = String::new();
        let Self { sites, tried, leaves, counts, missed, named, vain, vainly } = self;
        let sampled = if tried < sites { " (sampled)" } else { "" };
        let percent = *vain as f64 * 100.0 / (*named).max(1) as f64;
        let sum = |count: fn(&Count) -> usize| counts.values().map(count).sum::<usize>();
        let _ = writeln!(
            text,
            "{name}: {tried} of {sites} parts changed{sampled}, {leaves} of them leaves; {} fields changed, {} missed; {vain} of {named} in vain ({percent:.1} %)",
            sum(|count| count.changed),
            sum(|count| count.missed),
        );
        for (kind, Count { renders, refused, changed, missed, appeared }) in counts {
            let _ = writeln!(
                text,
                "  {kind:?}: {renders} renders, {refused} refused, {changed} fields changed, {missed} missed, {appeared} of objects that appear because something is gone"
            );
        }
        for line in missed.iter().take(SHOWN) {
            let _ = writeln!(text, "MISSED {line}");
        }
        if missed.len() > SHOWN {
            let _ = writeln!(text, "and {} more", missed.len() - SHOWN);
        }
        let mut leaves = vainly.clone();
        leaves.sort_by(|(left, _), (right, _)| right.cmp(left));
        for (count, leaf) in leaves.iter().take(SHOWN) {
            let _ = writeln!(text, "VAIN {count} {leaf}");
        }
        text
    }

    /// Stops at what must not be.
    pub(crate) fn conclude(&self) {
        assert!(self.counts.values().any(|count| count.changed > 0) && self.named > 0, "nothing was compared");
        assert_eq!(self.missed.len(), 0, "fields changed with a part of the values that their chains do not name");
        assert!(self.vain * 100 <= self.named * MAX_VAIN_PERCENT, "too many fields name a leaf that they do not depend on");
    }
}

/// Whether a field's chain names one of the regions.
fn names(outcome: &Outcome, field: Option<&Field>, regions: &[Region], hidden: Hidden) -> bool {
    let Some((document, path)) = field.and_then(|(id, path)| Some((outcome.documents.get(id)?, path))) else { return false };
    let within = |(file, at): &Place, Region(of, range): &Region| file == of && (range.start..range.end).contains(at);
    named(outcome, document, path, hidden).iter().any(|place| regions.iter().any(|region| within(place, region)))
}

fn show(outcome: &Outcome, field: Option<&Field>) -> String {
    let node = field.and_then(|(id, path)| outcome.documents.get(id)?.node_at(path));
    node.map_or_else(|| "nothing".to_owned(), |node| scalar(&node.data).unwrap_or_default())
}

fn dotted((document, path): &Field) -> String {
    let keys = path.iter().map(|step| step.key().map_or_else(|| "[]".to_owned(), |key| format!(".{key}")));
    format!("{} {}", document.0, keys.collect::<String>())
}

/// A number that has nothing to do with the order of names.
fn mixed(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |mixed, byte| (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}
