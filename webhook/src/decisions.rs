//! The log of decisions, written by a thread of its own: a full disk loses lines, and says so, but never keeps a request waiting.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

use portcullis_policies::admission::{
    Outcome, Review, Verdict,
    chain::{Chain, MAX_LINE},
};
use serde_json::{Map, Value, json};

use crate::metrics::Metrics;

/// How many decisions wait for the disk before they are lost.
const MAX_WAITING: usize = 8192;

/// How long a failed disk is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// The longest last line that is looked for when a log is taken up again, and the end of the line before it.
const MAX_TAIL: u64 = MAX_LINE as u64 + 1;

/// How many logs that could not be taken up are kept beside the one that is written.
const MAX_UNREADABLE: usize = 1000;

/// How many findings, and how many rules that failed, stand in a line; the rest is counted. With them, no line comes near the longest that
/// is read: a character takes no more than six bytes.
const MAX_RULES: usize = 100;

/// How many characters of a text from outside stand in a line.
const MAX_TEXT: usize = 512;

/// The way to the log; without a file, decisions go nowhere.
#[derive(Debug)]
pub struct Decisions {
    sender: Option<SyncSender<Map<String, Value>>>,
    writer: Option<JoinHandle<()>>,
    metrics: Arc<Metrics>,
}

impl Decisions {
    /// Takes a log up where it ended, or begins it.
    ///
    /// One that cannot be gone on with is moved aside: a broken log must not stop the gate.
    ///
    /// # Errors
    /// It cannot be opened or moved.
    pub fn open(path: Option<&Path>, metrics: Arc<Metrics>) -> io::Result<Self> {
        let Some(path) = path else { return Ok(Self { sender: None, writer: None, metrics }) };
        let log = Log::open(path, Arc::clone(&metrics))?;
        let (sender, receiver) = sync_channel(MAX_WAITING);
        let writer = std::thread::Builder::new().name("decisions".to_owned()).spawn(move || log.run(&receiver))?;
        Ok(Self { sender: Some(sender), writer: Some(writer), metrics })
    }

    /// Records a verdict; whoever looks at dry runs looks at nothing that happened.
    pub(crate) fn record(&self, review: &Review, verdict: &Verdict, environment: Option<&str>, bundle: &str, seconds: u64) {
        if !review.dry_run {
            self.send(|| record(review, verdict, environment, bundle, seconds));
        }
    }

    /// Records the verdict on a request of which nothing but the uid can be told.
    pub(crate) fn record_unread(&self, verdict: &Verdict, environment: Option<&str>, bundle: &str, seconds: u64) {
        self.send(|| judged(verdict, environment, bundle, seconds));
    }

