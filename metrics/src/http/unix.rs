//! A Unix socket at a path: who may connect is said before anybody can, and it is gone when it is no longer listened to.

use mio::event::Source;
use mio::{Interest, Registry, Token, net};
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process;

/// Removes its file when it is dropped.
#[derive(Debug)]
pub(super) struct Listener {
    socket: net::UnixListener,
    path: PathBuf,
    identity: Identity,
}

/// Device and number of a file: another one of the same name has others.
type Identity = (u64, u64);

impl Listener {
    /// Listens at `path`, where whoever `mode` lets write may connect. Takes the place of a socket that nobody listens to any
    /// more, and of nothing else.
    pub(super) fn bind(path: &Path, mode: u32) -> io::Result<Self> {
        refuse_taken(path)?;
        // A socket can be connected to from its first moment. It spends that in a folder that nobody else may enter, gets
        // its mode there, and is then moved to its place, over what a server that died has left.
        let aside = Aside::new(path)?;
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

/// A folder beside a path, which is removed with what is in it.
struct Aside {
    folder: PathBuf,
    socket: PathBuf,
}

impl Aside {
    fn new(path: &Path) -> io::Result<Self> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let mut folder_name = std::ffi::OsString::from(".");
        folder_name.push(name);
        folder_name.push(format!(".{}", process::id()));
        let folder = path.with_file_name(folder_name);
        DirBuilder::new().mode(0o700).create(&folder)?;
        let socket = folder.join("s");
        Ok(Aside { folder, socket })
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
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is a file that is no socket"));
    }
    // Does not wait where a server has more connections than it takes.
    match net::UnixStream::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(()),
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
        _ => Err(io::Error::new(io::ErrorKind::AddrInUse, "a server listens there")),
    }
}
