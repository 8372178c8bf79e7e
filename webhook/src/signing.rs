//! The flags of a certificate that is made here, to the task that looks after it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use clap::Args;
use tokio::task::AbortHandle;

use crate::{
    authority::Plan,
    certificates::Certificates,
    clock::Clock,
    cluster::{
        client::connect,
        issue::{Issuer, Issuing},
    },
    metrics::Metrics,
    scan::{settings::Scanning, thread::made_up},
};

/// Whether and how the webhook makes its own certificate.
#[derive(Clone, Debug, Args)]
pub struct Signing {
    /// Make a CA and a certificate for this name, kept in the Secret SERVICE-self-signed and renewed by one replica for all, instead of reading
    /// files.
    #[arg(long, env = "PORTCULLIS_SELF_SIGNED", value_name = "SERVICE.NAMESPACE.svc", conflicts_with_all = ["tls_cert", "tls_key", "tls_ca"])]
    pub self_signed: Option<String>,
    /// The ValidatingWebhookConfiguration whose caBundle is to be that CA.
    #[arg(long, env = "PORTCULLIS_WEBHOOK_CONFIGURATION", value_name = "NAME", requires = "self_signed")]
    pub webhook_configuration: Option<String>,
    /// Another name that clients call the server by (repeatable).
    #[arg(long = "server-name", env = "PORTCULLIS_SERVER_NAMES", value_name = "NAME", value_delimiter = ',', requires = "self_signed")]
    pub server_names: Vec<String>,
    /// How long the CA lives, in days; the next is made in the last third.
    #[arg(long, env = "PORTCULLIS_CA_DAYS", value_name = "DAYS", default_value_t = 1095.0)]
    pub ca_days: f64,
    /// How long the certificate lives, in days; at most a third of the CA's.
    #[arg(long, env = "PORTCULLIS_CERTIFICATE_DAYS", value_name = "DAYS", default_value_t = 90.0)]
    pub certificate_days: f64,
}

/// How long until another try where there is no client.
const PAUSE: Duration = Duration::from_secs(5);

/// What is to be made, where the flags say so.
pub(crate) fn issuing(signing: &Signing, scanning: &Scanning, every: Duration) -> Result<Option<Issuing>, String> {
    let Some(name) = &signing.self_signed else { return Ok(None) };
    let parts: Vec<&str> = name.split('.').collect();
    let [service, namespace, "svc"] = parts.as_slice() else { return Err(format!("--self-signed {name:?} is no SERVICE.NAMESPACE.svc")) };
    if service.is_empty() || namespace.is_empty() {
        return Err(format!("--self-signed {name:?} is no SERVICE.NAMESPACE.svc"));
    }
    let names = std::iter::once(name.clone()).chain(signing.server_names.iter().cloned()).collect();
    let days = |days: f64| Duration::try_from_secs_f64(days * 86_400.0).unwrap_or_default();
    Ok(Some(Issuing {
        service: (*service).to_owned(),
        namespace: (*namespace).to_owned(),
        configuration: signing.webhook_configuration.clone(),
        plan: Plan::new(names, days(signing.ca_days), days(signing.certificate_days))?,
        every,
        identity: scanning.identity.clone().filter(|name| !name.is_empty()).map_or_else(made_up, Ok)?,
    }))
}

/// Looks after the certificate until it is told to stop, which gives the lease back; must be called in a runtime.
pub(crate) fn look_after(
    issuing: Issuing,
    kubeconfig: Option<PathBuf>,
    certificates: Arc<Certificates>,
    metrics: Arc<Metrics>,
    clock: Clock,
) -> AbortHandle {
    let task = tokio::spawn(async move {
        let client = loop {
            match connect(kubeconfig.as_deref()).await {
                Ok(client) => break client,
                Err(error) => tracing::error!(error = %error, "no certificate can be made; it is tried again"),
            }
            tokio::time::sleep(PAUSE).await;
        };
        Issuer::new(issuing, &client, certificates, metrics, clock).run().await;
    });
    task.abort_handle()
}
