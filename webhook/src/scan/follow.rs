//! One watch, for as long as it is wanted: broken connections, versions that are too old, and servers that come back are its daily bread.

use std::{pin::pin, time::Duration};

use futures_util::StreamExt as _;
use kube::{
    Api, Client,
    core::{ApiResource, DynamicObject},
    runtime::watcher::{self, Event, watcher},
};
use portcullis_policies::admission::stored::Read;
use tokio::sync::mpsc::Sender;

use super::{
    keep::{Kept, Key},
    shelf::{State, Told},
};
use crate::cluster::client::Unanswered;

/// How many objects the server sends at once.
const PAGE: u32 = 200;

/// The shortest and the longest wait before the server is asked again.
const WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// After how long without a word a watch counts as well.
const QUIET: Duration = Duration::from_secs(20);

/// What is watched.
pub(crate) struct Following {
    /// The kind.
    pub(crate) read: Read,
    /// In which version.
    pub(crate) version: String,
    /// The namespaces that are left out.
    pub(crate) excluded: Vec<String>,
}

impl Following {
    fn resource(&self) -> ApiResource {
        let group = self.read.group;
        let api_version = if group.is_empty() { self.version.clone() } else { format!("{group}/{}", self.version) };
        let kind = kube::core::GroupVersionKind::gvk(group, &self.version, self.read.kind);
        ApiResource { api_version, ..ApiResource::from_gvk_with_plural(&kind, self.read.resource) }
    }

    /// What the server is told not to send: excluded namespaces, and pods that run no more.
    fn selector(&self) -> String {
        let mut parts: Vec<String> = self.excluded.iter().map(|name| format!("metadata.namespace!={name}")).collect();
        if self.read.kind == "Pod" {
            parts.extend(["status.phase!=Succeeded", "status.phase!=Failed"].map(str::to_owned));
        }
        parts.join(",")
    }
}

/// Watches until nobody listens, or the server has no such kind any more.
pub(crate) async fn follow(client: Client, following: Following, place: usize, sender: Sender<(usize, Told)>) {
    let api = Api::<DynamicObject>::all_with(client, &following.resource());
    let config = watcher::Config::default().page_size(PAGE).fields(&following.selector());
    let mut events = pin!(watcher(api, config));
    let mut wait = WAITS.0;
    loop {
        let told = match tokio::time::timeout(QUIET, events.next()).await {
            Err(_) => Told::Quiet,
            Ok(None) => return,
            Ok(Some(Ok(event))) => match told(event, &following) {
                Some(told) => told,
                None => continue,
            },
            Ok(Some(Err(error))) => {
                let Some((state, message)) = trouble(error) else { continue };
                let is_over = state == State::Unknown;
                if sender.send((place, Told::Trouble(state, message))).await.is_err() || is_over {
                    return;
                }
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(WAITS.1);
                continue;
            }
        };
        if matches!(told, Told::Done | Told::Quiet | Told::Gone(_)) {
            wait = WAITS.0;
        }
        if sender.send((place, told)).await.is_err() {
            return;
        }
    }
}

fn told(event: Event<DynamicObject>, following: &Following) -> Option<Told> {
    let kept = |object| Some(Told::Held(Box::new(Kept::of(object, &following.read, &following.version)?)));
    match event {
        Event::Init => Some(Told::Begin),
        Event::InitDone => Some(Told::Done),
        Event::InitApply(object) | Event::Apply(object) => kept(object),
        Event::Delete(object) => Key::of(&object).map(Told::Gone),
    }
}

/// What an error comes to; nothing where the watch goes on by itself at once.
fn trouble(error: watcher::Error) -> Option<(State, String)> {
    let unanswered = match error {
        watcher::Error::InitialListFailed(error) | watcher::Error::WatchStartFailed(error) | watcher::Error::WatchFailed(error) => {
            Unanswered::of(error)
        }
        watcher::Error::WatchError(status) => Unanswered { status: status.code, message: status.message },
        watcher::Error::NoResourceVersion => Unanswered { status: 0, message: "the server tells no version of its list".to_owned() },
    };
    match unanswered.status {
        // The version is too old: everything is listed anew.
        410 => None,
        404 => Some((State::Unknown, unanswered.message)),
        403 => Some((State::Forbidden, unanswered.message)),
        _ => Some((State::Failing, unanswered.message)),
    }
}
