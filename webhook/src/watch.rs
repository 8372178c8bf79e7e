//! Whether files have changed, also where a Secret or ConfigMap swaps a symbolic link under them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use portcullis_policies::admission::Bundle;
use sha2::{Digest as _, Sha256};

/// What files looked like when they were last read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen(Vec<(PathBuf, Option<[u8; 32]>)>);

impl Seen {
    /// Looks at files. Links are followed anew each time, and content decides, since times of swapped links tell nothing.
    pub(crate) fn of<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Self {
        let look = |path: &Path| (path.to_owned(), read(path, Bundle::MAX_BYTES).ok().map(|bytes| Sha256::digest(bytes).into()));
        Self(paths.into_iter().map(look).collect())
    }
}

/// The content of a file, where it is not too large.
pub(crate) fn read(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    #[expect(clippy::disallowed_methods, reason = "mounted files are no part of a revision")]
    let file = fs::File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
    }
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(file, most as u64 + 1), &mut bytes)?;
    if bytes.len() > most {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("it has more than {most} bytes")));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink, path::Path};

    use super::Seen;

    /// As the kubelet does it: files are links into `..data`, which is a link to a folder, and is renamed over.
    #[test]
    fn a_swapped_link_is_a_change() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        for (folder, text) in [("..1", "old"), ("..2", "new"), ("..3", "new")] {
            fs::create_dir(at(folder)).unwrap();
            fs::write(at(folder).join("tls.crt"), text).unwrap();
        }
        symlink("..1", at("..data")).unwrap();
        symlink("..data/tls.crt", at("tls.crt")).unwrap();
        let file = at("tls.crt");
        let look = || Seen::of([file.as_path()]);
        let swap = |to: &str| {
            symlink(to, at("..tmp")).unwrap();
            fs::rename(at("..tmp"), at("..data")).unwrap();
        };
        let first = look();
        swap("..2");
        let second = look();
        assert_ne!(first, second);
        swap("..3");
        assert_eq!(second, look(), "the same content again is no change");
        assert_eq!(Seen::of([Path::new("/nowhere")]), Seen::of([Path::new("/nowhere")]));
    }
}
