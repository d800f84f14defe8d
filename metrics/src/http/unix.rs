//! A Unix socket at a path: who may connect is said before anybody can, and it is gone when it is no longer listened to.

use crate::util::temp_name::random_digits;
use mio::event::Source;
use mio::{Interest, Registry, Token, net};
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Removes its file when it is dropped.
#[derive(Debug)]
pub(super) struct Listener {
    socket: net::UnixListener,
    path: PathBuf,
    identity: Identity,
}

/// Device and number of a file: another one of the same name has others.
type Identity = (u64, u64);

/// So many names are taken only where something is wrong with the file system, or every name is.
const ATTEMPTS: u32 = 100;

impl Listener {
    /// Listens at `path`, where whoever `mode` lets write may connect. Takes the place of a socket that nobody listens to any
    /// more, and of nothing else.
    pub(super) fn bind(path: &Path, mode: u32) -> io::Result<Self> {
        // A file may be moved to a longer path than any by which a socket can be reached.
        SocketAddr::from_pathname(path)?;
        refuse_taken(path)?;
        // A socket can be connected to from its first moment. It spends that in a folder that nobody else may enter, gets
        // its mode there, and is then moved to its place, over what a server that died has left.
        let aside = Aside::new(path, || format!(".{}", random_digits(8)))?;
        let socket = net::UnixListener::bind(&aside.socket)?;
        fs::set_permissions(&aside.socket, Permissions::from_mode(mode))?;
        let identity = identity(&aside.socket)?;
        fs::rename(&aside.socket, path)?;
        Ok(Listener { socket, path: path.to_owned(), identity })
    }

    pub(super) fn register(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        self.socket.register(registry, token, interest)
    }

    pub(super) fn accept(&self) -> io::Result<net::UnixStream> {
        Ok(self.socket.accept()?.0)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // What somebody else has put there since is theirs.
        if identity(&self.path).is_ok_and(|identity| identity == self.identity) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A folder beside a path, which is removed with what is in it. Its name is short, as the path of the socket in it must be, and
/// says nothing of the process: in a container that is often number 1, as it was when it was killed and left a folder behind.
struct Aside {
    folder: PathBuf,
    socket: PathBuf,
}

impl Aside {
    /// The first of these names that is free.
    fn new(path: &Path, mut name: impl FnMut() -> String) -> io::Result<Self> {
        let mut attempts = 0;
        loop {
            let folder = path.with_file_name(name());
            attempts += 1;
            match DirBuilder::new().mode(0o700).create(&folder) {
                Ok(()) => return Ok(Aside { socket: folder.join("s"), folder }),
                // What has the name is left alone: it may be of a server that starts now.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempts < ATTEMPTS => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.socket);
        let _ = fs::remove_dir(&self.folder);
    }
}

fn identity(path: &Path) -> io::Result<Identity> {
    let metadata = fs::symlink_metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}

/// # Errors
/// Where there is something at `path` that is still of use.
fn refuse_taken(path: &Path) -> io::Result<()> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if !metadata.file_type().is_socket() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "a file that is not a socket is there"));
    }
    // Does not wait where a server has more connections than it takes.
    match net::UnixStream::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(()),
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
        _ => Err(io::Error::new(io::ErrorKind::AddrInUse, "a server listens there")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_is_left_alone_and_another_one_used() {
        let folder = std::env::temp_dir().join(format!("tachometer-aside-{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        let (path, taken) = (folder.join("metrics.sock"), folder.join(".1"));
        fs::create_dir(&taken).unwrap();
        let mut number = 0;
        let aside = Aside::new(&path, || {
            number += 1;
            format!(".{number}")
        });
        let aside = aside.expect("the second name is free");
        assert_eq!(aside.socket, folder.join(".2").join("s"));
        assert_eq!(fs::metadata(&aside.folder).unwrap().permissions().mode() & 0o777, 0o700);
        drop(aside);
        // And it does not try for ever.
        let refused = Aside::new(&path, || ".1".to_owned()).map(|_| ()).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        // Nothing else is in it, and this one is still there.
        fs::remove_dir(taken).unwrap();
        fs::remove_dir(folder).unwrap();
    }
}
