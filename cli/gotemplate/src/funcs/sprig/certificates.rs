//! Keys, certificates and password hashes; where constants stand for what is random, texts that say what they stand for.

use std::{any::Any, net::IpAddr, rc::Rc};

use super::{encoding::BASE64, hashes::sha256};
use crate::{
    Call, Data, Failure, Function, Member, Object, Param, Value,
    crypto::{PrivateKey, Request, Signer, check_certificate, dsa_key},
    format::value_text,
    funcs::argument::{Args, Text, elements, object},
    time::now,
};

const SIGNED: &[Param] = &[Param::String, Param::List, Param::List, Param::Int, Param::Any];
const SIGNED_WITH_KEY: &[Param] = &[Param::String, Param::List, Param::List, Param::Int, Param::Any, Param::String];

/// Makers of secrets.
pub const FUNCTIONS: &[Function] = &[
    Function::fixed("genPrivateKey", &[Param::String], private_key),
    Function::fixed("genCA", &[Param::String, Param::Int], |call, args| authority(call, args, Key::Made)),
    Function::fixed("genCAWithKey", &[Param::String, Param::Int, Param::String], |call, args| authority(call, args, Key::Given)),
    Function::fixed("genSelfSignedCert", &[Param::String, Param::List, Param::List, Param::Int], |call, args| {
        self_signed(call, args, Key::Made)
    }),
    Function::fixed("genSelfSignedCertWithKey", &[Param::String, Param::List, Param::List, Param::Int, Param::String], |call, args| {
        self_signed(call, args, Key::Given)
    }),
    Function::fixed("genSignedCert", SIGNED, |call, args| signed(call, args, Key::Made)),
    Function::fixed("genSignedCertWithKey", SIGNED_WITH_KEY, |call, args| signed(call, args, Key::Given)),
    Function::fixed("buildCustomCert", &[Param::String, Param::String], custom),
    Function::fixed("bcrypt", &[Param::String], bcrypt),
    Function::fixed("htpasswd", &[Param::String, Param::String], htpasswd),
];

/// Where the private key of a certificate comes from.
#[derive(Clone, Copy)]
enum Key {
    Made,
    Given,
}

/// A certificate and its key.
#[derive(Clone, Debug)]
struct Certificate {
    cert: Value,
    key: Value,
}

