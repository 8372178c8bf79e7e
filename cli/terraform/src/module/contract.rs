//! What modules of registries make, for calls of those that are not in the repository.
//!
//! A contract is a small module of its own, in `data/contracts`: the variables that decide anything, with their defaults, and the resources that they
//! make. It is evaluated as if it were installed. All of it stands at the header of the call, so that a place is an argument of the call, or
//! that header.

use std::sync::Arc;

use portcullis_source::{Sources, Span};

use super::Config;
use crate::{
    machine::{Machine, Scope},
    syntax,
    types::Type,
    value::{Data, Known, Members, Reason, ReasonKind, Unknown, Value},
};

/// The contracts by `NAMESPACE/NAME/PROVIDER/FIRST-LAST[/FOLDER]`: the source, the major versions, the folder of the module within it.
const CONTRACTS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/contracts.rs"));

/// A contract: for some major versions of a module, or of a folder of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Contract {
    /// The source without its folder.
    package: &'static str,
    majors: (u64, u64),
    /// The folder, empty for the module itself.
    folder: &'static str,
    text: &'static str,
}

/// Where a contract is used: the module, and the call that stands for all places in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) contract: Contract,
    pub(crate) at: Span,
    /// The call, and its source as it is written.
    pub(crate) call: (Arc<str>, Arc<str>),
}

impl Contract {
    fn all() -> impl Iterator<Item = Self> {
        CONTRACTS.iter().filter_map(|(path, text)| {
            let mut cuts = path.match_indices('/').map(|(at, _)| at);
            let (package, rest) = path.split_at_checked(cuts.nth(2)?)?;
            let rest = rest.strip_prefix('/')?;
            let (majors, folder) = rest.split_once('/').unwrap_or((rest, ""));
            let (first, last) = majors.split_once('-').unwrap_or((majors, majors));
            Some(Self { package, majors: (first.parse().ok()?, last.parse().ok()?), folder, text })
        })
    }

    /// The contract of a source: of the newest major version that a constraint takes.
    pub(crate) fn of(source: &str, constraint: Option<&str>) -> Option<Self> {
        let source =
            ["registry.terraform.io/", "registry.opentofu.org/"].iter().find_map(|host| source.strip_prefix(host)).unwrap_or(source);
        let (package, folder) = source.split_once("//").unwrap_or((source, ""));
        let named = Self::all().filter(|contract| contract.package == package && contract.folder == folder);
        let newest = |contract: &Self| (contract.majors.0..=contract.majors.1).rev().find(|major| allows(constraint, *major));
        named.filter_map(|contract| Some((newest(&contract)?, contract))).max().map(|(_, contract)| contract)
    }

    /// The contract of another folder of the same module.
    fn beside(&self, path: &str) -> Option<Self> {
        let mut parts: Vec<&str> = self.folder.split('/').filter(|part| !part.is_empty()).collect();
        for part in path.split('/') {
            match part {
                "." => {}
                ".." => drop(parts.pop()?),
                part => parts.push(part),
            }
        }
        let folder = parts.join("/");
        Self::all().find(|other| other.package == self.package && other.majors == self.majors && other.folder == folder)
    }

    /// What it is called in reports.
    pub(crate) fn name(&self) -> String {
        let folder = if self.folder.is_empty() { String::new() } else { format!("//{}", self.folder) };
        let majors =
            if self.majors.0 == self.majors.1 { self.majors.0.to_string() } else { format!("{}-{}", self.majors.0, self.majors.1) };
        format!("{}{folder} {majors}", self.package)
    }
}

/// The sources of all contracts, each with the major versions that it is for.
#[must_use]
pub fn contracts() -> Vec<(String, u64)> {
    let source = |contract: &Contract| match contract.folder {
        "" => contract.package.to_owned(),
        folder => format!("{}//{folder}", contract.package),
    };
    Contract::all().flat_map(|contract| (contract.majors.0..=contract.majors.1).map(move |major| (source(&contract), major))).collect()
}

/// The arguments that the contract of a source takes.
#[must_use]
pub fn contract_variables(source: &str, constraint: &str) -> Vec<String> {
    let Some(contract) = Contract::of(source, Some(constraint)) else { return Vec::new() };
    let file = Sources::default().add(contract.name(), contract.text.as_bytes().to_vec());
    let (body, _) = syntax::body(&file);
    let variables = body.blocks_of("variable").filter_map(|block| block.label(0));
    variables.map(|name| name.to_string()).collect()
}

