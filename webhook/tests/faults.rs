//! What clients, disks, clocks and certificates may do to a running webhook, and that it goes on.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::disallowed_methods, reason = "what cannot be set up fails its test")]

mod gate;
mod process;

use std::{
    fs,
    io::Write as _,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use portcullis_policies::admission::chain::Audit;
use portcullis_webhook::{Certificates, Clock, Decisions, Gates, Handler, Metrics, Parts};
use process::{Authority, PAST, PRESENT, Place, Webhook, answer, ask, eventually, request, rest};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};

fn pod(changes: impl FnOnce(&mut Value)) -> String {
    gate::pod(changes).to_string()
}

fn judges(webhook: &Webhook) {
    assert_eq!(webhook.ask(&pod(|_| {}))["allowed"], true);
    assert_eq!(webhook.ask(&pod(|review| review["request"]["object"]["spec"]["hostPID"] = true.into()))["allowed"], false);
}

fn failed(why: &str) -> String {
    format!("portcullis_handshakes_failed_total{{why=\"{why}\"}}")
}

#[test]
fn plain_http_on_the_port_of_tls() {
    let place = Place::new();
    let webhook = place.start(&[]);
    let mut stream = webhook.tcp();
    stream.write_all(request(&pod(|_| {})).as_bytes()).unwrap();
    let answer = rest(&mut stream);
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    webhook.comes_to(&failed("tls"), 1.0);
    judges(&webhook);
}

#[test]
fn slow_handshakes_and_heads_are_closed() {
    let place = Place::new();
    let webhook = place.start(&[]);
    thread::scope(|scope| {
        // A handshake that never comes further than its first bytes.
        scope.spawn(|| {
            let mut stream = webhook.tcp();
            stream.write_all(b"\x16\x03\x01").unwrap();
            rest(&mut stream);
            webhook.comes_to(&failed("slow"), 1.0);
        });
        // A head that comes byte by byte, and never ends.
        scope.spawn(|| {
            let mut stream = webhook.tls();
            stream.write_all(b"POST /validate HTTP/1.1\r\nhost: localhost\r\nx-slow: ").unwrap();
            eventually("the head is closed", || stream.write_all(b"a").and_then(|()| stream.flush()).is_err());
            webhook.comes_to(&failed("silent"), 1.0);
        });
        // A connection over which nothing is asked.
        scope.spawn(|| {
            let mut stream = webhook.tls();
            stream.conn.complete_io(&mut stream.sock).unwrap();
            rest(&mut stream);
            webhook.comes_to(&failed("silent"), 1.0);
        });
        judges(&webhook);
    });
    judges(&webhook);
}

#[test]
fn two_requests_in_one_breath() {
    let place = Place::new();
    let webhook = place.start(&[]);
    let mut stream = webhook.tls();
    stream
        .write_all(format!("{}{}", request(&pod(|_| {})), request(&pod(|review| review["request"]["uid"] = "uid-2".into()))).as_bytes())
        .unwrap();
    let mut uid = || serde_json::from_slice::<Value>(&answer(&mut stream).unwrap().1).unwrap()["response"]["uid"].take();
    assert_eq!((uid(), uid()), ("uid-1".into(), "uid-2".into()));
}

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

#[test]
fn an_environment_that_the_bundle_does_not_know() {
    let place = Place::new();
    let mut words = place.command();
    words.retain(|word| !word.starts_with("--environment"));
    let path = place.path("bundle.json");
    let configuration = ["configuration", "--service=a/b", "--environment=pord"].map(str::to_owned);
    let configuration = configuration.into_iter().chain([format!("--bundle={path}")]).collect();
    for arguments in [[&words[1..], &["--environment=pord".to_owned()]].concat(), configuration] {
        let output = Command::new(&words[0]).args(arguments).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && told.contains("pord") && told.contains("dev, prod"), "{told}");
    }
}