    fn send(&self, line: impl FnOnce() -> Map<String, Value>) {
        let Some(sender) = self.sender.as_ref() else { return };
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) = sender.try_send(line()) {
            self.metrics.lost.inc();
        }
    }

    /// Waits until everything is written.
    pub fn close(mut self) {
        drop(self.sender.take());
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

/// What a line says: who did what to which object, and what the rules said; nothing of the object itself.
fn record(review: &Review, verdict: &Verdict, environment: Option<&str>, bundle: &str, seconds: u64) -> Map<String, Value> {
    let mut line = judged(verdict, environment, bundle, seconds);
    let mut put = |key: &str, value: Value| line.insert(key.to_owned(), value);
    put("kind", short(&review.kind).into());
    put("name", short(&review.name).into());
    put("namespace", short(&review.namespace).into());
    put("operation", review.operation.name().into());
    put("subresource", short(&review.sub_resource).into());
    put("user", short(&review.user.name).into());
    line
}

/// The part of a line that a verdict tells.
fn judged(verdict: &Verdict, environment: Option<&str>, bundle: &str, seconds: u64) -> Map<String, Value> {
    let told = verdict.judged.iter().filter(|judged| judged.outcome != Outcome::Denied || !verdict.allowed);
    let rules: Vec<Value> = told
        .clone()
        .take(MAX_RULES)
        .map(|judged| json!({"outcome": judged.outcome.name(), "path": short(&judged.finding.pointer()), "rule": short(judged.finding.rule.as_str())}))
        .collect();
    let failed = verdict.faults.iter().map(|(fault, _)| fault.rule.as_ref().map_or("unreadable", |rule| rule.as_str()));
    let failed: Vec<String> = failed.take(MAX_RULES).map(short).collect();
    let left_out = (told.count() - rules.len()) + (verdict.faults.len() - failed.len());
    let mut line = Map::new();
    let mut put = |key: &str, value: Value| line.insert(key.to_owned(), value);
    put("allowed", verdict.allowed.into());
    put("bundle", short(bundle).into());
    put("breakGlass", verdict.emergency.as_deref().map(short).into());
    put("environment", environment.map(short).into());
    put("errors", failed.into());
    if left_out > 0 {
        put("leftOut", left_out.into());
    }
    put("notChecked", verdict.passed.map(|pass| pass.name()).into());
    put("rules", rules.into());
    put("time", seconds.into());
    put("uid", short(&verdict.uid).into());
    line
}

/// A text from outside, no longer than it may be.
fn short(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

/// The file, and the end of what is surely in it.
struct Log {
    path: PathBuf,
    file: File,
    length: u64,
    chain: Chain,
    /// How many lost decisions the log has told of.
    told: u64,
    metrics: Arc<Metrics>,
}

impl Log {
    fn open(path: &Path, metrics: Arc<Metrics>) -> io::Result<Self> {
        let begin = || OpenOptions::new().create(true).append(true).read(true).open(path);
        let mut file = begin()?;
        let mut length = file.metadata()?.len();
        let (chain, whole) = match end(&mut file, length) {
            Ok(end) => end,
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                let aside = move_aside(path)?;
                metrics.unreadable_logs.inc();
                tracing::error!(error = %error, log = %path.display(), kept = %aside.display(), "the log of decisions could not be gone on with; a new one was begun");
                (file, length) = (begin()?, 0);
                (Chain::default(), 0)
            }
            Err(error) => return Err(error),
        };
        if whole < length {
            // A line that was being written when the process was killed was never told to anybody.
            tracing::warn!(bytes = length - whole, "the log of decisions ended in the middle of a line, which was taken off");
            file.set_len(whole)?;
        }
        Ok(Self { path: path.to_owned(), file, length: whole, chain, told: 0, metrics })
    }

    fn run(mut self, receiver: &Receiver<Map<String, Value>>) {
        while let Ok(first) = receiver.recv() {
            let mut records = vec![first];
            records.extend(receiver.try_iter().take(MAX_WAITING));
            let count = records.len() as u64;
            if let Err(error) = self.write(records) {
                self.metrics.log_failures.inc();
                self.metrics.lost.inc_by(count);
                tracing::error!(error = %error, lost = count, log = %self.path.display(), "decisions could not be written");
                // What was written in part is taken off, so that the chain stays whole.
                let _ = self.file.set_len(self.length);
                std::thread::sleep(PAUSE);
            }
        }
    }

    fn write(&mut self, mut records: Vec<Map<String, Value>>) -> io::Result<()> {
        let lost = self.metrics.lost_so_far();
        if let Some(first) = records.first_mut().filter(|_| lost > self.told) {
            first.insert("lost".to_owned(), (lost - self.told).into());
        }
        let count = records.len() as u64;
        let mut chain = self.chain.clone();
        let mut text = String::new();
        for record in records {
            let (line, next) = chain.line(record);
            text.push_str(&line);
            chain = next;
        }
        self.file.write_all(text.as_bytes())?;
        self.file.flush()?;
        self.length += text.len() as u64;
        (self.chain, self.told) = (chain, lost);
        self.metrics.recorded.inc_by(count);
        Ok(())
    }
}

/// Gives a log another name, so that nothing of it is lost.
fn move_aside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let names = (1..=MAX_UNREADABLE).map(|number| path.with_file_name(format!("{name}.unreadable-{number}")));
    let free = names.into_iter().find(|free| !free.exists());
    let free = free.ok_or_else(|| io::Error::other(format!("{MAX_UNREADABLE} unreadable logs lie beside it")))?;
    std::fs::rename(path, &free)?;
    Ok(free)
}

/// The chain of the last whole line, and where that line ends.
fn end(file: &mut File, length: u64) -> io::Result<(Chain, u64)> {
    let start = length.saturating_sub(MAX_TAIL);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    file.take(MAX_TAIL).read_to_end(&mut tail)?;
    let Some(last) = tail.iter().rposition(|&byte| byte == b'\n') else {
        let is_empty = start == 0;
        return if is_empty { Ok((Chain::default(), 0)) } else { Err(io::Error::new(io::ErrorKind::InvalidData, "it has no lines")) };
    };
    let before = tail.get(..last).unwrap_or_default();
    let line = before.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    let chain = std::str::from_utf8(line).map_err(|error| error.to_string()).and_then(Chain::end);
    let chain = chain.map_err(|reason| io::Error::new(io::ErrorKind::InvalidData, format!("its last line does not fit: {reason}")))?;
    Ok((chain, start + last as u64 + 1))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "looks at what was written")]
mod tests {
    use std::{fs, sync::Arc};

