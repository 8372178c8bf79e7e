//! The command line, every flag of which may stand in the environment too.

use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf};

use clap::{Args, Parser, Subcommand};

pub use crate::logging::Verbosity;

const HELP: &str = "\
Examples:
  scoring                                  serve on 127.0.0.1:8080, with everything embedded
  scoring sample                           score a sample, print the answers, and end
  scoring --database-url postgres://scoring@db/scoring --listen 0.0.0.0:8080

  curl -H 'content-type: application/json' -d @transaction.json http://127.0.0.1:8080/v1/score

With no option nothing else is needed: the model is compiled in, decisions are in SQLite in a temporary
folder. GET /openapi.json describes the paths. On SIGTERM readiness goes off, requests are served for
--drain-delay, then connections end when they have been answered.

Exit codes:
  0  ended as told
  2  a wrong argument, address, model or database
  4  internal error";

/// Scores card transactions in real time.
///
/// A transaction becomes features, the model makes a probability of fraud of them, and the answer says what to do and why.
#[derive(Debug, Parser)]
#[command(name = "scoring", version, after_help = HELP, max_term_width = 100, args_conflicts_with_subcommands = true)]
pub struct Program {
    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How to serve.
    #[command(flatten)]
    pub options: Options,
}

/// What to do instead of serving.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Score the transactions of a file, and print the answers.
    Sample(Sample),
}

