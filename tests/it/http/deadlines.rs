//! Who takes too long.

use super::*;
use std::io::ErrorKind;

#[test]
fn a_request_that_does_not_arrive_in_time_is_told_so() {
    let server = serve(&endpoint(&registry()).request_deadline(SHORT));
    for text in ["", "GET", BEGIN_OF_REQUEST] {
        let begin = Instant::now();
        let answer = Client::saying(*server.address(), text).hear();
        assert_eq!(answer.status, 408, "{text:?}");
        assert!(begin.elapsed() >= SHORT, "after {:?}", begin.elapsed());
    }
    assert_eq!(ask(*server.address(), REQUEST).status, 200);
}

#[test]
fn a_byte_now_and_then_does_not_put_the_deadline_off() {
    let server = serve(&endpoint(&registry()).request_deadline(SHORT));
    let mut client = Client::saying(*server.address(), BEGIN_OF_REQUEST);
    let pause = Duration::from_millis(1);
    client.stream.set_read_timeout(Some(pause)).unwrap();
    let mut bytes = [0; 1_024];
    // A thousand bytes take longer than the deadline, and are no head that is too long.
    for _ in 0..1_000 {
        client.say("A");
        match client.stream.read(&mut bytes) {
            Ok(count) => {
                assert!(
                    bytes[..count].starts_with(b"HTTP/1.1 408 "),
                    "{:?}",
                    bytes[..count].escape_ascii().to_string()
                );
                return;
            }
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
            }
        }
    }
    panic!("no answer after {:?}", pause * 1_000);
}

#[test]
fn who_does_not_read_the_answer_is_cut_off() {
    let registry = huge_registry();
    let server = serve(&endpoint(&registry).response_deadline(SHORT));
    let client = Client::saying(*server.address(), REQUEST);
    until("one is cut", || scrapes(&registry, "text", "cut") == Some(1));
    let heard = client.try_hear().unwrap_or_default();
    assert!(heard.len() < HUGE, "it got all of it");
    assert_eq!(get(*server.address(), "/healthy", "").status, 200);
}

#[test]
fn who_reads_slowly_but_in_time_gets_it_all() {
    let registry = huge_registry();
    let server = serve(&endpoint(&registry));
    let client = Client::saying(*server.address(), REQUEST);
    let mut heard = Vec::new();
    // A piece, then somebody else's request, and so on.
    while (&client.stream).take(1024 * 1024).read_to_end(&mut heard).expect("more, or the end") > 0 {
        assert_eq!(ask(*server.address(), HEALTHY).status, 200);
    }
    let answer = Answer::read(&heard).expect("an answer");
    assert_eq!(answer.header("content-length"), Some(answer.body.len().to_string().as_str()));
    assert!(answer.body.len() > HUGE);
    until("it is counted", || scrapes(&registry, "text", "ok") == Some(1));
}

#[test]
fn who_stays_after_the_answer_is_left_after_a_while() {
    let server = serve(&endpoint(&registry()));
    let mut client = Client::saying(*server.address(), REQUEST);
    let mut heard = Vec::new();
    client.stream.read_to_end(&mut heard).expect("an answer");
    // It says more, which is thrown away, until there is nobody to say it to. Too little to be too much.
    let mut said = 0;
    while client.stream.write_all(b"x").is_ok() {
        said += 1;
        assert!(said < 100_000, "it is listened to for ever");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_head_without_an_end_is_not_read() {
    let server = serve(&endpoint(&registry()));
    let mut client = Client::saying(*server.address(), &format!("{BEGIN_OF_REQUEST}X: "));
    let mut answer = [0; 12];
    let mut reader = client.stream.try_clone().unwrap();
    let reading = thread::spawn(move || reader.read_exact(&mut answer).map(|()| answer));
    let chunk = vec![b'x'; 64 * 1024];
    let chunks = 48 * 1024 * 1024 / chunk.len();
    let written = (0..chunks).take_while(|_| client.stream.write_all(&chunk).is_ok()).count();
    assert!(written < chunks, "all of it was taken");
    assert_eq!(&reading.join().unwrap().expect("an answer"), b"HTTP/1.1 431");
    assert_eq!(ask(*server.address(), REQUEST).status, 200);
}

#[test]
fn who_goes_away_ends_nobody_elses_connection() {
    let registry = huge_registry();
    let server = serve(&endpoint(&registry));
    let mut stays = Client::saying(*server.address(), BEGIN_OF_REQUEST);
    for text in ["", BEGIN_OF_REQUEST, REQUEST, "nonsense\r\n\r\n"] {
        drop(Client::saying(*server.address(), text));
    }
    until("the one that went is counted", || scrapes(&registry, "text", "cut") == Some(1));
    stays.say("Connection: close\r\n");
    stays.say(REST_OF_REQUEST);
    assert_eq!(stays.hear().status, 200);
}
