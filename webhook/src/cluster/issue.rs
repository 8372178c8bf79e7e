//! A certificate of our own: kept in a Secret that every replica reads, made and renewed by the one that leads, and vouched for by a CA that it
//! puts into the configuration of the API server.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use k8s_openapi::{
    ByteString,
    api::{admissionregistration::v1::ValidatingWebhookConfiguration, core::v1::Secret},
    apimachinery::pkg::apis::meta::v1::ObjectMeta,
};
use kube::{
    Api, Client,
    api::{Patch, PatchParams, PostParams},
};
use serde_json::json;
use tokio::sync::watch::Receiver;

use super::{
    client::{Unanswered, in_time},
    lease::{self, Candidate},
};
use crate::{
    authority::{Held, Plan, Trust},
    certificates::Certificates,
    clock::Clock,
    metrics::Metrics,
};

/// The keys of the Secret, as cert-manager has them, and the key of the CA.
const KEYS: [&str; 4] = ["ca.crt", "ca.key", "tls.crt", "tls.key"];

/// Which objects, and what is to be in them.
#[derive(Clone, Debug)]
pub(crate) struct Issuing {
    /// The Service that the certificate is for; Secret and Lease lie beside it and are named after it.
    pub(crate) service: String,
    /// Its namespace.
    pub(crate) namespace: String,
    /// The ValidatingWebhookConfiguration whose caBundle is kept right.
    pub(crate) configuration: Option<String>,
    /// What is wanted.
    pub(crate) plan: Plan,
    /// How often the objects are looked at.
    pub(crate) every: Duration,
    /// The name of this replica.
    pub(crate) identity: String,
}

/// What a replica works with.
pub(crate) struct Issuer {
    issuing: Issuing,
    secrets: Api<Secret>,
    configurations: Api<ValidatingWebhookConfiguration>,
    leading: Receiver<bool>,
    certificates: Arc<Certificates>,
    metrics: Arc<Metrics>,
    clock: Clock,
    /// What was taken last.
    taken: Option<Held>,
    /// Since when the API server has been known to have the CAs that are kept.
    trusted: Option<(String, Instant)>,
    told: Option<String>,
}

impl Issuer {
    /// Readies a replica; must be called in a runtime.
    pub(crate) fn new(issuing: Issuing, client: &Client, certificates: Arc<Certificates>, metrics: Arc<Metrics>, clock: Clock) -> Self {
        let candidate = Candidate {
            namespace: issuing.namespace.clone(),
            name: format!("{}-certificates", issuing.service),
            identity: issuing.identity.clone(),
        };
        Self {
            secrets: Api::namespaced(client.clone(), &issuing.namespace),
            configurations: Api::all(client.clone()),
            leading: lease::watch(client.clone(), candidate, clock.clone()),
            issuing,
            certificates,
            metrics,
            clock,
            taken: None,
            trusted: None,
            told: None,
        }
    }

    /// Looks at the objects again and again.
    pub(crate) async fn run(mut self) {
        loop {
            match self.round().await {
                Ok(()) => self.told = None,
                Err(error) if error.is_conflict() => {}
                // What is shown stays, also while the API server is away.
                Err(error) => self.tell(&error),
            }
            tokio::select! {
                () = tokio::time::sleep(self.issuing.every) => {}
                _ = self.leading.changed() => {}
            }
        }
    }

    /// Says what is wrong, once until something else is.
    fn tell(&mut self, error: &Unanswered) {
        if self.told.as_ref() != Some(&error.message) {
            tracing::warn!(error = %error, "the certificate cannot be looked after; it is tried again");
            self.told = Some(error.message.clone());
        }
    }

    async fn round(&mut self) -> Result<(), Unanswered> {
        let name = format!("{}-self-signed", self.issuing.service);
        let secret = in_time(self.secrets.get_opt(&name)).await?;
        let held = secret.as_ref().and_then(held);
        if let Some(held) = held.as_ref().filter(|held| self.taken.as_ref() != Some(held)) {
            self.certificates.take((&held.certificate, &held.key), &held.authorities, &self.clock, &self.metrics);
            self.taken = Some(held.clone());
        }
        let configuration = match &self.issuing.configuration {
            Some(name) => in_time(self.configurations.get_opt(name)).await?,
            None => None,
        };
        let bundles: Vec<Vec<u8>> = configuration.iter().flat_map(bundles).map(|(_, bundle)| bundle).collect();
        self.certificates.compare(&bundles, &self.clock, &self.metrics);
        if !*self.leading.borrow_and_update() {
            self.trusted = None;
            return Ok(());
        }
        let trust = self.trust(held.as_ref(), &bundles);
        let next = self.issuing.plan.next(held.as_ref(), self.clock.seconds(), trust);
        let next = next.map_err(|error| Unanswered { status: 0, message: format!("no certificate can be made: {error}") })?;
        if let Some(next) = next {
            return self.keep(&name, secret, &next).await;
        }
        match (configuration, held) {
            (Some(configuration), Some(held)) => self.vouch(&configuration, &held).await,
            _ => Ok(()),
        }
    }

