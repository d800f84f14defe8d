//! How an endpoint ends.

use super::*;
use std::net::Shutdown;

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

#[test]
fn a_scrape_may_stop_the_server_that_it_is_of() {
    struct Stops;
    impl tachometer::ErrorKind for Stops {
        fn kinds(_: &mut dyn FnMut(&'static str)) {
            if let Some(server) = lock(&SERVER).take() {
                server.stop();
                drop(server);
            }
        }

        fn error_kind(&self) -> &'static str {
            "none"
        }
    }

    static SERVER: Mutex<Option<Server>> = Mutex::new(None);
    static REGISTRY: std::sync::OnceLock<MetricsRegistry> = std::sync::OnceLock::new();

    #[tachometer::instrumented(registry = REGISTRY.get_or_init(registry))]
    fn fails() -> Result<(), Stops> {
        Err(Stops)
    }

    let server = serve(&endpoint(REGISTRY.get_or_init(registry)));
    let address = *server.address();
    *lock(&SERVER) = Some(server);
    let _ = Client::saying(address, REQUEST).try_hear();
    until("the port is free", || TcpListener::bind(address).is_ok());
    assert!(fails().is_err());
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
