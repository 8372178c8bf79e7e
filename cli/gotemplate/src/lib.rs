//! Go text/template with provenance.
