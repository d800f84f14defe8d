//! Bodies behind real servers: `axum` and `hyper`, with clients that read all, that go away, and that ask for the head alone.

use super::*;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::Response;
use axum::routing::get;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;
use std::thread;
use tachometer::Call;
use tokio::net::TcpListener;

/// A handler's response, whose body ends the call.
fn until_body(call: Call, response: Response) -> Response {
    response.map(|body| Body::new(call.body(body)))
}

/// A stream of which a test sends the chunks.
struct Chunks(tokio::sync::mpsc::Receiver<Result<Bytes, &'static str>>);

impl Stream for Chunks {
    type Item = Result<Bytes, &'static str>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

type Sender = tokio::sync::mpsc::Sender<Result<Bytes, &'static str>>;

/// Serves `routes` on a thread of its own.
fn serve(routes: Router) -> SocketAddr {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            send.send(listener.local_addr().expect("it is bound")).expect("the test waits");
            axum::serve(listener, routes).await
        })
    });
    receive.recv().expect("it listens")
}

fn request(address: SocketAddr, method: &str, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(stream, "{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")
        .expect("it is read");
    stream
}

fn answer(address: SocketAddr, method: &str, path: &str) -> String {
    let mut text = String::new();
    // An aborted body closes the connection in the middle of a chunk.
    let _ = request(address, method, path).read_to_string(&mut text);
    text
}

/// Reads until the text that has arrived contains `end`.
fn read_until(client: &mut TcpStream, end: &str) {
    let mut text = Vec::new();
    while !text.windows(end.len()).any(|window| window == end.as_bytes()) {
        let mut byte = [0];
        client.read_exact(&mut byte).expect("there is more");
        text.extend(byte);
    }
}

/// Waits until `ended` calls of the function have ended.
fn wait_for(name: &str, ended: u64) -> Calls {
    loop {
        let function = counted(name);
        let calls = calls_of(&function);
        if function.calls() >= ended && calls.cancelled_early + calls.cancelled_late == function.cancelled {
            return calls;
        }
        thread::yield_now();
    }
}

mod with_axum {
    use super::*;

    #[instrumented(ends_with = until_body)]
    async fn whole() -> Response {
        Response::new(Body::from("all of it"))
    }

    #[instrumented(ends_with = until_body)]
    async fn empty() -> Response {
        Response::new(Body::empty())
    }

    #[test]
    fn bodies_that_are_whole_or_empty_end_with_their_response() {
        let address = serve(Router::new().route("/whole", get(whole)).route("/empty", get(empty)));
        let text = answer(address, "GET", "/whole");
        assert!(text.ends_with("all of it") && text.contains("content-length: 9\r\n"), "{text}");
        assert_eq!(wait_for("whole", 1), Calls { ok: 1, ..Calls::default() });
        assert!(answer(address, "GET", "/empty").contains("content-length: 0\r\n"));
        assert_eq!(wait_for("empty", 1), Calls { ok: 1, ..Calls::default() });
        answer(address, "HEAD", "/whole");
        let expected = Calls { ok: 1, cancelled_early: 1, ..Calls::default() };
        assert_eq!(wait_for("whole", 2), expected, "a body that was made and never sent");
    }

    #[instrumented(ends_with = until_body)]
    async fn streamed(chunks: Chunks) -> Response {
        Response::new(Body::from_stream(chunks))
    }

    /// Serves one stream for each request; the test is sent its chunks' sender.
    fn serve_streams() -> (SocketAddr, mpsc::Receiver<Sender>) {
        let (senders, receive) = mpsc::channel();
        let handler = move || {
            let (sender, receiver) = tokio::sync::mpsc::channel(1);
            senders.send(sender).expect("the test waits");
            streamed(Chunks(receiver))
        };
        (serve(Router::new().route("/", get(handler))), receive)
    }

    #[test]
    fn a_streamed_body_is_in_flight_until_its_end_and_cancelled_with_its_client() {
        let (address, senders) = serve_streams();
        let chunk = || Ok(Bytes::from_static(b"piece"));

        let mut client = request(address, "GET", "/");
        let sender = senders.recv().expect("a request");
        sender.blocking_send(chunk()).expect("it is polled");
        read_until(&mut client, "piece");
        assert_eq!(calls("streamed"), Calls { in_flight: 1, ..Calls::default() });
        drop(sender);
        let mut rest = String::new();
        client.read_to_string(&mut rest).expect("the rest");
        assert!(rest.ends_with("\r\n0\r\n\r\n"), "{rest}");
        assert_eq!(wait_for("streamed", 1), Calls { ok: 1, ..Calls::default() });

        // The client goes away before the first chunk.
        let client = request(address, "GET", "/");
        let sender = senders.recv().expect("a request");
        drop(client);
        // The server sees it when it reads, or when it writes; then it drops the body and with it the receiver.
        while !sender.is_closed() {
            thread::yield_now();
        }
        assert_eq!(wait_for("streamed", 2), Calls { ok: 1, cancelled_early: 1, ..Calls::default() });

        // And after it.
        let mut client = request(address, "GET", "/");
        let sender = senders.recv().expect("a request");
        sender.blocking_send(chunk()).expect("it is polled");
        read_until(&mut client, "piece");
        drop(client);
        while sender.blocking_send(chunk()).is_ok() {}
        let expected = Calls { ok: 1, cancelled_early: 1, cancelled_late: 1, ..Calls::default() };
        assert_eq!(wait_for("streamed", 3), expected);

        // The stream fails.
        let client = request(address, "GET", "/");
        let sender = senders.recv().expect("a request");
        sender.blocking_send(Err("cut")).expect("it is polled");
        assert_eq!(wait_for("streamed", 4), Calls { errors: 1, ..expected });
        drop(client);
    }
}

mod with_hyper {
    use super::*;
    use hyper::body::Incoming;
    use hyper::server::conn::http1;
    use hyper::{Method, Request, Response, StatusCode};

    type Answer = Response<BoxBody<Bytes, Infallible>>;

    fn until_body(call: Call, response: Answer) -> Answer {
        response.map(|body| call.body(body).boxed())
    }

    #[instrumented(ends_with = until_body, error_if = is_server_error)]
    async fn respond(request: Request<Incoming>) -> Result<Answer, hyper::http::Error> {
        let body = match *request.method() {
            Method::GET => Full::new(Bytes::from_static(b"found")).boxed(),
            _ => Empty::new().boxed(),
        };
        let status = if request.uri().path() == "/broken" { StatusCode::BAD_GATEWAY } else { StatusCode::OK };
        Response::builder().status(status).body(body)
    }

    fn is_server_error(answer: &Result<Answer, hyper::http::Error>) -> bool {
        answer.as_ref().map_or(true, |answer| answer.status().is_server_error())
    }

    #[test]
    fn a_response_whose_head_is_an_error_is_one_when_its_body_ends() {
        let (send, receive) = mpsc::channel();
        thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
                send.send(listener.local_addr().expect("it is bound")).expect("the test waits");
                loop {
                    let (stream, _) = listener.accept().await.expect("a connection");
                    let connection =
                        http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(respond));
                    let _ = connection.await;
                }
            });
        });
        let address = receive.recv().expect("it listens");
        assert!(answer(address, "GET", "/").ends_with("found"));
        assert!(answer(address, "GET", "/broken").ends_with("found"));
        assert!(answer(address, "POST", "/").contains("content-length: 0\r\n"));
        assert_eq!(wait_for("respond", 3), Calls { ok: 2, errors: 1, ..Calls::default() });
    }
}