#[test]
fn heads_without_bodies_keep_nobody_out() {
    let place = Place::new();
    let webhook = place.start(&["--max-in-flight=30"]);
    // POST, https, a path, an authority and a type as they are.
    let path = b"\x83\x87\x04\x09/validate\x01\x09localhost\x0f\x10\x10application/json".as_slice();
    let mut streams: Vec<_> = (0..2).map(|_| webhook.tls_as(&place.authority.client(b"h2"))).collect();
    for stream in &mut streams {
        let heads: Vec<u8> = (0..200).flat_map(|number| frame(1, 4, 2 * number + 1, path)).collect();
        let start = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice(), &frame(4, 0, 0, &[]), &heads].concat();
        stream.write_all(&start).and_then(|()| stream.flush()).unwrap();
    }
    thread::sleep(Duration::from_millis(300));
    for _ in 0..20 {
        judges(&webhook);
    }
    let refused = |why: &str| webhook.metric(&format!("portcullis_requests_refused_total{{why=\"{why}\"}}"));
    assert!(refused("in_flight") + refused("arriving") < 1.0);
    // They were there, until their time was over.
    webhook.comes_to("portcullis_requests_refused_total{why=\"slow\"}", 400.0);
}

#[test]
fn a_client_that_resets_what_it_asks() {
    let place = Place::new();
    let webhook = place.start(&[]);
    let mut stream = webhook.tls_as(&place.authority.client(b"h2"));
    stream.write_all(&[b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice(), &frame(4, 0, 0, &[])].concat()).unwrap();
    // POST, https, and a path and an authority as they are.
    let head = [b"\x83\x87\x04\x09/validate\x01\x09".as_slice(), b"localhost"].concat();
    let (mut number, mut told) = (1, Vec::new());
    stream.sock.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
    // GOAWAY, which names the last stream that is answered, and why: to calm down (11).
    eventually("it is told to calm down", || {
        let requests = (0..50).flat_map(|_| {
            number += 2;
            [frame(1, 4, number, &head), frame(3, 0, number, &8_u32.to_be_bytes())].concat()
        });
        let _ = stream.write_all(&requests.collect::<Vec<u8>>()).and_then(|()| stream.flush());
        told.extend(rest(&mut stream));
        told.windows(17).any(|frame| frame[3] == 7 && frame[13..17] == [0, 0, 0, 11])
    });
    drop(stream);
    eventually("its place is free again", || webhook.metric("portcullis_connections") < 1.0);
    assert!(webhook.metric("portcullis_reviews_in_flight") < 1.0);
    judges(&webhook);
}

#[test]
fn ten_thousand_idle_connections() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).unwrap();
    let most = limit.maximum.map_or(u64::MAX, |most| most.saturating_sub(1000));
    let place = Place::new();
    let webhook = place.start(&[]);
    // Where the machine allows fewer files, as many as it does.
    let count = usize::try_from(most.min(10_000)).unwrap();
    let mut kept = webhook.tls();
    assert_eq!(ask(&mut kept, &pod(|_| {}))["allowed"], true);
    let idle: Vec<_> = (0..count)
        .map(|number| {
            if number % 100 == 0 {
                // No more at once than wait in front of the door, or the kernel turns them away for a second.
                let taken = || webhook.metric("portcullis_connections") + webhook.metric("portcullis_connections_evicted_total");
                eventually("all are taken in", || taken() >= number as f64);
            }
            if number % 500 == 0 {
                judges(&webhook);
                // A connection over which something is asked now and then outlives those that are only there.
                assert_eq!(ask(&mut kept, &pod(|_| {}))["allowed"], true);
            }
            webhook.tcp()
        })
        .collect();
    judges(&webhook);
    assert!(webhook.metric("portcullis_connections") <= 512.0);
    webhook.comes_to("portcullis_connections_evicted_total", (count - 512) as f64);
    assert_eq!(idle.len(), count);
}