    use portcullis_policies::{
        Finding, Level, RuleId,
        admission::{
            Judged, Malformed, Outcome, Review, Verdict,
            chain::{Audit, Chain, MAX_LINE},
        },
    };
    use portcullis_source::{Origin, Step};
    use serde_json::{Map, json};

    use super::{Decisions, Log, record};
    use crate::metrics::Metrics;

    fn send(decisions: &Decisions, count: usize) {
        for number in 0..count {
            let record: Map<String, serde_json::Value> = [("uid".to_owned(), number.into())].into_iter().collect();
            decisions.sender.as_ref().unwrap().send(record).unwrap();
        }
    }

    #[test]
    fn a_log_is_taken_up_where_it_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.jsonl");
        for _ in 0..3 {
            let decisions = Decisions::open(Some(&path), Arc::new(Metrics::default())).unwrap();
            send(&decisions, 4);
            decisions.close();
        }
        // The process was killed in the middle of a line.
        let mut text = fs::read_to_string(&path).unwrap();
        text.push_str("{\"uid\":");
        fs::write(&path, text).unwrap();
        let decisions = Decisions::open(Some(&path), Arc::new(Metrics::default())).unwrap();
        send(&decisions, 1);
        decisions.close();
        let audit = Audit::read(fs::read(&path).unwrap().as_slice()).unwrap();
        assert_eq!((audit.lines, audit.broken, audit.lost), (13, None, 0));
    }

    #[test]
    fn a_log_that_cannot_be_gone_on_with_is_moved_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.jsonl");
        let metrics = Arc::new(Metrics::default());
        let long = "x".repeat(2 << 20);
        let bad = ["{\"uid\":1}\n".to_owned(), format!("{long}\n"), long, "\n".to_owned(), "no JSON\n".to_owned(), "\u{1}\n\n".to_owned()];
        for (number, text) in (1..).zip(bad) {
            fs::write(&path, &text).unwrap();
            let decisions = Decisions::open(Some(&path), Arc::clone(&metrics)).unwrap();
            send(&decisions, 2);
            decisions.close();
            assert_eq!(fs::read_to_string(folder.path().join(format!("log.jsonl.unreadable-{number}"))).unwrap(), text);
            let audit = Audit::read(fs::read(&path).unwrap().as_slice()).unwrap();
            assert_eq!((audit.lines, audit.broken), (2, None));
        }
        assert!(metrics.text().contains("portcullis_decision_logs_unreadable_total 6"));
        // A folder that may not be written to is a mistake of whoever starts it.
        assert!(Decisions::open(Some(&folder.path().join("none/log.jsonl")), metrics).is_err());
    }

    #[test]
    fn no_line_is_longer_than_is_read() {
        let text = "\u{1}".repeat(4000);
        let body = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
            "uid": "u", "operation": "CREATE", "kind": {"kind": text}, "subResource": text, "namespace": text, "name": text,
            "userInfo": {"username": text}, "object": null,
        }});
        let review = Review::parse(body.to_string().into_bytes()).unwrap();
        let broken = Malformed { message: String::new(), uid: Some("u".into()) };
        let mut verdict = Verdict::unreadable(&broken).unwrap();
        let fault = verdict.faults.first().unwrap().clone();
        let finding = Finding {
            rule: RuleId::new("a-rule"),
            level: Level::Deny,
            message: text.clone(),
            resource: None,
            path: vec![Step::Key(text.as_str().into()); 3],
            origin: Origin::default(),
            environment: None,
            application: None,
            service: None,
            waived: None,
            fingerprint: String::new(),
        };
        verdict.judged = vec![Judged { finding, outcome: Outcome::Denied }; 23_400];
        verdict.faults = vec![fault; 5_000];
        verdict.emergency = Some(text.clone());
        let line = Chain::default().line(record(&review, &verdict, Some(&text), &text, 1)).0;
        assert!(line.len() < MAX_LINE, "{}", line.len());
        assert!(line.contains("\"leftOut\":28200"), "{}", &line[..300]);
        assert_eq!(Audit::read(line.as_bytes()).unwrap().broken, None);
    }

    #[test]
    fn what_is_lost_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.jsonl");
        let metrics = Arc::new(Metrics::default());
        let mut log = Log::open(&path, Arc::clone(&metrics)).unwrap();
        log.write(vec![Map::new()]).unwrap();
        metrics.lost.inc_by(7);
        log.write(vec![Map::new(), Map::new()]).unwrap();
        log.write(vec![Map::new()]).unwrap();
        let audit = Audit::read(fs::read(&path).unwrap().as_slice()).unwrap();
        assert_eq!((audit.lines, audit.lost, audit.broken), (4, 7, None));
    }
}