    /// Whether API servers have had time to learn of the CAs that are kept.
    fn trust(&mut self, held: Option<&Held>, bundles: &[Vec<u8>]) -> Trust {
        let Some(held) = held else { return Trust::Fresh };
        if self.issuing.configuration.is_some()
            && (bundles.is_empty() || bundles.iter().any(|bundle| *bundle != held.authorities.as_bytes()))
        {
            self.trusted = None;
            return Trust::Fresh;
        }
        let known = self.trusted.take().filter(|(authorities, _)| *authorities == held.authorities);
        let (authorities, since) = known.unwrap_or_else(|| (held.authorities.clone(), Instant::now()));
        let is_settled = since.elapsed() >= self.issuing.plan.settles();
        self.trusted = Some((authorities, since));
        if is_settled { Trust::Settled } else { Trust::Fresh }
    }

    /// Writes the Secret; who read an older one than is there is told so, and looks again.
    async fn keep(&self, name: &str, old: Option<Secret>, next: &Held) -> Result<(), Unanswered> {
        let texts = [&next.authorities, &next.authority_key, &next.certificate, &next.key];
        let data: BTreeMap<String, ByteString> =
            KEYS.into_iter().zip(texts).map(|(key, text)| (key.to_owned(), ByteString(text.clone().into_bytes()))).collect();
        let namespace = Some(self.issuing.namespace.clone());
        let parameters = PostParams::default();
        match old {
            Some(old) => {
                let secret = Secret { data: Some(data), string_data: None, ..old };
                in_time(self.secrets.replace(name, &parameters, &secret)).await?;
            }
            None => {
                let metadata = ObjectMeta { name: Some(name.to_owned()), namespace, ..ObjectMeta::default() };
                let secret = Secret { data: Some(data), metadata, type_: Some("Opaque".to_owned()), ..Secret::default() };
                in_time(self.secrets.create(&parameters, &secret)).await?;
            }
        }
        tracing::info!(secret = name, "certificate made");
        Ok(())
    }

    /// Puts the CAs that are kept in the place of what the API server has, and touches nothing else.
    async fn vouch(&self, configuration: &ValidatingWebhookConfiguration, held: &Held) -> Result<(), Unanswered> {
        let wrong: Vec<String> =
            bundles(configuration).filter(|(_, bundle)| *bundle != held.authorities.as_bytes()).map(|(name, _)| name).collect();
        let Some(name) = configuration.metadata.name.as_deref().filter(|_| !wrong.is_empty()) else { return Ok(()) };
        let bundle = ByteString(held.authorities.clone().into_bytes());
        let webhooks: Vec<_> = wrong.iter().map(|name| json!({"name": name, "clientConfig": {"caBundle": bundle}})).collect();
        // The list is merged by the names of its webhooks. Another version than was read is not touched.
        let patch = json!({"metadata": {"resourceVersion": configuration.metadata.resource_version}, "webhooks": webhooks});
        in_time(self.configurations.patch(name, &PatchParams::default(), &Patch::Strategic(patch))).await?;
        self.metrics.reloaded("ca-bundle", "taken");
        tracing::info!(configuration = name, webhooks = wrong.join(","), "caBundle put right");
        Ok(())
    }
}

/// The names of webhooks and the CAs that their servers are checked by.
fn bundles(configuration: &ValidatingWebhookConfiguration) -> impl Iterator<Item = (String, Vec<u8>)> {
    let webhooks = configuration.webhooks.iter().flatten();
    webhooks.map(|webhook| (webhook.name.clone(), webhook.client_config.ca_bundle.clone().map(|bundle| bundle.0).unwrap_or_default()))
}

fn held(secret: &Secret) -> Option<Held> {
    let data = secret.data.as_ref()?;
    let [authorities, authority_key, certificate, key] =
        KEYS.map(|key| data.get(key).and_then(|bytes| String::from_utf8(bytes.0.clone()).ok()));
    Some(Held { authorities: authorities?, authority_key: authority_key?, certificate: certificate?, key: key? })
}