#[test]
fn a_machine_without_descriptors() {
    let place = Place::new();
    // Fewer than the connections that it would hold.
    let webhook = place.start_as(&["sh", "-c", "ulimit -n 60 && exec \"$0\" \"$@\""], &[]);
    let idle: Vec<_> = (0..200).map(|_| webhook.tcp()).collect();
    assert_eq!(webhook.ask(&pod(|_| {}))["allowed"], true);
    webhook.comes_to("portcullis_connections_evicted_total", 140.0);
    assert_eq!(idle.len(), 200);
    judges(&webhook);
}

/// What takes the most memory for its length, or at all.
fn heavy() -> Vec<String> {
    let config_map =
        |fill: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": fill.repeat(3 << 20)}});
    let spec = |key: &str, value: Value| pod(|review| review["request"]["object"]["spec"][key] = value);
    let long = pod(|review| {
        review["request"]["operation"] = "UPDATE".into();
        (review["request"]["object"], review["request"]["oldObject"]) = (config_map("x"), config_map("y"));
    });
    let containers: Value = (0..500).map(|number| json!({"name": format!("c{number}"), "image": "docker.io/x"})).collect();
    let maps: Value = (0..19_500).map(|_| json!({"a": {}})).collect();
    vec![long, spec("containers", containers), spec("x", maps), spec("x", vec![json!(1); 300_000].into())]
}

/// The most memory of its own that a webhook has while clients send bodies, in KiB. Pages of the program itself come to it, some ten mebibytes of a
/// release, which a kernel takes away where it needs room.
fn most_under(webhook: &Webhook, bodies: &[String], each: usize) -> u64 {
    let most = AtomicU64::new(0);
    thread::scope(|scope| {
        for client in 0..8 {
            let (bodies, most) = (&bodies, &most);
            scope.spawn(move || {
                for body in bodies.iter().cycle().skip(client).take(each) {
                    // Some are told to come back, and the connection ends under those that are still writing.
                    let mut stream = webhook.tls();
                    let _ = stream.write_all(request(body).as_bytes()).and_then(|()| answer(&mut stream).map(drop));
                    most.fetch_max(webhook.memory("RssAnon"), Ordering::Relaxed);
                }
            });
        }
    });
    most.into_inner()
}

#[test]
fn memory_has_bounds() {
    let place = Place::new();
    let webhook = place.start_as(process::FRUGAL, &["--threads=2"]);
    let ordinary = [pod(|_| {}), pod(|review| review["request"]["object"]["spec"]["hostPID"] = true.into())];
    let most = most_under(&webhook, &ordinary, 50);
    assert!(most < 54 << 10, "{most} KiB: ordinary objects need no more than 64 MiB");
    let most = most_under(&webhook, &heavy(), 12);
    assert!(most < 96 << 10, "{most} KiB: the chart allows for 128 MiB");
    judges(&webhook);
}

#[test]
fn a_disk_that_is_always_full() {
    let place = Place::new();
    let mut webhook = place.start(&["--decision-log=/dev/full"]);
    judges(&webhook);
    webhook.comes_to("portcullis_decisions_lost_total", 2.0);
    judges(&webhook);
    assert!(webhook.metric("portcullis_decision_log_failures_total") >= 1.0);
    assert!(webhook.printed().contains("decisions could not be written"));
    assert_eq!(webhook.end().code(), Some(0));
}

