//! URLs taken apart and put together as Go's `net/url` does.

use std::{fmt::Write as _, sync::Arc};

use crate::{
    Call, Data, Failure, Function, Map, Param, Value,
    format::quote,
    funcs::argument::{Args, Text, dict, kind},
};

/// `urlParse urlJoin`.
pub const FUNCTIONS: &[Function] =
    &[Function::fixed("urlParse", &[Param::String], url_parse), Function::fixed("urlJoin", &[Param::Map], url_join)];

/// Where a text stands, which says what is escaped in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Path,
    Host,
    User,
    Fragment,
}

impl Place {
    /// The characters besides letters, digits and `-_.~` that stay as they are.
    fn plain(self) -> &'static [u8] {
        match self {
            Self::Path => b"$&+,/:;=@",
            Self::Host => b"!$&'()*+,;=:[]<>\"",
            Self::User => b"$&+,;=",
            Self::Fragment => b"$&+,/:;=?@!()*",
        }
    }

    fn escape(self, text: &str) -> String {
        text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || self.plain().contains(&byte) {
                out.push(char::from(byte));
            } else {
                let _ = write!(out, "%{byte:02X}");
            }
            out
        })
    }

    fn unescape(self, text: &str) -> Result<String, String> {
        let mut out = Vec::with_capacity(text.len());
        let mut rest = text.as_bytes();
        while let Some((&byte, after)) = rest.split_first() {
            rest = after;
            if byte != b'%' {
                if self == Self::Host
                    && byte.is_ascii()
                    && !(byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || self.plain().contains(&byte))
                {
                    return Err(format!("invalid character {} in host name", shown(&[byte])));
                }
                out.push(byte);
                continue;
            }
            let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
            let code = digits
                .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
                .and_then(|digits| u8::from_str_radix(digits, 16).ok());
            let escape =
                || format!("invalid URL escape {}", shown([b"%", after.get(..after.len().min(2)).unwrap_or_default()].concat().as_slice()));
            let code = code.ok_or_else(escape)?;
            if self == Self::Host && code < 0x80 && code != b'%' {
                return Err(escape());
            }
            out.push(code);
            rest = after.get(2..).unwrap_or_default();
        }
        Ok(String::from_utf8_lossy(&out).into_owned())
    }
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&quote(bytes)).into_owned()
}

#[derive(Debug, Default)]
struct Url {
    scheme: String,
    opaque: String,
    user: Option<(String, Option<String>)>,
    host: String,
    path: String,
    query: String,
    fragment: String,
}

impl Url {
    fn parse(text: &str) -> Result<Self, String> {
        let (main, fragment) = text.split_once('#').unwrap_or((text, ""));
        let wrap = |error: String| format!("parse {}: {error}", shown(text.as_bytes()));
        let mut url = Self::parse_main(main).map_err(|error| format!("parse {}: {error}", shown(main.as_bytes())))?;
        url.fragment = Place::Fragment.unescape(fragment).map_err(wrap)?;
        Ok(url)
    }

