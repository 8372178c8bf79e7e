//! What no text of Rego may call.

/// What no rule may call: what it finds must follow from its input alone, the same on every machine, at every time, in both gates.
pub(crate) const FORBIDDEN: [&str; 6] = ["http.send", "net.lookup_ip_addr", "opa.runtime", "rand.intn", "time.now_ns", "uuid.rfc4122"];

/// What says something to nobody: policies of other tools may, and rules of ours need not.
pub(crate) const SAID: [&str; 2] = ["print", "trace"];