/// Whether a constraint takes some version of a major one; what cannot be read takes none.
fn allows(constraint: Option<&str>, major: u64) -> bool {
    constraint.unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty()).all(|part| {
        let digits = part.find(|character: char| character.is_ascii_digit() || character == 'v').unwrap_or(part.len());
        let (operator, version) = part.split_at(digits);
        let version = version.trim_start_matches('v').split(['-', '+']).next().unwrap_or_default();
        let numbers: Option<Vec<u64>> = version.split('.').map(|number| number.parse().ok()).collect();
        let Some([wanted, rest @ ..]) = numbers.as_deref() else { return false };
        match operator.trim() {
            "" | "=" | "~>" => major == *wanted,
            "!=" => true,
            ">" | ">=" => major >= *wanted,
            "<=" => major <= *wanted,
            "<" => major < *wanted || major == *wanted && rest.iter().any(|number| *number > 0),
            _ => false,
        }
    })
}

impl Used {
    /// Why something that the contract does not say is not known.
    pub(crate) fn reason(&self) -> Reason {
        let (call, source) = &self.call;
        Reason { kind: ReasonKind::Module(Arc::clone(call), Arc::clone(source)), span: Some(self.at) }
    }
}

impl Machine<'_> {
    /// The module that a contract is, as one call has it.
    pub(super) fn contracted(&mut self, used: &Used) -> Arc<Config> {
        let key = (used.contract, used.at);
        if let Some(known) = self.contracts.get(&key) {
            return Arc::clone(known);
        }
        let mut config = Config { contract: Some(used.clone()), ..Config::default() };
        let (body, errors) = syntax::body_at(used.contract.text, used.at);
        for error in &errors {
            config.partial = true;
            self.syntax_problem(error);
        }
        for item in body.items {
            self.declare(item, false, &mut config);
        }
        let config = Arc::new(config);
        self.contracts.insert(key, Arc::clone(&config));
        config
    }

    /// The contract that a call within a contract names by its folder.
    pub(super) fn contract_beside(used: &Used, path: &str) -> Option<Used> {
        Some(Used { contract: used.contract.beside(path)?, ..used.clone() })
    }

    /// Whether a fault at a place is one of a contract, which fits its arguments worse than the module would.
    pub(crate) fn contract_at(&self, span: Span) -> Option<Reason> {
        self.contracts.iter().find(|((_, at), _)| *at == span).and_then(|(_, config)| config.contract.as_ref()).map(Used::reason)
    }

    /// Whether an expression stands in a contract.
    pub(crate) fn is_contract(&self, scope: Scope<'_>) -> bool {
        scope.module.and_then(|module| self.modules.get(module)).is_some_and(|instance| instance.config.contract.is_some())
    }

    /// The outputs of a module whose contract does not name them all.
    pub(super) fn outputs_of_contract(used: &Used, members: Members) -> Value {
        let known = Known::Members(Arc::new(members));
        Data::Unknown(Arc::new(Unknown { ty: Type::Dynamic, reason: used.reason(), known })).into()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{CONTRACTS, Contract, allows};

    #[test]
    fn every_file_is_a_contract() {
        let all: Vec<Contract> = Contract::all().collect();
        assert_eq!(all.len(), CONTRACTS.len(), "paths are NAMESPACE/NAME/PROVIDER/FIRST-LAST[/FOLDER].hcl");
        assert!(all.len() > 10, "there are contracts");
        let majors = |one: &Contract| (one.majors.0..=one.majors.1).map(|major| (one.package, one.folder, major)).collect::<Vec<_>>();
        let named: Vec<_> = all.iter().flat_map(majors).collect();
        assert_eq!(named.iter().collect::<BTreeSet<_>>().len(), named.len(), "one contract for each major version");
    }

    #[test]
    fn constraints_pick_the_newest_major_version() {
        let eks = |constraint| Contract::of("terraform-aws-modules/eks/aws", constraint).map(|contract| contract.majors.1);
        assert_eq!(eks(Some("~> 20.34")), Some(20));
        assert_eq!(eks(Some(">= 19.5, < 21")), Some(20));
        assert_eq!(eks(Some("21.0.7")), Some(21));
        assert_eq!(eks(None), Some(21));
        assert_eq!(eks(Some("~> 17.1")), None, "of which there is no contract");
        assert_eq!(eks(Some("nonsense")), None);
        assert_eq!(Contract::of("terraform-aws-modules/eks/aws//modules/none", None), None);
        assert_eq!(Contract::of("someone/eks/aws", None), None);
    }

    #[test]
    fn constraints_take_major_versions() {
        for (constraint, major, taken) in [
            ("~> 5.0", 5, true),
            ("~> 5.0", 6, false),
            (">= 5.1", 6, true),
            (">= 5.1", 4, false),
            ("< 6", 6, false),
            ("< 6.2", 6, true),
            ("<= 6.0.0", 6, true),
            ("!= 5.1.0", 5, true),
            ("= v5.1.0", 5, true),
            ("~5", 5, false),
        ] {
            assert_eq!(allows(Some(constraint), major), taken, "{constraint} {major}");
        }
    }
}
