//! That memory does not grow, however many reviews and bundles come. Ten minutes (`PORTCULLIS_SOAK_SECONDS`), so only when asked for:
//! `PORTCULLIS_WEBHOOK_BIN=target/release/portcullis-webhook cargo test -p portcullis-webhook --test soak -- --ignored --nocapture`
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::disallowed_methods, reason = "what cannot be set up fails its test")]

mod gate;
mod process;

use std::{
    io::Write as _,
    time::{Duration, Instant},
};

use process::{Place, answer, request};
use serde_json::{Value, json};

/// How many reviews are on their way at once.
const BATCH: usize = 32;

/// How many bundles are taken in.
const RELOADS: usize = 100;

/// Of each of these kinds one after the other; names, users and namespaces are new each time.
fn review(number: usize) -> String {
    let file = [include_str!("reviews/bases/pod.json"), include_str!("reviews/bases/deployment.json")][number % 2];
    let mut object: Value = serde_json::from_str(file).unwrap();
    let name = format!("object-{number}");
    object["metadata"]["name"] = name.clone().into();
    let template = if number.is_multiple_of(2) { &mut object } else { &mut object["spec"]["template"] };
    if number % 10 < 2 {
        template["spec"]["hostPID"] = true.into();
        template["spec"]["containers"][0]["image"] = format!("docker.io/library/nginx:{number}").into();
    }
    let kind = object["kind"].clone();
    let group = if kind == "Pod" { "" } else { "apps" };
    let old = if number.is_multiple_of(3) { object.clone() } else { Value::Null };
    json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": format!("uid-{number}"), "operation": if old.is_null() { "CREATE" } else { "UPDATE" }, "namespace": format!("n{number}"), "name": name,
        "kind": {"group": group, "version": "v1", "kind": kind}, "resource": {"group": group, "version": "v1", "resource": "x"},
        "userInfo": {"username": format!("user-{number}"), "groups": []}, "object": object, "oldObject": old,
    }})
    .to_string()
}

#[test]
#[ignore = "takes ten minutes"]
fn memory_does_not_grow() {
    let seconds = std::env::var("PORTCULLIS_SOAK_SECONDS").map_or(600, |seconds| seconds.parse().unwrap());
    let place = Place::new();
    let log = place.path("decisions.jsonl");
    let webhook = place.start_as(process::FRUGAL, &["--threads=1", &format!("--decision-log={log}")]);
    let stricter = gate::CONFIG.replace("host-path-volume: { level: warn }", "host-path-volume: { level: deny }");
    let bundles = [gate::bundle(&stricter).text(), gate::bundle(gate::CONFIG).text()];
    let taken = "portcullis_reloads_total{what=\"bundle\",result=\"taken\"}";
    // More than the webhook remembers, so that what it does not forget shows.
    let reviews: Vec<String> = (0..10_000).map(|number| request(&review(number))).collect();
    let mut stream = webhook.tls();
    let (mut count, mut reloads, mut rows) = (0_usize, 0, Vec::new());
    let begun = Instant::now();
    let whole = Duration::from_secs(seconds);
    while begun.elapsed() < whole || reloads < RELOADS {
        let batch: String = reviews.iter().cycle().skip(count % reviews.len()).take(BATCH).map(String::as_str).collect();
        stream.write_all(batch.as_bytes()).unwrap();
        for _ in 0..BATCH {
            assert_eq!(answer(&mut stream).unwrap().0, 200);
        }
        count += BATCH;
        if begun.elapsed() >= whole.mul_f64(reloads as f64 / RELOADS as f64) && reloads < RELOADS {
            place.put("bundle.json", &bundles[reloads % 2]);
            reloads += 1;
            webhook.comes_to(taken, reloads as f64);
            if reloads % 10 == 0 {
                let (now, peak) = (webhook.memory("VmRSS"), webhook.memory("VmHWM"));
                println!(
                    "{:>4} s {count:>9} reviews {reloads:>3} reloads: {now:>6} KiB resident, {peak:>6} KiB at most",
                    begun.elapsed().as_secs()
                );
                rows.push(now);
            }
        }
    }
    let (early, late) = (rows[2], webhook.memory("VmRSS"));
    println!("{count} reviews, {reloads} reloads: {early} KiB after 30 reloads, {late} KiB at the end");
    assert!(late < early + early / 20 + 1024, "{rows:?} {late}");
}
