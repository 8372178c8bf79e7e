//! Keys, certificates and password hashes: in deterministic settings texts that say what they stand for, otherwise not supported.

use std::{any::Any, rc::Rc};

use super::{encoding::BASE64, hashes::sha256};
use crate::{
    Call, Data, Failure, Function, Object, Param, Value,
    format::value_text,
    funcs::argument::{Args, Text, object},
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

/// Secrets are only made where they need not be secret.
fn demand_deterministic(call: &Call<'_, '_>) -> Result<(), Failure> {
    if call.machine.settings.deterministic {
        return Ok(());
    }
    Err(Failure::new("keys, certificates and password hashes are made in deterministic mode only"))
}

fn pem(kind: &str, content: &str) -> String {
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", String::from_utf8_lossy(&BASE64.encode(content.as_bytes())))
}

fn certificate(call: &mut Call<'_, '_>, args: &[Value], content: &str, key: Option<Text>) -> Result<Value, Failure> {
    demand_deterministic(call)?;
    let origin = call.join(args);
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
    demand_deterministic(call)?;
    Ok(Value::string(pem("PRIVATE KEY", &format!("key:{kind}"))))
}

fn authority(call: &mut Call<'_, '_>, args: Vec<Value>, key: Key) -> Result<Value, Failure> {
    let all = args.clone();
    let mut args = Args::new(args);
    let (name, days) = (args.text(), args.int());
    let key = key.take(&mut args);
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
    let (name, addresses, names, days) = (args.text(), printed(args.any()), printed(args.any()), args.int());
    let key = key.take(&mut args);
    certificate(call, &all, &format!("self:{}:{addresses}:{names}:{days}", name.lossy()), key)
}

fn signed(call: &mut Call<'_, '_>, args: Vec<Value>, key: Key) -> Result<Value, Failure> {
    let all = args.clone();
    let mut args = Args::new(args);
    let (name, addresses, names, days, issuer) = (args.text(), printed(args.any()), printed(args.any()), args.int(), args.any());
    let Some(Certificate { cert, .. }) = object::<Certificate>(&issuer) else {
        return Err(Failure::new(format!("wrong type for value; expected sprig.certificate; got {}", issuer.type_name())));
    };
    let key = key.take(&mut args);
    let digest = sha256(Text::of(&cert).bytes());
    let digest = digest.get(..16).unwrap_or_default();
    certificate(call, &all, &format!("signed:{}:{addresses}:{names}:{days}:{digest}", name.lossy()), key)
}

fn custom(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
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
    Ok(Value::new(Data::Object(Rc::new(Certificate { cert, key }))))
}

fn hashed(password: &Text) -> String {
    let digest = sha256(password.bytes());
    format!("$2a$10${}", digest.get(..53).unwrap_or_default())
}

fn bcrypt(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    demand_deterministic(call)?;
    let origin = call.join(&args);
    Ok(Value::string(hashed(&Args::new(args).text())).from(origin))
}

fn htpasswd(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let mut args = Args::new(args);
    let (user, password) = (args.text(), args.text());
    if user.bytes().contains(&b':') {
        return Ok(Value::string(format!("invalid username: {}", user.lossy())).from(user.origin));
    }
    demand_deterministic(call)?;
    Ok(Value::string(format!("{}:{}", user.lossy(), hashed(&password))).from(origin))
}
