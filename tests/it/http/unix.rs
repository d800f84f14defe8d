//! An endpoint on a Unix socket.

use super::*;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("tachometer-{}-{number}", std::process::id()));
        fs::create_dir(&path).expect("a new folder");
        Folder(path)
    }

    fn socket(&self) -> PathBuf {
        self.0.join("metrics.sock")
    }

    /// What is in it.
    fn names(&self) -> Vec<String> {
        let entries =
            fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        entries.collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn ask_at(path: &Path) -> Answer {
    let stream = UnixStream::connect(path).expect("a connection");
    stream.set_read_timeout(Some(HUNG)).unwrap();
    let mut client = Client { stream };
    client.say(REQUEST);
    client.hear()
}

#[test]
fn it_serves_with_the_mode_it_was_given_and_removes_its_file() {
    let (folder, registry) = (Folder::new(), registry());
    for mode in [0o600, 0o660, 0o666] {
        let server = endpoint(&registry).serve_unix(folder.socket(), mode).expect("a socket");
        assert_eq!(server.address(), &folder.socket());
        let metadata = fs::metadata(folder.socket()).unwrap();
        assert!(metadata.file_type().is_socket());
        assert_eq!(metadata.permissions().mode() & 0o777, mode, "{mode:o}");
        assert_eq!(folder.names(), ["metrics.sock"], "nothing beside it");
        let answer = ask_at(&folder.socket());
        assert_eq!(answer.status, 200);
        assert!(answer.text().contains("tachometer_scrapes_total"));
        server.stop();
        assert!(folder.names().is_empty());
    }
}

#[test]
fn a_dead_servers_socket_is_replaced_and_a_live_ones_is_not() {
    let (folder, registry) = (Folder::new(), registry());
    drop(UnixListener::bind(folder.socket()).unwrap());
    assert_eq!(folder.names(), ["metrics.sock"], "it is left there");
    let server = endpoint(&registry).serve_unix(folder.socket(), 0o600).expect("its place");
    let error = refusal(endpoint(&registry).serve_unix(folder.socket(), 0o600));
    assert!(error.contains("metrics.sock") && error.contains("a server listens there"), "{error}");
    assert_eq!(ask_at(&folder.socket()).status, 200);
    drop(server);
}

#[test]
fn a_file_that_is_no_socket_is_left_alone() {
    let (folder, registry) = (Folder::new(), registry());
    fs::write(folder.socket(), "dear").unwrap();
    let error = refusal(endpoint(&registry).serve_unix(folder.socket(), 0o600));
    assert!(error.contains("metrics.sock") && error.contains("not a socket"), "{error}");
    assert_eq!(fs::read_to_string(folder.socket()).unwrap(), "dear");
    let error = refusal(endpoint(&registry).serve_unix(folder.0.join("nowhere").join("s"), 0o600));
    assert!(error.contains("nowhere"), "{error}");
}

#[test]
fn what_others_put_in_its_place_is_theirs() {
    let (folder, registry) = (Folder::new(), registry());
    let server = endpoint(&registry).serve_unix(folder.socket(), 0o600).expect("a socket");
    fs::remove_file(folder.socket()).unwrap();
    let _other = UnixListener::bind(folder.socket()).unwrap();
    let theirs = fs::metadata(folder.socket()).unwrap().ino();
    server.stop();
    assert_eq!(fs::metadata(folder.socket()).expect("it is still there").ino(), theirs);
}

#[test]
fn what_a_killed_server_left_behind_hinders_none() {
    let (folder, registry) = (Folder::new(), registry());
    // In a container it has the number that this one has.
    let left = format!(".metrics.sock.{}", std::process::id());
    fs::create_dir(folder.0.join(&left)).unwrap();
    let server = endpoint(&registry).serve_unix(folder.socket(), 0o600).expect("a socket");
    drop(server);
    assert_eq!(folder.names(), [left]);
}

#[test]
fn a_path_may_be_as_long_as_a_sockets_can_be_and_no_longer() {
    let (folder, registry) = (Folder::new(), registry());
    let path = |length: usize| folder.0.join("x".repeat(length));
    let longest = (11..200).take_while(|length| UnixListener::bind(path(*length)).is_ok()).last();
    let longest = longest.expect("there is room for eleven bytes");
    for length in [11, longest] {
        // Over the one that nobody listens to any more.
        let server = endpoint(&registry).serve_unix(path(length), 0o600).expect("a socket");
        assert_eq!(ask_at(&path(length)).status, 200);
        drop(server);
    }
    let error = refusal(endpoint(&registry).serve_unix(path(longest + 1), 0o600));
    assert!(error.contains(&"x".repeat(longest + 1)), "{error}");
    assert!(!path(longest + 1).exists());
}
