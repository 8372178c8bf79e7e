//! The flags of the background scan.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Whether and how what is in the cluster already is judged.
#[derive(Clone, Debug, Args)]
pub struct Scanning {
    /// Judge what is in the cluster already too, in the background: one of several replicas does it at a time.
    #[arg(long, env = "PORTCULLIS_SCAN")]
    pub scan: bool,
    /// Which reports the scan writes.
    #[arg(long, env = "PORTCULLIS_REPORTS", value_enum, value_name = "KIND", default_value = "auto")]
    pub reports: Reports,
    /// How often everything is judged anew though nothing has changed, in seconds.
    #[arg(long, env = "PORTCULLIS_SCAN_INTERVAL", value_name = "SECONDS", default_value_t = 600.0)]
    pub scan_interval: f64,
    /// The Lease by which replicas agree who scans.
    #[arg(long, env = "PORTCULLIS_SCAN_LEASE", value_name = "NAMESPACE/NAME", default_value = "portcullis-system/portcullis-scan")]
    pub scan_lease: String,
    /// The name of this replica, unlike that of every other one [default: one that is made up].
    #[arg(long, env = "PORTCULLIS_IDENTITY", value_name = "NAME")]
    pub identity: Option<String>,
    /// How the API server is reached [default: by the account of the pod].
    #[arg(long, env = "PORTCULLIS_KUBECONFIG", value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
}

/// Which reports are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Reports {
    /// Those that the server has, of `OpenReports` where it has both.
    Auto,
    /// `PolicyReport` of wgpolicyk8s.io/v1alpha2.
    Wgpolicy,
    /// `Report` of openreports.io/v1alpha1.
    Openreports,
    /// None: metrics and Events only.
    None,
}
