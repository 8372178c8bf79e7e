//! The command line, every flag of which may stand in the environment too.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};

use crate::{scan::settings::Scanning, signing::Signing};

pub use crate::logging::Verbosity;

const HELP: &str = "\
Examples:
  portcullis bundle --output bundle.json
  portcullis-webhook --bundle bundle.json --tls-cert tls.crt --tls-key tls.key --environment prod
  portcullis-webhook configuration --bundle bundle.json --service portcullis-system/portcullis-webhook

An API server POSTs AdmissionReviews to /validate, or to /validate/ENVIRONMENT. /livez and /readyz answer
there too, and on the address of the metrics. Bundle and certificates are read again when their files
change; what is not fit for use is refused, and the last good one stays. On SIGTERM readiness goes off,
requests are served for --drain-delay, then connections end when they have been answered.

Exit codes:
  0  ended as told
  2  a wrong argument, bundle, certificate or address
  4  internal error";

/// The validating admission webhook of portcullis.
///
/// Judges every request by the same bundle of rules as `portcullis lint`, with the same function.
#[derive(Debug, Parser)]
#[command(name = "portcullis-webhook", version, after_help = HELP, max_term_width = 100)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Program {
    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How to serve.
    #[command(flatten)]
    pub options: Option<Options>,
    /// Whether to look at what is in the cluster already.
    #[command(flatten)]
    pub scanning: Scanning,
    /// Whether to make certificates that nobody else makes.
    #[command(flatten)]
    pub signing: Signing,
}

/// What to do instead of serving.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the ValidatingWebhookConfiguration that the rules of a bundle need.
    Configuration(Configuration),
}

/// How to serve.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// The bundle that `portcullis bundle` made, or the folder that has it as bundle.json, such as a mounted ConfigMap.
    #[arg(long, env = "PORTCULLIS_BUNDLE", value_name = "PATH")]
    pub bundle: PathBuf,
    /// The certificate and those between it and the CA, as PEM.
    #[arg(long, env = "PORTCULLIS_TLS_CERT", value_name = "FILE", required_unless_present = "self_signed", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The private key, as PEM.
    #[arg(long, env = "PORTCULLIS_TLS_KEY", value_name = "FILE", required_unless_present = "self_signed", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// The CA of the API server's caBundle: readiness goes off when the certificate is not of it, or it has expired.
    #[arg(long, env = "PORTCULLIS_TLS_CA", value_name = "FILE")]
    pub tls_ca: Option<PathBuf>,
    /// Where to listen for reviews.
    #[arg(long, env = "PORTCULLIS_LISTEN", value_name = "ADDR", default_value = "0.0.0.0:8443")]
    pub listen: SocketAddr,
    /// Where to listen for metrics and probes, without TLS.
    #[arg(long, env = "PORTCULLIS_METRICS_LISTEN", value_name = "ADDR", default_value = "0.0.0.0:9090")]
    pub metrics_listen: SocketAddr,
    /// The environment of the cluster; the path of a request and, without either, the namespaces of the configuration's environments say it
    /// too.
    #[arg(long, env = "PORTCULLIS_ENVIRONMENT", value_name = "NAME")]
    pub environment: Option<String>,
    /// A file that every decision is written to, each line chained to the one before it; `portcullis audit verify` checks it.
    #[arg(long, env = "PORTCULLIS_DECISION_LOG", value_name = "FILE")]
    pub decision_log: Option<PathBuf>,
    /// An OpenTelemetry collector that gets a span of each review, by OTLP over HTTP, such as http://otel-collector:4318.
    #[arg(long, env = "PORTCULLIS_OTLP_ENDPOINT", value_name = "URL")]
    pub otlp_endpoint: Option<String>,
    /// The share of reviews that get a span where the API server has not decided it.
    #[arg(long, env = "PORTCULLIS_OTLP_RATIO", value_name = "0..1", default_value_t = 1.0)]
    pub otlp_ratio: f64,
    /// How much is logged.
    #[arg(long, env = "PORTCULLIS_LOG", value_enum, value_name = "LEVEL", default_value = "info")]
    pub log: Verbosity,
    /// How many reviews are judged or wait for that at once; what is more is told to come back (429). Sixteen times as many may be on their way.
    #[arg(long, env = "PORTCULLIS_MAX_IN_FLIGHT", value_name = "N", default_value_t = 512)]
    pub max_in_flight: usize,
    /// How many mebibytes all bodies may have together.
    #[arg(long, env = "PORTCULLIS_MAX_BODIES", value_name = "MIB", default_value_t = 16)]
    pub max_bodies: usize,
    /// How many connections there may be; the one that is idle for longest makes room for the next.
    #[arg(long, env = "PORTCULLIS_MAX_CONNECTIONS", value_name = "N", default_value_t = 512)]
    pub max_connections: usize,
    /// Threads to work with [default: one per core].
    #[arg(long, env = "PORTCULLIS_THREADS", value_name = "N")]
    pub threads: Option<usize>,
    /// How often files are looked at for changes, in seconds.
    #[arg(long, env = "PORTCULLIS_POLL_INTERVAL", value_name = "SECONDS", default_value_t = 2.0)]
    pub poll_interval: f64,
    /// How long requests are served after SIGTERM, until no API server comes here any more, in seconds.
    #[arg(long, env = "PORTCULLIS_DRAIN_DELAY", value_name = "SECONDS", default_value_t = 10.0)]
    pub drain_delay: f64,
    /// How long connections may take to end after that, in seconds.
    #[arg(long, env = "PORTCULLIS_DRAIN_TIMEOUT", value_name = "SECONDS", default_value_t = 15.0)]
    pub drain_timeout: f64,
}

/// `portcullis-webhook configuration`.
#[derive(Clone, Debug, Args)]
pub struct Configuration {
    /// The bundle that the webhook runs.
    #[arg(long, env = "PORTCULLIS_BUNDLE", value_name = "PATH")]
    pub bundle: PathBuf,
    /// The Service in front of the webhook.
    #[arg(long, value_name = "NAMESPACE/NAME", required_unless_present = "url")]
    pub service: Option<String>,
    /// The URL of the webhook, where it runs outside of the cluster.
    #[arg(long, value_name = "URL", conflicts_with = "service")]
    pub url: Option<String>,
    /// The CA that its certificate is checked with, as PEM [default: filled in by somebody else, such as cert-manager].
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// The environment, as the last part of the path.
    #[arg(long, env = "PORTCULLIS_ENVIRONMENT", value_name = "NAME")]
    pub environment: Option<String>,
    /// The name of the configuration.
    #[arg(long, value_name = "NAME", default_value = "portcullis")]
    pub name: String,
    /// An annotation of the configuration, such as cert-manager.io/inject-ca-from=portcullis-system/portcullis-webhook (repeatable).
    #[arg(long = "annotation", value_name = "KEY=VALUE")]
    pub annotations: Vec<String>,
    /// How many seconds the API server waits for an answer.
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=30))]
    pub timeout: u8,
}
