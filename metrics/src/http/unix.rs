//! Unix sockets at a path.
//!
//! A socket has its permissions before anything can connect to it, and is removed when its listener is dropped.

use crate::util::temp_name::random_digits;
use mio::event::Source;
use mio::{Interest, Registry, Token, net};
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::SocketAddr;
use std::path::{Path, PathBuf};

/// A listening Unix socket, which removes its file when it is dropped.
#[derive(Debug)]
pub(super) struct Listener {
    socket: net::UnixListener,
    path: PathBuf,
    identity: Identity,
}

/// Device and inode of a file, which differ from those of another file at the same path.
type Identity = (u64, u64);

/// The number of names that are tried. If all of them are taken, further ones would not help.
const ATTEMPTS: u32 = 100;

impl Listener {
    /// Listens at `path`. `mode` determines who may write, and so connect. Replaces a socket without a listener, and nothing
    /// else.
    pub(super) fn bind(path: &Path, mode: u32) -> io::Result<Self> {
        // Checked first: a file can be moved to a path that is too long for a socket address.
        SocketAddr::from_pathname(path)?;
        refuse_taken(path)?;
        // A socket accepts connections as soon as it is bound. So it is bound in a directory that no other user may enter, gets
        // its mode there, and is then renamed to its path, where it replaces the socket of a server that died.
        let private = PrivateDirectory::create(path, || format!(".{}", random_digits(8)))?;
        let socket = net::UnixListener::bind(&private.socket)?;
        fs::set_permissions(&private.socket, Permissions::from_mode(mode))?;
        let identity = identity(&private.socket)?;
        fs::rename(&private.socket, path)?;
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
        // A file that has replaced the socket since is left alone.
        if identity(&self.path).is_ok_and(|identity| identity == self.identity) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A directory next to a path, which is removed with the socket in it.
///
/// Its name is short, because the path of a socket is limited. It does not contain the id of the process: in a container that is
/// often 1, also for the process that was killed before and left its directory.
struct PrivateDirectory {
    path: PathBuf,
    socket: PathBuf,
}

impl PrivateDirectory {
    /// Creates the directory under the first of these names that is free.
    fn create(path: &Path, mut name: impl FnMut() -> String) -> io::Result<Self> {
        let mut attempts = 0;
        loop {
            let directory = path.with_file_name(name());
            attempts += 1;
            match DirBuilder::new().mode(0o700).create(&directory) {
                Ok(()) => return Ok(PrivateDirectory { socket: directory.join("s"), path: directory }),
                // Left alone: it may belong to a server that is just starting.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempts < ATTEMPTS => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for PrivateDirectory {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.socket);
        let _ = fs::remove_dir(&self.path);
    }
}

fn identity(path: &Path) -> io::Result<Identity> {
    let metadata = fs::symlink_metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}

/// Returns an error if there is a file at `path` that is still in use.
fn refuse_taken(path: &Path) -> io::Result<()> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if !metadata.file_type().is_socket() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "a file that is not a socket is there"));
    }
    // Does not block if the backlog of a server is full.
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
    fn a_taken_name_is_left_alone_and_another_one_is_used() {
        let folder = std::env::temp_dir().join(format!("tachometer-private-{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        let (path, taken) = (folder.join("metrics.sock"), folder.join(".1"));
        fs::create_dir(&taken).unwrap();
        let mut number = 0;
        let private = PrivateDirectory::create(&path, || {
            number += 1;
            format!(".{number}")
        });
        let private = private.expect("the second name is free");
        assert_eq!(private.socket, folder.join(".2").join("s"));
        assert_eq!(fs::metadata(&private.path).unwrap().permissions().mode() & 0o777, 0o700);
        drop(private);
        // The number of attempts is limited.
        let refused = PrivateDirectory::create(&path, || ".1".to_owned()).map(|_| ()).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        // The taken directory is still there, and the other one is gone.
        fs::remove_dir(taken).unwrap();
        fs::remove_dir(folder).unwrap();
    }
}
