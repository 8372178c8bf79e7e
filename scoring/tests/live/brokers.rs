//! That transactions of a broker become decisions, each once, while the active broker is killed and instances come and go.

use crate::{
    flow::Flow,
    process::{Service, start_with, until},
    servers::{Pair, Postgres},
};

use portcullis_scoring::Store;

/// How many decisions are waited for before something happens.
const SOME: i64 = 400;

/// Waits for some more decisions.
async fn goes_on(store: &Store) {
    let enough = store.count().await.unwrap() + SOME;
    until(async || store.count().await.unwrap() >= enough).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_brokers_lose_nothing_and_double_no_decision() {
    let (folder, postgres, mut pair) = (tempfile::tempdir().unwrap(), Postgres::start(), Pair::start());
    let (flags, certificate) = (flags(&postgres, &pair), pair.certificate());
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let start = || start_with(folder.path(), &flags, &[("SSL_CERT_FILE", certificate.to_str().unwrap())]);
    let mut instances: Vec<Service> = vec![start(), start()];
    let store = Store::open(&postgres.url(), 1).await.unwrap();
    let mut flow = Flow::start(&pair);
    // Over to the other broker, and back.
    for _ in 0..2 {
        goes_on(&store).await;
        let count = store.count().await.unwrap();
        pair.kill_active();
        println!("the active broker was killed after {count} decisions");
        goes_on(&store).await;
    }
    // One of the instances goes, and another one comes.
    instances.push(start());
    end(instances.remove(0));
    goes_on(&store).await;
    let count = flow.decided(&store, 0).await;
    instances.into_iter().for_each(end);
    assert_eq!(usize::try_from(store.count().await.unwrap()).unwrap(), count, "each transaction has one decision");
    flow.holds(count, &[]).await;
}

/// What instances are told of the servers.
pub(crate) fn flags(postgres: &Postgres, pair: &Pair) -> [String; 4] {
    let login = [format!("--broker-user={}", crate::servers::USER), format!("--broker-password={}", crate::servers::PASSWORD)];
    let [user, password] = login;
    [format!("--database-url={}", postgres.url()), format!("--broker-url={}", pair.urls()), user, password]
}

fn end(mut service: Service) {
    service.signal("TERM");
    assert_eq!(service.wait().code(), Some(0), "{}", service.log());
}