/// `scoring sample`.
#[derive(Clone, Debug, Args)]
pub struct Sample {
    /// A transaction as JSON on each line; those without a time occur now [default: a sample that is compiled in].
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// How to serve.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// Where to listen for requests.
    #[arg(long, env = "SCORING_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Where to listen for probes, metrics and the drain [default: with the requests].
    #[arg(long, env = "SCORING_MANAGEMENT_LISTEN", value_name = "ADDR")]
    pub management_listen: Option<SocketAddr>,
    /// Where decisions stay: postgres://USER@HOST/NAME, or sqlite://FILE [default: a temporary file].
    #[arg(long, env = "SCORING_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// How many batches may be at the database at once [default: 4, and 1 for SQLite, which has one writer].
    #[arg(long, env = "SCORING_LANES", value_name = "N")]
    pub lanes: Option<usize>,
    /// How many transactions may wait; what is more is told to come back (429).
    #[arg(long, env = "SCORING_QUEUE", value_name = "N", default_value_t = 512)]
    pub queue: usize,
    /// How long a request may take from its head to its answer, in milliseconds; what takes longer is told so (503).
    #[arg(long, env = "SCORING_DEADLINE_MS", value_name = "MS", default_value_t = 150)]
    pub deadline_ms: u64,
    /// How many connections there may be; who comes on top waits.
    #[arg(long, env = "SCORING_MAX_CONNECTIONS", value_name = "N", default_value_t = 1024)]
    pub max_connections: usize,
    /// Threads to work with [default: one per core].
    #[arg(long, env = "SCORING_THREADS", value_name = "N")]
    pub threads: Option<usize>,
    /// How long requests are served after SIGTERM or /drain, until nobody sends any more, in seconds.
    #[arg(long, env = "SCORING_DRAIN_DELAY", value_name = "SECONDS", default_value_t = 5.0)]
    pub drain_delay: f64,
    /// How long what is in flight may take to end after that, in seconds.
    #[arg(long, env = "SCORING_DRAIN_TIMEOUT", value_name = "SECONDS", default_value_t = 10.0)]
    pub drain_timeout: f64,
    /// Where versions of models are: a folder, or s3://BUCKET/FOLDER [default: the model that is compiled in].
    #[arg(long, env = "SCORING_MODEL_STORE", value_name = "PLACE")]
    pub model_store: Option<String>,
    /// The version that is loaded from there; readiness waits for it.
    #[arg(long, env = "SCORING_MODEL_VERSION", value_name = "VERSION", requires = "model_store", requires = "model_sha256")]
    pub model_version: Option<String>,
    /// The SHA-256 of its file, in hexadecimal; another file is refused.
    #[arg(long, env = "SCORING_MODEL_SHA256", value_name = "HEX", requires = "model_version")]
    pub model_sha256: Option<String>,
    /// A file with {"version": …, "sha256": …} instead, such as a mounted ConfigMap: read again and again, and what it comes to mean is tried
    /// and taken.
    #[arg(long, env = "SCORING_MODEL_PIN", value_name = "FILE", requires = "model_store", conflicts_with = "model_version")]
    pub model_pin: Option<PathBuf>,
    /// How often the pin is read, in seconds.
    #[arg(long, env = "SCORING_MODEL_POLL", value_name = "SECONDS", default_value_t = 5.0)]
    pub model_poll: f64,
    /// How many transactions a new version scores in the shadow of the present one before it takes over.
    #[arg(long, env = "SCORING_SHADOW_TRANSACTIONS", value_name = "N", default_value_t = 1000)]
    pub shadow_transactions: u64,
    /// How long it waits for them at most, in seconds.
    #[arg(long, env = "SCORING_SHADOW_SECONDS", value_name = "SECONDS", default_value_t = 60.0)]
    pub shadow_seconds: f64,
    /// The share of decisions that it may change; where it changes more, it does not take over.
    #[arg(long, env = "SCORING_SHADOW_CHANGED", value_name = "0..1", default_value_t = 0.1)]
    pub shadow_changed: f64,
    /// The brokers of transactions and decisions, over AMQP 1.0, such as failover:(amqps://ONE:5671,amqps://OTHER:5671).
    #[arg(long, env = "SCORING_BROKER_URL", value_name = "URLS", hide_env_values = true)]
    pub broker_url: Option<String>,
    /// The name to log in there with.
    #[arg(long, env = "SCORING_BROKER_USER", value_name = "NAME", requires = "broker_password")]
    pub broker_user: Option<String>,
    /// Its password.
    #[arg(long, env = "SCORING_BROKER_PASSWORD", value_name = "PASSWORD", requires = "broker_user", hide_env_values = true)]
    pub broker_password: Option<String>,
    /// The queue of transactions.
    #[arg(long, env = "SCORING_TRANSACTIONS_QUEUE", value_name = "NAME", default_value = "transactions")]
    pub transactions_queue: String,
    /// The queue of decisions.
    #[arg(long, env = "SCORING_DECISIONS_QUEUE", value_name = "NAME", default_value = "decisions")]
    pub decisions_queue: String,
    /// The OpenID Connect issuer whose tokens clients must send [default: everybody may ask].
    #[arg(long, env = "SCORING_OIDC_ISSUER", value_name = "URL", requires = "oidc_audience")]
    pub oidc_issuer: Option<String>,
    /// Whom the tokens must be for.
    #[arg(long, env = "SCORING_OIDC_AUDIENCE", value_name = "NAME", requires = "oidc_issuer")]
    pub oidc_audience: Option<String>,
    /// The scope that they must have.
    #[arg(long, env = "SCORING_OIDC_SCOPE", value_name = "SCOPE", default_value = "score")]
    pub oidc_scope: String,
    /// How often a client may ask, in requests a second: by its token, else by its address [default: as often as it likes].
    #[arg(long, env = "SCORING_RATE_LIMIT", value_name = "N")]
    pub rate_limit: Option<NonZeroU32>,
    /// An OpenTelemetry collector that gets a span of each request, by OTLP over HTTP, such as http://otel-collector:4318.
    #[arg(long, env = "SCORING_OTLP_ENDPOINT", value_name = "URL")]
    pub otlp_endpoint: Option<String>,
    /// The share of requests that get a span where the client has not decided it.
    #[arg(long, env = "SCORING_OTLP_RATIO", value_name = "0..1", default_value_t = 0.01)]
    pub otlp_ratio: f64,
    /// How much is logged.
    #[arg(long, env = "SCORING_LOG", value_enum, value_name = "LEVEL", default_value = "info")]
    pub log: Verbosity,
}