impl Object for Certificate {
    fn type_name(&self) -> &'static str {
        "sprig.certificate"
    }

    fn kind(&self) -> &'static str {
        "struct"
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Cert" => Some(self.cert.clone()),
            "Key" => Some(self.key.clone()),
            _ => None,
        }
    }

    fn is_comparable(&self) -> bool {
        true
    }

    fn members(&self) -> Option<Vec<Member>> {
        let member = |name, value: &Value| Member { name, json: Some(name), value: value.clone(), within: None };
        Some(vec![member("Cert", &self.cert), member("Key", &self.key)])
    }

    fn printed(&self) -> Option<Vec<(&'static str, Value)>> {
        Some(vec![("Cert", self.cert.clone()), ("Key", self.key.clone())])
    }

    fn has_method(&self, _: &str) -> bool {
        false
    }

    fn call(&self, name: &str, _: Vec<Value>) -> Result<Value, Failure> {
        Err(Failure::new(format!("a certificate has no method {name}")))
    }

    fn display(&self) -> String {
        format!("{{{} {}}}", Text::of(&self.cert).lossy(), Text::of(&self.key).lossy())
    }

    fn to_plain(&self) -> Option<Value> {
        let entries = [("Cert".into(), self.cert.clone()), ("Key".into(), self.key.clone())];
        Some(crate::funcs::argument::dict(entries))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn pem(kind: &str, content: &str) -> String {
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", String::from_utf8_lossy(&BASE64.encode(content.as_bytes())))
}

fn certificate(call: &mut Call<'_, '_>, args: &[Value], content: &str, key: Option<Text>) -> Result<Value, Failure> {
    let origin = call.join_all(args);
    let key = key.map_or_else(|| Value::string(pem("RSA PRIVATE KEY", content)).from(origin), Text::into_value);
    let cert = Value::string(pem("CERTIFICATE", content)).from(origin);
    Ok(Value::new(Data::Object(Rc::new(Certificate { cert, key }))).from(origin))
}

impl Key {
    fn take(self, args: &mut Args) -> Option<Text> {
        match self {
            Self::Made => None,
            Self::Given => Some(args.text()),
        }
    }
}

fn private_key(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let kind = Args::new(args).text();
    let kind = kind.lossy();
    if !matches!(&*kind, "rsa" | "dsa" | "ecdsa" | "ed25519" | "") {
        return Ok(Value::string(format!("Unknown type {kind}")));
    }
    let Some(random) = call.machine.random() else { return Ok(Value::string(pem("PRIVATE KEY", &format!("key:{kind}")))) };
    let key = match &*kind {
        "ecdsa" => Ok(PrivateKey::p256(random)),
        "ed25519" => Ok(PrivateKey::ed25519(random)),
        "dsa" => {
            let key = dsa_key(random).unwrap_or_else(|| "failed to generate dsa params: no primes were found".to_owned());
            return Ok(Value::string(key));
        }
        _ => PrivateKey::rsa(4096, random),
    };
    Ok(Value::string(key.map_or_else(|error| format!("failed to generate private key: {error}"), |key| key.to_pem())))
}

/// What a real certificate is made of.
struct Wanted {
    name: Text,
    addresses: Value,
    names: Value,
    days: i64,
    authority: bool,
    issuer: Option<Certificate>,
    key: Option<Text>,
}

/// Makes a real certificate, where something random is at hand.
fn real(call: &mut Call<'_, '_>, args: &[Value], wanted: &Wanted) -> Result<Option<Value>, Failure> {
    if call.machine.settings.chance.is_none() {
        return Ok(None);
    }
    let key = match &wanted.key {
        Some(text) => PrivateKey::from_pem(&text.lossy()).map_err(|error| format!("parsing private key: {error}")),
        None => match call.machine.random() {
            Some(random) => PrivateKey::rsa(2048, random).map_err(|error| format!("error generating rsa key: {error}")),
            None => return Ok(None),
        },
    };
    let key = key.map_err(Failure::new)?;
    let issuer_key = match &wanted.issuer {
        Some(issuer) => {
            let key = PrivateKey::from_pem(&Text::of(&issuer.key).lossy());
            Some(key.map_err(|error| Failure::new(format!("error parsing private key: {error}")))?)
        }
        None => None,
    };
    let signer = match (&wanted.issuer, &issuer_key) {
        (Some(issuer), Some(key)) => Signer::other(&Text::of(&issuer.cert).lossy(), key).map_err(Failure::new)?,
        (_, _) => Signer::itself(&key),
    };
    let request = Request {
        name: wanted.name.lossy().into_owned(),
        addresses: addresses(&wanted.addresses)?,
        hosts: texts(&wanted.names, "error processing alternate dns name")?,
        days: wanted.days,
        authority: wanted.authority,
        now: now(&call.machine.settings),
        serial: super::random::array(call.machine),
    };
    let cert = request.sign(&key, &signer).map_err(Failure::new)?;
    let origin = call.join_all(args);
    let (cert, key) = (Value::string(cert).from(origin), Value::string(key.to_pem()).from(origin));
    Ok(Some(Value::new(Data::Object(Rc::new(Certificate { cert, key }))).from(origin)))
}

/// The strings of a list.
fn texts(value: &Value, fault: &str) -> Result<Vec<String>, Failure> {
    let text = |item: &Value| match &item.data {
        Data::String(text) => Ok(text.lossy().into_owned()),
        _ => Err(Failure::new(format!("{fault}: {} is not a string", Text::of(&value_text(item)).lossy()))),
    };
    elements(value).unwrap_or_default().iter().map(text).collect()
}

fn addresses(value: &Value) -> Result<Vec<IpAddr>, Failure> {
    let parse = |text: String| text.parse().map_err(|_| Failure::new(format!("error parsing ip: {text}")));
    texts(value, "error parsing ip")?.into_iter().map(parse).collect()
}

fn authority(call: &mut Call<'_, '_>, args: Vec<Value>, key: Key) -> Result<Value, Failure> {
    let all = args.clone();
    let mut args = Args::new(args);
    let (name, days) = (args.text(), args.int());
    let key = key.take(&mut args);
    let wanted = Wanted {
        name: name.clone(),
        addresses: Value::invalid(),
        names: Value::invalid(),
        days,
        authority: true,
        issuer: None,
        key: key.clone(),
    };
    if let Some(made) = real(call, &all, &wanted)? {
        return Ok(made);
    }
    certificate(call, &all, &format!("ca:{}:{days}", name.lossy()), key)
}

/// A list argument as Go prints it; nil is an empty list.
fn printed(value: Value) -> String {
    let value = if matches!(value.data, Data::Nil) { Value::list(Vec::new()) } else { value };
    Text::of(&value_text(&value)).lossy().into_owned()
}

fn self_signed(call: &mut Call<'_, '_>, args: Vec<Value>, key: Key) -> Result<Value, Failure> {
    let all = args.clone();
    let mut args = Args::new(args);
    let (name, addresses, names, days) = (args.text(), args.any(), args.any(), args.int());
    let key = key.take(&mut args);
    let wanted = Wanted {
        name: name.clone(),
        addresses: addresses.clone(),
        names: names.clone(),
        days,
        authority: false,
        issuer: None,
        key: key.clone(),
    };
    if let Some(made) = real(call, &all, &wanted)? {
        return Ok(made);
    }
    let (addresses, names) = (printed(addresses), printed(names));
    certificate(call, &all, &format!("self:{}:{addresses}:{names}:{days}", name.lossy()), key)
}

fn signed(call: &mut Call<'_, '_>, args: Vec<Value>, key: Key) -> Result<Value, Failure> {
    let all = args.clone();
    let mut args = Args::new(args);
    let (name, addresses, names, days, issuer) = (args.text(), args.any(), args.any(), args.int(), args.any());
    let Some(issuer) = object::<Certificate>(&issuer) else {
        return Err(Failure::new(format!("wrong type for value; expected sprig.certificate; got {}", issuer.type_name())));
    };
    let key = key.take(&mut args);
    let wanted = Wanted {
        name: name.clone(),
        addresses: addresses.clone(),
        names: names.clone(),
        days,
        authority: false,
        issuer: Some(issuer.clone()),
        key: key.clone(),
    };
    if let Some(made) = real(call, &all, &wanted)? {
        return Ok(made);
    }
    let (addresses, names) = (printed(addresses), printed(names));
    let digest = sha256(Text::of(&issuer.cert).bytes());
    let digest = digest.get(..16).unwrap_or_default();
    certificate(call, &all, &format!("signed:{}:{addresses}:{names}:{days}:{digest}", name.lossy()), key)
}

fn custom(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let mut part = |what: &str| {
        let text = args.text();
        let decoded = BASE64.try_decode(text.bytes()).map_err(|_| Failure::new(format!("unable to decode base64 {what}")))?;
        let is_pem = decoded.starts_with(b"-----BEGIN ") || super::strings::find(&decoded, b"\n-----BEGIN ").is_some();
        if !is_pem {
            return Err(Failure::new(format!("unable to decode {what}")));
        }
        Ok(Value::string(decoded).from(text.origin))
    };
    let (cert, key) = (part("certificate")?, part("private key")?);
    if call.machine.settings.chance.is_some() {
        check_certificate(&Text::of(&cert).lossy()).map_err(Failure::new)?;
        PrivateKey::from_pem(&Text::of(&key).lossy()).map_err(|error| Failure::new(format!("error parsing private key: {error}")))?;
    }
    Ok(Value::new(Data::Object(Rc::new(Certificate { cert, key }))))
}

fn hashed(call: &mut Call<'_, '_>, password: &Text) -> String {
    if call.machine.settings.chance.is_some() {
        let hash = crate::crypto::bcrypt(password.bytes(), super::random::array(call.machine));
        return hash.unwrap_or_else(|error| format!("failed to encrypt string with bcrypt: {error}"));
    }
    let digest = sha256(password.bytes());
    format!("$2a$10${}", digest.get(..53).unwrap_or_default())
}

fn bcrypt(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    Ok(Value::string(hashed(call, &Args::new(args).text())).from(origin))
}

fn htpasswd(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let mut args = Args::new(args);
    let (user, password) = (args.text(), args.text());
    if user.bytes().contains(&b':') {
        return Ok(Value::string(format!("invalid username: {}", user.lossy())).from(user.origin));
    }
    Ok(Value::string(format!("{}:{}", user.lossy(), hashed(call, &password))).from(origin))
}
