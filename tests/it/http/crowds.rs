//! Many at once.

use super::*;
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, Sender};

#[test]
fn half_sent_requests_delay_a_scrape_and_do_not_prevent_it() {
    let registry = registry();
    // Their deadline never comes; they only give way to others.
    let server = serve(&endpoint(&registry).patience(Duration::from_millis(5)));
    let address = *server.address();
    let hung: Vec<Client> = (0..300).map(|_| Client::saying(address, BEGIN_OF_REQUEST)).collect();
    let answer = in_time(move || ask(address, REQUEST));
    assert_eq!(answer.status, 200);
    // Those that gave way were told so, and those that need not are still there.
    let (mut refused, mut answered) = (0, 0);
    for mut client in hung {
        // A server that has closed the connection does not take it.
        let _ = client.stream.write_all(REST_OF_REQUEST.as_bytes());
        match in_time(move || client.try_hear()).ok().and_then(|bytes| Answer::read(&bytes)) {
            Some(Answer { status: 200, .. }) => answered += 1,
            Some(answer) => {
                assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
                refused += 1;
            }
            None => refused += 1,
        }
    }
    assert!(answered <= 16 && refused >= 300 - 16, "{answered} were answered, {refused} refused");
    assert_eq!(ask(address, REQUEST).status, 200);
}

#[test]
fn the_oldest_gives_way_and_only_where_somebody_waits() {
    let server = serve(&endpoint(&registry()).max_connections(2).patience(Duration::ZERO));
    let address = *server.address();
    let mut first = Client::saying(address, BEGIN_OF_REQUEST);
    // There is room for it and for another.
    assert_eq!(ask(address, REQUEST).status, 200);
    let mut second = Client::saying(address, BEGIN_OF_REQUEST);
    first.say("A: b\r\n");
    // There is none for a third.
    let mut third = Client::saying(address, BEGIN_OF_REQUEST);
    assert_eq!(first.hear().status, 503);
    for client in [&mut second, &mut third] {
        client.say(REST_OF_REQUEST);
    }
    assert_eq!((second.hear().status, third.hear().status), (200, 200));
}

#[test]
fn those_who_read_slowly_give_way_too() {
    let registry = huge_registry();
    let patience = Duration::from_millis(2);
    let server = serve(&endpoint(&registry).max_connections(2).patience(patience));
    let address = *server.address();
    let slow = [Client::saying(address, REQUEST), Client::saying(address, REQUEST)];
    assert_eq!(in_time(move || ask(address, HEALTHY)).status, 200);
    // Only as many as it took.
    until("one is cut", || scrapes(&registry, "text", "cut") == Some(1));
    drop(slow);
}

#[test]
fn one_connection_at_a_time_serves_everybody() {
    let server = serve(&endpoint(&registry()).max_connections(1));
    let address = *server.address();
    let mut clients: Vec<Client> = (0..50).map(|_| Client::saying(address, REQUEST)).collect();
    // Not in the order they came.
    clients.reverse();
    for client in clients {
        assert_eq!(in_time(move || client.hear()).status, 200);
    }
}

/// A scrape of it stays until it is told to go on.
fn blocking() -> &'static MetricsRegistry {
    static REGISTRY: OnceLock<MetricsRegistry> = OnceLock::new();
    REGISTRY.get_or_init(registry)
}

struct Blocks;

type Ends = (Sender<()>, Receiver<()>);
static BLOCK: Mutex<Option<Ends>> = Mutex::new(None);

impl tachometer::ErrorKind for Blocks {
    fn kinds(_: &mut dyn FnMut(&'static str)) {
        let (begun, go_on) = BLOCK.lock().unwrap().take().expect("the first scrape");
        begun.send(()).unwrap();
        go_on.recv_timeout(HUNG).expect("a word");
    }

    fn error_kind(&self) -> &'static str {
        "none"
    }
}

#[tachometer::instrumented(registry = blocking())]
fn fails() -> Result<(), Blocks> {
    Err(Blocks)
}

#[test]
fn whose_request_came_while_others_were_served_is_served_first() {
    let (begun, has_begun) = mpsc::channel();
    let (go_on, is_told) = mpsc::channel();
    *BLOCK.lock().unwrap() = Some((begun, is_told));
    // With one place left, and in one turn as many accepted as there are places: the scrape and the crowd behind it.
    let server = serve(&endpoint(blocking()).max_connections(8).patience(Duration::ZERO));
    let address = *server.address();
    let mut waits = Client::saying(address, BEGIN_OF_REQUEST);
    let dawdlers: Vec<Client> = (0..6).map(|_| Client::saying(address, BEGIN_OF_REQUEST)).collect();
    // When this is answered, those before have been accepted.
    assert_eq!(ask(address, HEALTHY).status, 200);
    let blocks = Client::saying(address, REQUEST);
    has_begun.recv_timeout(HUNG).expect("a scrape");
    // The thread is busy. Meanwhile the first request becomes whole, and there is a crowd that wants its place.
    waits.say(REST_OF_REQUEST);
    let crowd: Vec<Client> = (0..4).map(|_| Client::saying(address, BEGIN_OF_REQUEST)).collect();
    go_on.send(()).unwrap();
    assert_eq!(waits.hear().status, 200);
    assert_eq!(blocks.hear().status, 200);
    drop((dawdlers, crowd));
    assert!(fails().is_err());
}

#[test]
fn writers_notice_nothing_of_scrapes_in_parallel() {
    const SCRAPERS: usize = 8;
    const SCRAPES: usize = 50;
    const WRITERS: usize = 2;
    let registry = registry();
    let jobs = registry.register_counter("jobs");
    let server = serve(&endpoint(&registry));
    let address = *server.address();
    let is_over = AtomicBool::new(false);
    let written: u64 = thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|_| {
                scope.spawn(|| {
                    let mut count = 0;
                    while !is_over.load(Ordering::Relaxed) {
                        jobs.increment();
                        count += 1;
                    }
                    count
                })
            })
            .collect();
        let scrapers: Vec<_> = (0..SCRAPERS)
            .map(|_| {
                scope.spawn(|| {
                    let mut earlier = 0;
                    for _ in 0..SCRAPES {
                        let answer = ask(address, REQUEST);
                        assert_eq!(answer.status, 200);
                        let line =
                            answer.text().lines().find_map(|line| line.strip_prefix("jobs ")).expect("jobs");
                        let count: u64 = line.parse().expect("a number");
                        assert!(count >= earlier, "{count} after {earlier}");
                        earlier = count;
                    }
                })
            })
            .collect();
        let scraped: Vec<_> = scrapers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        is_over.store(true, Ordering::Relaxed);
        assert!(scraped.iter().all(Result::is_ok), "a scrape went wrong");
        writers.into_iter().map(|writer| writer.join().expect("a count")).sum()
    });
    assert_eq!(jobs.get(), written);
    let expected = (SCRAPERS * SCRAPES) as u64;
    until("all are counted", || scrapes(&registry, "text", "ok") == Some(expected));
}
