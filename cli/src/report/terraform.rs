//! What became of the roots of Terraform, in words and as JSON.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use portcullis_source::Location;
use serde_json::{Value, json};

use super::{
    NotEvaluated, Terraform, Undecided,
    escape::visible,
    json::{Member, Members, location},
    tally::plural,
};

/// How many doubts are shown.
const DOUBTS: usize = 12;

impl Terraform {
    /// What was evaluated, as a part of a sentence; empty where there is no root.
    pub(super) fn account(&self) -> String {
        if self.total == 0 {
            return String::new();
        }
        let roots = plural(self.total, "Terraform root");
        let undecided = match self.undecided.len() {
            0 => String::new(),
            count => format!(", {} that rules cannot give", plural(count, "verdict")),
        };
        let by_contract = match self.by_contract {
            0 => String::new(),
            count => format!(", {} by contract", plural(count, "module")),
        };
        let not_here = match self.not_here {
            0 => String::new(),
            count => format!(", {} not here", plural(count, "module")),
        };
        let resources = plural(self.resources, "resource");
        format!("; {} of {roots} evaluated, {resources}{by_contract}{not_here}{undecided}", self.evaluated())
    }

    /// What rules cannot tell, a line each; what is the same in several environments once.
    pub(super) fn doubts(&self) -> String {
        let mut known: BTreeMap<(&Location, &str, &str, &str), Vec<&str>> = BTreeMap::new();
        for entry in &self.undecided {
            known.entry((&entry.location, &entry.rule, &entry.address, &entry.reason)).or_default().push(&entry.environment);
        }
        let mut text = String::new();
        for ((place, rule, address, reason), environments) in known.iter().take(DOUBTS) {
            let environments = environments.join(", ");
            let _ = writeln!(
                text,
                "cannot tell  {}:{}  {rule}: {}, since {} ({environments})",
                place.file,
                place.line,
                visible(address),
                visible(reason)
            );
        }
        if known.len() > DOUBTS {
            let _ = writeln!(text, "cannot tell  {} more, which the JSON report lists", known.len() - DOUBTS);
        }
        text
    }

    /// Adds what rules cannot tell that join Terraform with the objects of clusters.
    pub(crate) fn doubt(&mut self, undecided: Vec<Undecided>) {
        self.undecided.extend(undecided);
        self.undecided.sort();
        self.undecided.dedup();
    }

    /// The key `terraform` of the report, as a whole.
    pub(crate) fn to_json(&self) -> Value {
        Member::Object(self.members()).value()
    }

    /// What stands in it, by name.
    pub(super) fn members(&self) -> Members<'_> {
        let not_evaluated = self.not_evaluated.iter().map(|entry| {
            json!({"root": entry.root, "environment": entry.environment, "reason": entry.reason, "location": location(&entry.location)})
        });
        let undecided = self.undecided.iter().map(|entry| {
            json!({
                "rule": entry.rule,
                "root": entry.root,
                "address": entry.address,
                "environment": entry.environment,
                "path": entry.path,
                "reason": entry.reason,
                "location": location(&entry.location),
            })
        });
        let numbers = [
            ("total", self.total),
            ("evaluated", self.evaluated()),
            ("resources", self.resources),
            ("by_contract", self.by_contract),
            ("not_here", self.not_here),
        ];
        let mut members: Members<'_> = numbers.map(|(name, number)| (name, Member::Whole(number.into()))).into();
        members.insert("not_evaluated", Member::List(Box::new(not_evaluated)));
        members.insert("undecided", Member::List(Box::new(undecided)));
        members
    }

    /// Adds what a report has under `terraform`; none where it is written otherwise.
    pub(crate) fn join(&mut self, value: &Value) -> Option<()> {
        let number = |key: &str| value.get(key)?.as_u64().and_then(|number| usize::try_from(number).ok());
        self.total += number("total")?;
        self.resources += number("resources")?;
        self.by_contract += number("by_contract")?;
        self.not_here += number("not_here")?;
        for entry in value.get("not_evaluated")?.as_array()? {
            self.not_evaluated.push(NotEvaluated {
                root: text(entry, "root")?,
                environment: text(entry, "environment")?,
                reason: text(entry, "reason")?,
                location: place(entry.get("location")?)?,
            });
        }
        for entry in value.get("undecided")?.as_array()? {
            self.undecided.push(Undecided {
                rule: text(entry, "rule")?,
                root: text(entry, "root")?,
                address: text(entry, "address")?,
                environment: text(entry, "environment")?,
                path: text(entry, "path")?,
                reason: text(entry, "reason")?,
                location: place(entry.get("location")?)?,
            });
        }
        Some(())
    }
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

fn place(value: &Value) -> Option<Location> {
    let number = |key: &str| value.get(key)?.as_u64().and_then(|number| u32::try_from(number).ok());
    Some(Location {
        file: Arc::from(value.get("file")?.as_str()?),
        line: number("line")?,
        column: number("column")?,
        end_line: number("end_line")?,
        end_column: number("end_column")?,
    })
}
