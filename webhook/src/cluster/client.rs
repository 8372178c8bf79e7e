//! Where the API server is and who asks it, to a client of it.

use std::{path::Path, time::Duration};

use kube::{
    Client, Config,
    config::{KubeConfigOptions, Kubeconfig},
};

/// How long it may take to be connected.
const CONNECT: Duration = Duration::from_secs(10);

/// How long one answer may take, a watch apart.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The kubeconfig cannot be used.
    #[error("the kubeconfig cannot be used: {0}")]
    Kubeconfig(#[from] kube::config::KubeconfigError),
    /// There is no kubeconfig, and this is no pod with a token.
    #[error("this is no pod with an account of its own, and --kubeconfig is not given: {0}")]
    InCluster(#[from] kube::config::InClusterError),
    /// The certificates cannot be used.
    #[error("the API server cannot be asked: {0}")]
    Client(#[from] kube::Error),
}

/// A client of the API server, which is not asked anything yet; must be called in a runtime, in which its requests then run.
///
/// # Errors
/// Neither a kubeconfig nor the account of a pod says where the API server is and who asks.
pub async fn connect(kubeconfig: Option<&Path>) -> Result<Client, ClientError> {
    let mut config = match kubeconfig {
        Some(path) => Config::from_custom_kubeconfig(Kubeconfig::read_from(path)?, &KubeConfigOptions::default()).await?,
        None => Config::incluster()?,
    };
    config.connect_timeout = Some(CONNECT);
    Ok(Client::try_from(config)?)
}

/// An answer of the API server, if it comes in time.
///
/// # Errors
/// What the server says, or that it says nothing.
pub async fn in_time<T>(asked: impl Future<Output = Result<T, kube::Error>>) -> Result<T, Unanswered> {
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(Unanswered::of(error)),
        Err(_) => Err(Unanswered { status: 0, message: format!("no answer within {} s", PATIENCE.as_secs()) }),
    }
}

/// Why there is no answer of use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unanswered {
    /// The HTTP status; 0 where there was none.
    pub status: u16,
    /// What is wrong.
    pub message: String,
}

impl Unanswered {
    /// What an error of the client comes to.
    #[must_use]
    pub fn of(error: kube::Error) -> Self {
        match error {
            kube::Error::Api(status) => Self { status: status.code, message: status.message },
            other => Self { status: 0, message: chain(&other) },
        }
    }

    /// Whether the account has no right to what was asked for.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        matches!(self.status, 401 | 403)
    }

    /// Whether the server knows no such thing.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.status == 404
    }

    /// Whether somebody else was faster.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.status == 409
    }
}

/// An error with what is behind it, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let told = inner.to_string();
        if !text.contains(&told) {
            text = format!("{text}: {told}");
        }
        source = inner.source();
    }
    text
}
