//! How an endpoint ends.

use super::*;
use std::net::Shutdown;
use std::sync::OnceLock;

/// Half-sent requests, an answer that is not read, and some that wait.
fn hanging_on(address: SocketAddr) -> Vec<Client> {
    let texts = [BEGIN_OF_REQUEST, "", REQUEST];
    (0..30).map(|index| Client::saying(address, texts[index % texts.len()])).collect()
}

fn assert_is_free(address: SocketAddr) {
    assert!(TcpStream::connect(address).is_err(), "somebody listens at {address}");
    TcpListener::bind(address).expect("a free address");
}

#[test]
fn a_stop_does_not_wait_for_connections_and_frees_the_port() {
    let registry = huge_registry();
    let server = serve(&endpoint(&registry));
    let address = *server.address();
    let clients = hanging_on(address);
    clients[2].stream.peek(&mut [0]).expect("an answer that is being sent");
    let server = in_time(move || {
        server.stop();
        server
    });
    assert_is_free(address);
    // Whatever they were at, they see the end of it.
    for client in clients {
        let _ = client.stream.shutdown(Shutdown::Write);
        let _ = in_time(move || client.try_hear());
    }
    in_time(move || server.stop());
}

#[test]
fn dropping_a_server_stops_it() {
    let server = serve(&endpoint(&registry()));
    let address = *server.address();
    let _clients = hanging_on(address);
    in_time(move || drop(server));
    assert_is_free(address);
}

#[test]
fn all_who_stop_it_wait_for_its_end() {
    let server = Arc::new(serve(&endpoint(&registry())));
    let address = *server.address();
    let stopping: Vec<_> = (0..4)
        .map(|_| {
            let server = Arc::clone(&server);
            thread::spawn(move || {
                server.stop();
                assert!(TcpStream::connect(address).is_err(), "somebody listens at {address}");
            })
        })
        .collect();
    in_time(move || stopping.into_iter().try_for_each(thread::JoinHandle::join))
        .expect("each found nobody there");
    assert_is_free(address);
}

#[test]
fn a_detached_server_runs_on() {
    let server = serve(&endpoint(&registry()));
    let address = *server.address();
    server.detach();
    assert_eq!(ask(address, REQUEST).status, 200);
}

#[test]
fn an_endpoint_may_be_served_again_and_at_several_addresses() {
    let registry = registry();
    let endpoint = endpoint(&registry);
    let first = serve(&endpoint);
    let second = serve(&endpoint);
    for server in [&first, &second] {
        assert_eq!(ask(*server.address(), REQUEST).status, 200);
    }
    let address = *first.address();
    first.stop();
    let again = endpoint.serve(address).expect("the address that was freed");
    assert_eq!(ask(*again.address(), REQUEST).status, 200);
    assert_eq!(ask(*second.address(), REQUEST).status, 200);
}

static SERVER: Mutex<Option<(Server, mpsc::Receiver<()>)>> = Mutex::new(None);

struct Stops;

impl tachometer::ErrorKind for Stops {
    fn kinds(_: &mut dyn FnMut(&'static str)) {
        let taken = SERVER.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (server, go_on) = taken.expect("the first scrape");
        go_on.recv_timeout(HUNG).expect("a word");
        server.stop();
    }

    fn error_kind(&self) -> &'static str {
        "none"
    }
}

fn stopping() -> &'static MetricsRegistry {
    static REGISTRY: OnceLock<MetricsRegistry> = OnceLock::new();
    REGISTRY.get_or_init(registry)
}

#[tachometer::instrumented(registry = stopping())]
fn fails() -> Result<(), Stops> {
    Err(Stops)
}

#[test]
fn a_scrape_may_stop_its_server_and_is_the_last() {
    let (go_on, is_told) = mpsc::channel();
    let server = serve(&endpoint(stopping()));
    let address = *server.address();
    *SERVER.lock().unwrap_or_else(PoisonError::into_inner) = Some((server, is_told));
    let clients: Vec<Client> = (0..10).map(|_| Client::saying(address, REQUEST)).collect();
    go_on.send(()).unwrap();
    for client in clients {
        let _ = in_time(move || client.try_hear());
    }
    until("the port is free", || TcpListener::bind(address).is_ok());
    assert!(fails().is_err());
    assert_eq!(shown(stopping(), "tachometer_scrape_render_seconds", &[]), Some(1));
}
