//! A CA of our own and the certificate that it vouches for: what is kept, to what should be kept next.

use std::{iter::once, time::Duration};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PublicKeyData as _,
};
use rustls::pki_types::{CertificateDer, ServerName};
use x509_parser::parse_x509_certificate;

use crate::certificates::{authorities_of, is_of, validity};

/// How long before it is made a certificate begins to be valid: clocks differ.
const BACKDATED: u64 = 3600;

/// How long a new CA may be known to every API server before anything that only it vouches for is shown.
const SETTLES: Duration = Duration::from_secs(60);

/// What is kept, as PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// The CA, and after it those before it that may still be in use.
    pub(crate) authorities: String,
    /// The key of the first CA.
    pub(crate) authority_key: String,
    /// What is shown.
    pub(crate) certificate: String,
    /// Its key.
    pub(crate) key: String,
}

/// Whether API servers have known the first CA for long enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// They have.
    Settled,
    /// They may not.
    Fresh,
}

/// What is wanted.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The names that clients call the server by.
    pub(crate) names: Vec<String>,
    authority_lifetime: u64,
    lifetime: u64,
}

/// The parts of what is kept, where they belong together.
struct Parts {
    authorities: Vec<CertificateDer<'static>>,
    issuer: KeyPair,
    leaf: CertificateDer<'static>,
}

impl Plan {
    /// Names, and how long a CA and a certificate are to live. A CA is followed by the next in the last third of its life, which no certificate outlives.
    pub(crate) fn new(names: Vec<String>, authority: Duration, certificate: Duration) -> Result<Self, String> {
        if let Some(name) = names.iter().find(|name| ServerName::try_from(name.as_str()).is_err()) {
            return Err(format!("{name:?} is no name of a server"));
        }
        let authority_lifetime = authority.as_secs().max(3);
        Ok(Self { names, authority_lifetime, lifetime: certificate.as_secs().clamp(1, authority_lifetime / 3) })
    }

    /// How long a new CA must be known before it is relied upon.
    pub(crate) fn settles(&self) -> Duration {
        SETTLES.min(Duration::from_secs(self.lifetime) / 10)
    }

    /// What should be kept in the place of what is; nothing where that is as it should be.
    pub(crate) fn next(&self, held: Option<&Held>, now: u64, trust: Trust) -> Result<Option<Held>, rcgen::Error> {
        let Some((held, parts)) = held.and_then(|held| Some((held, parts(held)?))) else {
            let known = held.map(|held| living(&held.authorities, now)).unwrap_or_default();
            return self.anew(&known, now).map(Some);
        };
        let Some(first) = parts.authorities.first() else { return self.anew(&[], now).map(Some) };
        let left = |certificate: &CertificateDer<'_>| left(certificate, now);
        if left(first) < 1 {
            return self.anew(&[], now).map(Some);
        }
        if left(first) < self.authority_lifetime / 3 {
            let (authority, key) = self.authority(now)?;
            let known = living(&held.authorities, now);
            let authorities = once(authority).chain(known.iter().map(pem)).collect();
            return Ok(Some(Held { authorities, authority_key: key.serialize_pem(), ..held.clone() }));
        }
        let is_named = self.names.iter().all(|name| is_for(&parts.leaf, name));
        let is_shown = is_named && left(&parts.leaf) > 0 && is_of(&parts.leaf, &[], &parts.authorities, now);
        let is_due = left(&parts.leaf) < self.lifetime / 3 || !is_of(&parts.leaf, &[], std::slice::from_ref(first), now);
        if !is_shown || is_due && trust == Trust::Settled {
            let (certificate, key) = self.leaf(&parts.issuer, left(first), now)?;
            return Ok(Some(Held { certificate, key, ..held.clone() }));
        }
        let known = living(&held.authorities, now);
        if known.len() < parts.authorities.len() {
            return Ok(Some(Held { authorities: known.iter().map(pem).collect(), ..held.clone() }));
        }
        Ok(None)
    }

