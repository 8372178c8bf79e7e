//! Real keys, certificates and ciphers, for renders that are not made of constants.

mod certificate;
mod cipher;
mod der;
mod dsa;
mod key;
mod password;
mod pem;

pub(crate) use certificate::{Request, Signer, check as check_certificate};
pub(crate) use cipher::{decrypt, encrypt};
pub(crate) use dsa::make as dsa_key;
pub(crate) use key::PrivateKey;
pub(crate) use password::{Site, bcrypt, derive};
