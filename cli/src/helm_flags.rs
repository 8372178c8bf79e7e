//! The flags of `helm template` that change nothing without a cluster or a registry, and those that can't be had here.

use std::ffi::OsString;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches, error::ErrorKind, parser::ValueSource};

/// What takes no value and changes nothing.
const SWITCHES: [&str; 23] = [
    "atomic",
    "create-namespace",
    "debug",
    "dependency-update",
    "devel",
    "disable-openapi-validation",
    "enable-dns",
    "force",
    "force-conflicts",
    "force-replace",
    "hide-notes",
    "insecure-skip-tls-verify",
    "kube-insecure-skip-tls-verify",
    "pass-credentials",
    "plain-http",
    "render-subchart-notes",
    "replace",
    "rollback-on-failure",
    "take-ownership",
    "wait",
    "wait-for-jobs",
    "no-color",
    "generate-name",
];

/// What takes a value and changes nothing.
const VALUED: [&str; 25] = [
    "burst-limit",
    "ca-file",
    "cert-file",
    "description",
    "key-file",
    "keyring",
    "kube-apiserver",
    "kube-as-group",
    "kube-as-user",
    "kube-ca-file",
    "kube-context",
    "kube-tls-server-name",
    "kube-token",
    "kubeconfig",
    "labels",
    "password",
    "qps",
    "registry-config",
    "repository-cache",
    "repository-config",
    "server-side",
    "timeout",
    "username",
    "version",
    "dry-run",
];

/// What can't be had, whether it takes a value, and why.
const REFUSED: [(&str, bool, &str); 5] = [
    ("validate", false, "asks a cluster; leave it out, and check the output with kubeconform"),
    ("verify", false, "needs a keyring; verify the chart before it is rendered"),
    ("post-renderer", true, "starts another program; pipe the output into it"),
    ("post-renderer-args", true, "is for another program; pipe the output into it"),
    ("repo", true, "fetches a chart; name the folder or the .tgz file of the chart"),
];

/// The switches of `portcullis template` itself.
const OWN: [&str; 8] =
    ["include-crds", "is-upgrade", "no-hooks", "skip-tests", "skip-crds", "skip-schema-validation", "release-name", "deterministic"];

/// Takes `--switch=true` for the switch and lets `--switch=false` take it back, as helm does.
pub(crate) fn plain(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut plain: Vec<OsString> = Vec::new();
    for argument in arguments {
        let of_template = plain.iter().any(|before| before == "template");
        let said = argument.to_str().filter(|_| of_template).and_then(|text| text.strip_prefix("--")?.split_once('='));
        let Some((name, value)) = said.filter(|(name, _)| SWITCHES.iter().chain(&OWN).any(|switch| switch == name)) else {
            plain.push(argument);
            continue;
        };
        match value {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => plain.push(format!("--{name}").into()),
            "0" | "f" | "F" | "FALSE" | "false" | "False" => plain.retain(|before| *before != *format!("--{name}")),
            _ => plain.push(argument),
        }
    }
    plain
}

/// Reads the flags, so that scripts written for helm go on to work.
#[derive(Clone, Debug)]
pub(crate) struct HelmFlags {
    /// `--generate-name`, which goes with no name.
    pub(crate) generate_name: bool,
    /// `--dependency-update`: subcharts that charts/ does not have are taken from where else they lie.
    pub(crate) dependency_update: bool,
}

impl Args for HelmFlags {
    fn augment_args(command: Command) -> Command {
        let switch = |name: &'static str| {
            let arg = Arg::new(name).long(name).hide(true).action(ArgAction::SetTrue);
            if name == "generate-name" { arg.short('g') } else { arg }
        };
        let valued = |name: &'static str| {
            let arg = Arg::new(name).long(name).hide(true).action(ArgAction::Append);
            match name {
                "labels" => arg.short('l'),
                "server-side" => arg.num_args(0..=1).require_equals(true).default_missing_value("true"),
                "dry-run" => arg.num_args(0..=1).require_equals(true).default_missing_value("client"),
                _ => arg,
            }
        };
        let refused = |(name, takes, _): (&'static str, bool, _)| {
            let action = if takes { ArgAction::Append } else { ArgAction::SetTrue };
            Arg::new(name).long(name).hide(true).action(action)
        };
        command.args(SWITCHES.map(switch)).args(VALUED.map(valued)).args(REFUSED.map(refused))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for HelmFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let given = |name: &str| matches.value_source(name) == Some(ValueSource::CommandLine);
        if let Some((name, _, why)) = REFUSED.into_iter().find(|(name, ..)| given(name)) {
            return Err(Error::raw(ErrorKind::InvalidValue, format!("--{name} {why}")));
        }
        if matches.get_many::<String>("dry-run").into_iter().flatten().any(|how| how == "server") {
            return Err(Error::raw(ErrorKind::InvalidValue, "--dry-run=server asks a cluster; leave it out"));
        }
        Ok(Self { generate_name: matches.get_flag("generate-name"), dependency_update: matches.get_flag("dependency-update") })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
