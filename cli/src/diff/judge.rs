//! The findings of both sides to what is new, unchanged and fixed.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_policies::{Finding, Level};

use crate::report::Status;

/// The findings of a change, each with what the change does to it.
#[derive(Default)]
pub(super) struct Judged {
    /// Not there before, or not at this level, or waived before.
    pub(super) new: Vec<Finding>,
    /// On both sides, as the head has them.
    pub(super) unchanged: Vec<Finding>,
    /// Gone, as the base has them; what was waived is not among them.
    pub(super) fixed: Vec<Finding>,
}

/// Compares findings by their fingerprints, in which there is no line; `moved` says what something of the base is called now.
pub(super) fn judge(base: Vec<Finding>, head: Vec<Finding>, moved: &dyn Fn(&Finding) -> Option<String>) -> Judged {
    let mut before: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
    for finding in base {
        before.entry(finding.fingerprint.clone()).or_default().push(finding);
    }
    let mut judged = Judged::default();
    // What is the same on both sides pairs first, so that a waived one does not take the place of one that counts.
    let (exact, rest): (Vec<Finding>, Vec<Finding>) =
        head.into_iter().partition(|finding| take(&mut before, finding, |old| counts(old) == counts(finding)));
    judged.unchanged = exact;
    for finding in rest {
        let is_milder = take(&mut before, &finding, |old| counts(old) >= counts(&finding));
        // What counted for less before is new, and not fixed besides.
        let list = if is_milder { &mut judged.unchanged } else { &mut judged.new };
        take(&mut before, &finding, |_| !is_milder);
        list.push(finding);
    }
    judged.fixed = before.into_values().flatten().filter(|finding| finding.waived.is_none()).collect();
    judged.follow(moved);
    judged
}

/// Whether two findings are of the same rule, field and environment, and of resources of the same type in the same root.
fn is_of(old: &Finding, new: &Finding) -> bool {
    let part = |finding: &Finding| finding.resource.as_ref().map(|resource| (resource.kind.clone(), resource.namespace.clone()));
    old.rule == new.rule && old.environment == new.environment && old.path == new.path && part(old) == part(new)
}

fn address(finding: &Finding) -> Option<&str> {
    finding.resource.as_ref().map(|resource| &*resource.name)
}

/// How much a finding counts.
fn counts(finding: &Finding) -> Option<Level> {
    finding.waived.is_none().then_some(finding.level)
}

/// Takes a finding of the base with the same fingerprint, if there is one that will do.
fn take(before: &mut BTreeMap<String, Vec<Finding>>, finding: &Finding, will_do: impl Fn(&Finding) -> bool) -> bool {
    let Some(known) = before.get_mut(&finding.fingerprint) else { return false };
    match known.iter().position(will_do) {
        Some(place) => {
            known.swap_remove(place);
            true
        }
        None => false,
    }
}

impl Judged {
    /// What is found of a thing under its new address was found of it under the old one.
    fn follow(&mut self, moved: &dyn Fn(&Finding) -> Option<String>) {
        let mut renamed: Vec<(usize, String)> =
            self.fixed.iter().enumerate().filter_map(|(at, finding)| Some((at, moved(finding)?))).collect();
        if renamed.is_empty() {
            return;
        }
        let mut gone = BTreeSet::new();
        for finding in std::mem::take(&mut self.new) {
            let is_same = |(at, name): &(usize, String)| {
                let old = self.fixed.get(*at);
                old.is_some_and(|old| counts(old) >= counts(&finding) && is_of(old, &finding) && address(&finding) == Some(name.as_str()))
            };
            match renamed.iter().position(is_same) {
                Some(place) => {
                    gone.insert(renamed.swap_remove(place).0);
                    self.unchanged.push(finding);
                }
                None => self.new.push(finding),
            }
        }
        let mut at = 0;
        self.fixed.retain(|_| {
            at += 1;
            !gone.contains(&(at - 1))
        });
    }

    /// The three lists with their words.
    pub(super) fn parts(self) -> [(Status, Vec<Finding>); 3] {
        [(Status::New, self.new), (Status::Unchanged, self.unchanged), (Status::Fixed, self.fixed)]
    }
}