    fn parse_main(text: &str) -> Result<Self, String> {
        const COLON: &str = "first path segment in URL cannot contain colon";
        if text.bytes().any(|byte| byte < b' ' || byte == 0x7F) {
            return Err("net/url: invalid control character in URL".to_owned());
        }
        let (scheme, rest) = scheme(text)?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut url = Self { scheme: scheme.to_lowercase(), query: query.to_owned(), ..Self::default() };
        if !rest.starts_with('/') {
            if !url.scheme.is_empty() {
                url.opaque = rest.to_owned();
                return Ok(url);
            }
            if rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
                return Err(COLON.to_owned());
            }
        }
        let authority = rest.strip_prefix("//").filter(|_| !url.scheme.is_empty() || !rest.starts_with("///"));
        let path = match authority {
            Some(authority) => {
                let (authority, path) = authority.split_at(authority.find('/').unwrap_or(authority.len()));
                url.take_authority(authority)?;
                path
            }
            None => rest,
        };
        url.path = Place::Path.unescape(path)?;
        Ok(url)
    }

    fn take_authority(&mut self, authority: &str) -> Result<(), String> {
        let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        self.host = host_of(host)?;
        let Some(user) = user else { return Ok(()) };
        if !user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte)) {
            return Err("net/url: invalid userinfo".to_owned());
        }
        let (name, password) = user.split_once(':').map_or((user, None), |(name, password)| (name, Some(password)));
        let password = password.map(|password| Place::User.unescape(password)).transpose()?;
        self.user = Some((Place::User.unescape(name)?, password));
        Ok(())
    }

    fn userinfo(&self) -> String {
        match &self.user {
            None => String::new(),
            Some((name, None)) => Place::User.escape(name),
            Some((name, Some(password))) => format!("{}:{}", Place::User.escape(name), Place::User.escape(password)),
        }
    }

    fn hostname(&self) -> &str {
        if let Some((inner, _)) = self.host.strip_prefix('[').and_then(|rest| rest.rsplit_once(']')) {
            return inner;
        }
        let (name, port) = self.host.rsplit_once(':').unwrap_or((&self.host, ""));
        if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { &self.host }
    }

    fn text(&self) -> String {
        let mut out = String::new();
        if !self.scheme.is_empty() {
            let _ = write!(out, "{}:", self.scheme);
        }
        if self.opaque.is_empty() {
            self.push_hierarchy(&mut out);
        } else {
            out.push_str(&self.opaque);
        }
        if !self.query.is_empty() {
            let _ = write!(out, "?{}", self.query);
        }
        if !self.fragment.is_empty() {
            let _ = write!(out, "#{}", Place::Fragment.escape(&self.fragment));
        }
        out
    }

    fn push_hierarchy(&self, out: &mut String) {
        if !self.scheme.is_empty() || !self.host.is_empty() || self.user.is_some() {
            if !self.host.is_empty() || !self.path.is_empty() || self.user.is_some() {
                out.push_str("//");
            }
            if self.user.is_some() {
                let _ = write!(out, "{}@", self.userinfo());
            }
            out.push_str(&Place::Host.escape(&self.host));
        }
        let path = if self.path == "*" { "*".to_owned() } else { Place::Path.escape(&self.path) };
        if !path.is_empty() && !path.starts_with('/') && !self.host.is_empty() {
            out.push('/');
        }
        if out.is_empty() && path.split('/').next().is_some_and(|segment| segment.contains(':')) {
            out.push_str("./");
        }
        out.push_str(&path);
    }
}

/// The scheme before a colon, and the rest; no scheme where what stands there can't be one.
fn scheme(text: &str) -> Result<(&str, &str), String> {
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return Ok((text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default())),
            _ => break,
        }
    }
    Ok(("", text))
}

fn host_of(host: &str) -> Result<String, String> {
    let port = if host.starts_with('[') {
        let Some(end) = host.rfind(']') else { return Err("missing ']' in host".to_owned()) };
        host.get(end + 1..).unwrap_or_default()
    } else {
        host.rfind(':').and_then(|at| host.get(at..)).unwrap_or_default()
    };
    let digits = port.strip_prefix(':').unwrap_or(port);
    if !port.is_empty() && (digits.len() == port.len() || !digits.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(format!("invalid port {} after host", shown(port.as_bytes())));
    }
    Place::Host.unescape(host)
}

fn url_parse(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let url = Url::parse(&Args::new(args).text().lossy()).map_err(|error| Failure::new(format!("unable to parse url: {error}")))?;
    let parts = [
        ("scheme", url.scheme.clone()),
        ("host", url.host.clone()),
        ("hostname", url.hostname().to_owned()),
        ("path", url.path.clone()),
        ("query", url.query.clone()),
        ("opaque", url.opaque.clone()),
        ("fragment", url.fragment.clone()),
        ("userinfo", url.userinfo()),
    ];
    Ok(dict(parts.into_iter().map(|(key, text)| (Arc::from(key), Value::string(text).from(origin)))).from(origin))
}

fn part(map: &Map, key: &str) -> Result<String, Failure> {
    let Some(value) = map.get(key) else { return Ok(String::new()) };
    match &value.data {
        Data::String(_) => Ok(Text::of(&value).lossy().into_owned()),
        Data::Nil => Err(Failure::new(crate::funcs::argument::NIL_PANIC)),
        _ => Err(Failure::new(format!("unable to parse {key} key, must be of type string, but {} found", kind(&value)))),
    }
}

fn url_join(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let map = Args::new(args).map();
    let parts: Vec<Value> = map.entries.borrow().values().cloned().collect();
    let origin = call.join(&parts);
    let userinfo = part(&map, "userinfo")?;
    let user = if userinfo.is_empty() {
        None
    } else {
        let url = Url::parse(&format!("proto://{userinfo}@host"));
        url.map_err(|error| Failure::new(format!("unable to parse userinfo in dict: {error}")))?.user
    };
    let url = Url {
        scheme: part(&map, "scheme")?,
        opaque: part(&map, "opaque")?,
        user,
        host: part(&map, "host")?,
        path: part(&map, "path")?,
        query: part(&map, "query")?,
        fragment: part(&map, "fragment")?,
    };
    Ok(Value::string(url.text()).from(origin))
}