#[test]
fn a_disk_that_fills_up_and_is_cleared() {
    // A disk of sixteen pages in a view of the files that only the webhook has; where users may not have such views, /dev/full must do.
    let mount = "mount -t tmpfs -o size=64k tmpfs \"$DISK\" && exec \"$0\" \"$@\"";
    let by = ["unshare", "--user", "--map-root-user", "--mount"];
    let allowed = Command::new(by[0]).args(&by[1..]).arg("true").status().is_ok_and(|status| status.success());
    if !allowed {
        eprintln!("not tried: no mount of its own is allowed here");
        return;
    }
    let place = Place::new();
    let disk = place.path("disk");
    fs::create_dir(&disk).unwrap();
    let disk_is = format!("DISK={disk}");
    let mut webhook =
        place.start_as(&[&["env", &disk_is], by.as_slice(), &["sh", "-c", mount]].concat(), &[&format!("--decision-log={disk}/log")]);
    let inside = format!("/proc/{}/root{disk}", webhook.process.id());
    fs::write(format!("{inside}/filler"), vec![0; 32 << 10]).unwrap();
    let mut stream = webhook.tls();
    let lost = "portcullis_decisions_lost_total";
    eventually("the disk is full", || {
        ask(&mut stream, &pod(|_| {}));
        webhook.metric(lost) > 0.0
    });
    fs::remove_file(format!("{inside}/filler")).unwrap();
    let written = webhook.metric("portcullis_decisions_recorded_total");
    eventually("it is written to again", || {
        ask(&mut stream, &pod(|_| {}));
        webhook.metric("portcullis_decisions_recorded_total") > written
    });
    let whole = fs::File::open(format!("{inside}/log")).unwrap();
    let lost = webhook.metric(lost);
    assert_eq!(webhook.end().code(), Some(0));
    let audit = Audit::read(std::io::BufReader::new(whole)).unwrap();
    assert!(audit.broken.is_none() && (audit.lost as f64 - lost).abs() < 0.5, "{audit:?} {lost}");
}

#[test]
fn a_ca_that_has_expired_under_a_valid_leaf() {
    let place = Place::new();
    let old = Authority::new(PAST);
    place.put("ca.crt", &old.certificate);
    place.put_pair(&old.pair("localhost", |_| {}));
    let webhook = place.start(&[]);
    let (status, why) = webhook.ready();
    assert!(status == 503 && why.contains("the CA has expired"), "{status} {why}");
    assert!(webhook.metric("portcullis_certificate_not_after_timestamp_seconds{certificate=\"ca\"}") < 1e9 + 1e7);
    assert!(webhook.metric("portcullis_certificate_not_after_timestamp_seconds{certificate=\"leaf\"}") > 4e9);
    // A client that looks at no dates of a CA, as those of Go do not where it is the anchor, is served all the same.
    place.put("ca.crt", &place.authority.certificate);
    eventually("it is told that they do not belong together", || webhook.ready().1.contains("not of the CA"));
    place.put_pair(&place.authority.pair("localhost", |_| {}));
    eventually("it is ready", || webhook.ready().0 == 200);
    judges(&webhook);
}

#[test]
fn a_key_of_another_certificate() {
    let place = Place::new();
    let good = place.authority.pair("localhost", |_| {});
    let other = place.authority.pair("localhost", |_| {});
    place.put_pair(&(good.0.clone(), other.1.clone()));
    let (status, printed) = place.fails(&[]);
    assert!(status.code() == Some(2) && printed.contains("are no pair"), "{status}: {printed}");
    place.put_pair(&good);
    let webhook = place.start(&[]);
    place.put("tls.key", &other.1);
    webhook.comes_to("portcullis_reloads_total{what=\"certificate\",result=\"refused\"}", 1.0);
    judges(&webhook);
    assert_eq!(webhook.ready().0, 200, "the pair from before is shown");
    place.put("tls.crt", &other.0);
    webhook.comes_to("portcullis_reloads_total{what=\"certificate\",result=\"taken\"}", 1.0);
    judges(&webhook);
}

#[test]
fn a_certificate_of_another_name() {
    let place = Place::new();
    place.put_pair(&place.authority.pair("other.example.com", |_| {}));
    let webhook = place.start(&[]);
    let mut stream = webhook.tls();
    let told = stream.write_all(request(&pod(|_| {})).as_bytes()).and_then(|()| answer(&mut stream).map(drop)).unwrap_err();
    assert!(told.to_string().contains("certificate not valid for name"), "{told}");
    // Clients say so before they go, which is what the metric counts; which names they ask for is nothing that the process knows.
    drop(stream);
    webhook.comes_to(&failed("tls"), 1.0);
    place.put_pair(&place.authority.pair("localhost", |_| {}));
    webhook.comes_to("portcullis_reloads_total{what=\"certificate\",result=\"taken\"}", 1.0);
    judges(&webhook);
}