    /// Everything anew; CAs that are known stay known.
    fn anew(&self, known: &[CertificateDer<'_>], now: u64) -> Result<Held, rcgen::Error> {
        let (authority, issuer) = self.authority(now)?;
        let (certificate, key) = self.leaf(&issuer, self.authority_lifetime, now)?;
        let authorities = once(authority).chain(known.iter().map(pem)).collect();
        Ok(Held { authorities, authority_key: issuer.serialize_pem(), certificate, key })
    }

    fn authority(&self, now: u64) -> Result<(String, KeyPair), rcgen::Error> {
        let key = KeyPair::generate()?;
        let mut parameters = self.authority_parameters();
        days(&mut parameters, now, self.authority_lifetime);
        Ok((parameters.self_signed(&key)?.pem(), key))
    }

    /// The same for all CAs, which differ by their keys.
    fn authority_parameters(&self) -> CertificateParams {
        let mut parameters = CertificateParams::default();
        let name = self.names.first().map(String::as_str).unwrap_or_default();
        parameters.distinguished_name.push(DnType::CommonName, format!("CA of {name}"));
        parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        parameters
    }

    fn leaf(&self, issuer: &KeyPair, at_most: u64, now: u64) -> Result<(String, String), rcgen::Error> {
        let key = KeyPair::generate()?;
        let mut parameters = CertificateParams::new(self.names.clone())?;
        let name = self.names.first().map(String::as_str).unwrap_or_default();
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        parameters.use_authority_key_identifier_extension = true;
        days(&mut parameters, now, self.lifetime.min(at_most));
        let certificate = parameters.signed_by(&key, &Issuer::new(self.authority_parameters(), issuer))?;
        Ok((certificate.pem(), key.serialize_pem()))
    }
}

fn days(parameters: &mut CertificateParams, now: u64, lifetime: u64) {
    let start = rcgen::date_time_ymd(1970, 1, 1);
    parameters.not_before = start + Duration::from_secs(now.saturating_sub(BACKDATED));
    parameters.not_after = start + Duration::from_secs(now.saturating_add(lifetime));
}

fn parts(held: &Held) -> Option<Parts> {
    let authorities = authorities_of(held.authorities.as_bytes()).ok()?;
    let issuer = KeyPair::from_pem(&held.authority_key).ok()?;
    let leaf = authorities_of(held.certificate.as_bytes()).ok()?.into_iter().next()?;
    KeyPair::from_pem(&held.key).ok().filter(|key| is_key_of(key, &leaf))?;
    let first = authorities.first()?;
    is_key_of(&issuer, first).then_some(Parts { authorities, issuer, leaf })
}

fn is_key_of(key: &KeyPair, certificate: &CertificateDer<'_>) -> bool {
    parse_x509_certificate(certificate).is_ok_and(|(_, parsed)| parsed.public_key().raw == key.subject_public_key_info())
}

/// The CAs of a text that have not expired; what cannot be read is none.
fn living(authorities: &str, now: u64) -> Vec<CertificateDer<'static>> {
    let all = authorities_of(authorities.as_bytes()).unwrap_or_default();
    all.into_iter().filter(|authority| left(authority, now) > 0).collect()
}

/// How many seconds a certificate is still valid for.
fn left(certificate: &CertificateDer<'_>, now: u64) -> u64 {
    validity(certificate).and_then(|(_, ends)| u64::try_from(ends).ok()).unwrap_or_default().saturating_sub(now)
}

fn is_for(leaf: &CertificateDer<'_>, name: &str) -> bool {
    let (Ok(end), Ok(name)) = (webpki::EndEntityCert::try_from(leaf), ServerName::try_from(name)) else { return false };
    end.verify_is_valid_for_subject_name(&name).is_ok()
}