/// A handler whose clock can be set.
fn moving(pair: &(String, String)) -> (Handler, Arc<AtomicU64>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("bundle.json"), gate::bundle(gate::CONFIG).text()).unwrap();
    fs::write(at("tls.crt"), &pair.0).unwrap();
    fs::write(at("tls.key"), &pair.1).unwrap();
    let seconds = Arc::new(AtomicU64::new(gate::NOON));
    let told = Arc::clone(&seconds);
    let clock = Clock::of(move || told.load(Ordering::Relaxed));
    let metrics = Arc::new(Metrics::default());
    let parts = Parts {
        gates: Arc::new(Gates::open(folder.path()).unwrap()),
        certificates: Some(Arc::new(Certificates::open(&at("tls.crt"), &at("tls.key"), None, &clock).unwrap())),
        decisions: Decisions::open(None, Arc::clone(&metrics)).unwrap(),
        metrics,
        clock,
        environment: Some("prod".into()),
    };
    (Handler::new(parts, &gate::bounds()), seconds, folder)
}

#[test]
fn a_clock_that_jumps() {
    const HOUR: u64 = 3600;
    let noon = gate::NOON;
    let pair = Authority::new(PRESENT).pair("localhost", |parameters| {
        let day = rcgen::date_time_ymd(2026, 6, 30);
        let minutes = |minutes: u64| day + Duration::from_secs(minutes * 60);
        (parameters.not_before, parameters.not_after) = (minutes(11 * 60 + 30), minutes(12 * 60 + 30));
    });
    let (handler, clock, _folder) = moving(&pair);
    let host = |changes: fn(&mut Value)| {
        pod(|review| {
            review["request"]["object"]["spec"]["hostPID"] = true.into();
            changes(review);
        })
    };
    let waived = host(|review| review["request"]["object"]["metadata"]["name"] = "agent".into());
    let emergency = host(|review| {
        let notes = json!({"portcullis.dev/break-glass-reason": "zone lost", "portcullis.dev/break-glass-until": "2026-06-30T15:30:00Z"});
        review["request"]["object"]["metadata"]["annotations"] = notes;
        review["request"]["userInfo"] = json!({"username": "eve", "groups": ["platform-emergency"]});
    });
    let is_allowed = |body: &str, at: u64| {
        clock.store(at, Ordering::Relaxed);
        let response = gate::runtime().block_on(async {
            let response = handler.handle(gate::post(body.to_owned())).await;
            response.into_body().collect().await.unwrap().to_bytes()
        });
        serde_json::from_slice::<Value>(&response).unwrap()["response"]["allowed"] == true
    };
    let readiness = |at: u64| {
        clock.store(at, Ordering::Relaxed);
        let probe = Request::get("/readyz").body(Full::new(Bytes::new())).unwrap();
        gate::runtime().block_on(async { handler.handle(probe).await.status().as_u16() })
    };
    // The day of the waiver ends within the jump; it counts again when the clock is put right.
    let evening = noon + 12 * HOUR - HOUR / 2;
    let nights = [(evening, true), (evening + HOUR, false), (evening, true), (evening - HOUR, true)];
    assert_eq!(nights.map(|(at, _)| is_allowed(&waived, at)), nights.map(|(_, allowed)| allowed));
    // At most four hours ahead, and never after its end.
    let jumps = [(noon, true), (noon - HOUR, false), (noon, true), (noon + HOUR, true), (noon + 3 * HOUR, true), (noon + 4 * HOUR, false)];
    assert_eq!(jumps.map(|(at, _)| is_allowed(&emergency, at)), jumps.map(|(_, allowed)| allowed));
    // A certificate that is valid for half an hour around noon.
    assert_eq!([noon, noon + HOUR, noon, noon - HOUR, noon].map(readiness), [200, 503, 200, 503, 200]);
    assert!(is_allowed(&pod(|_| {}), noon + HOUR), "whoever comes is answered, ready or not");
}