fn pem(certificate: &CertificateDer<'_>) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let text = STANDARD.encode(certificate);
    let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Held, Plan, Trust, authorities_of, is_of, living};

    const DAY: u64 = 86_400;
    const NOW: u64 = 1_782_820_800;

    fn plan() -> Plan {
        let days = |days: u64| Duration::from_secs(days * DAY);
        Plan::new(vec!["gate.system.svc".to_owned()], days(360), days(90)).unwrap()
    }

    fn shown(held: &Held, authorities: &str, now: u64) -> bool {
        let leaf = authorities_of(held.certificate.as_bytes()).unwrap().remove(0);
        is_of(&leaf, &[], &authorities_of(authorities.as_bytes()).unwrap(), now)
    }

    #[test]
    fn nothing_is_done_without_need() {
        let first = plan().next(None, NOW, Trust::Fresh).unwrap().unwrap();
        assert!(shown(&first, &first.authorities, NOW));
        assert_eq!(plan().next(Some(&first), NOW, Trust::Settled).unwrap(), None);
        assert_eq!(plan().next(Some(&first), NOW + 59 * DAY, Trust::Settled).unwrap(), None);
        let renewed = plan().next(Some(&first), NOW + 61 * DAY, Trust::Settled).unwrap().unwrap();
        assert_eq!(renewed.authorities, first.authorities);
        assert_ne!(renewed.certificate, first.certificate);
    }

    #[test]
    fn a_new_authority_is_known_before_it_is_relied_upon() {
        let first = plan().next(None, NOW, Trust::Settled).unwrap().unwrap();
        let late = NOW + 241 * DAY;
        // The certificate was renewed meanwhile.
        let first = Held { ..plan().next(Some(&first), NOW + 200 * DAY, Trust::Settled).unwrap().unwrap() };
        let second = plan().next(Some(&first), late, Trust::Settled).unwrap().unwrap();
        assert_eq!(second.certificate, first.certificate, "what is shown stays");
        assert!(second.authorities.ends_with(&first.authorities) && living(&second.authorities, late).len() == 2);
        assert_eq!(plan().next(Some(&second), late, Trust::Fresh).unwrap(), None, "API servers may not know it yet");
        let third = plan().next(Some(&second), late, Trust::Settled).unwrap().unwrap();
        assert!(!shown(&third, &first.authorities, late) && shown(&third, &third.authorities, late));
        assert_eq!(plan().next(Some(&third), late, Trust::Settled).unwrap(), None);
        let later = late + 50 * DAY;
        let fourth = plan().next(Some(&third), later + 71 * DAY, Trust::Settled).unwrap().unwrap();
        let last = plan().next(Some(&fourth), later + 71 * DAY, Trust::Settled).unwrap().unwrap();
        assert_eq!(living(&last.authorities, later).len(), 1, "the old one goes when it has expired");
    }

    #[test]
    fn what_does_not_belong_together_is_made_anew() {
        let (first, other) =
            (plan().next(None, NOW, Trust::Fresh).unwrap().unwrap(), plan().next(None, NOW, Trust::Fresh).unwrap().unwrap());
        for broken in [
            Held { authority_key: other.authority_key.clone(), ..first.clone() },
            Held { key: other.key.clone(), ..first.clone() },
            Held { certificate: String::new(), ..first.clone() },
            Held { certificate: other.certificate.clone(), key: other.key.clone(), ..first.clone() },
        ] {
            let mended = plan().next(Some(&broken), NOW, Trust::Fresh).unwrap().unwrap();
            assert!(shown(&mended, &mended.authorities, NOW) && mended.authorities.contains(&first.authorities));
        }
        let renamed = Plan { names: vec!["other.system.svc".to_owned()], ..plan() };
        assert_ne!(renamed.next(Some(&first), NOW, Trust::Fresh).unwrap().unwrap().certificate, first.certificate);
        let expired = plan().next(Some(&first), NOW + 361 * DAY, Trust::Fresh).unwrap().unwrap();
        assert!(shown(&expired, &expired.authorities, NOW + 361 * DAY));
    }
}
